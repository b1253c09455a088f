"""The options of a rollback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.repo.restore.undo import NOTHING, Replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from nbmodelver.repo.core.modules import ModuleComparison
    from nbmodelver.repo.restore.sessions import SessionState


@dataclass(frozen=True)
class RollbackOptions:
    """Which names a rollback restores, and how.

    names: restore only these, with their whole groups; () for all.
    needed: names that code in these groups refers to. Stored ones and imports are restored if the namespace lacks them.
    tracked: names of the current version. They are removed if the target does not contain them.
    only_missing: restore only names that the notebook lacks.
    prefix: restore under new names with this prefix, and change nothing else.
    trusted: pickled values may be loaded. restricted: unpickling may resolve only the classes listed in the recipes.
    own: the names of the user in the namespace; None: all public names.
    allowed_secrets: returns the names that look like secrets and that the user allowed in the current version.
    replaced: for undo, the objects that the undone jump removed. Unchanged ones are bound again without a load.
    session: random state and options. modules: the comparison of the version's project modules with the current ones.
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
    modules: ModuleComparison | None = None
