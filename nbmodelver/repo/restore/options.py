"""What a rollback is about, and what it has to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.repo.restore.undo import NOTHING, Replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from nbmodelver.repo.core.modules import Then
    from nbmodelver.repo.restore.sessions import SessionState


@dataclass(frozen=True)
class RollbackOptions:
    """Which names, in which way.

    names: a subset; their whole groups come along. needed: names that code in them refers to (companions.py): kept ones
    and imports that are missing in the namespace come along too. tracked: names of the current version, which vanish if
    the target does not have them. only_missing: bring only names that are not in the notebook. prefix: bring values
    under other names and leave everything as it is. trusted: pickled values may be loaded. restricted: pickles resolve
    only what their recipes list. own: the user's names in the namespace; None: all public ones. allowed_secrets: gives
    names that look like secrets and that the current version holds. replaced: what the jump that is taken back took out
    of the notebook; the objects come back themselves where they are still as they were. session: random state and
    options. modules: those of the project that the version holds, against those that are here.
    """

    names: Sequence[str] = ()
    needed: Collection[str] = ()
    tracked: Sequence[str] = ()
    only_missing: bool = False
    prefix: str = ""
    trusted: bool = True
    restricted: bool = False
    own: Collection[str] | None = None
    allowed_secrets: Callable[[], Collection[str]] = tuple
    replaced: Replaced = NOTHING
    session: SessionState | None = None
    modules: Then | None = None
