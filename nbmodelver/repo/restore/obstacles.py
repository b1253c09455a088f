"""Why values of a version cannot be loaded here, as far as it is known without loading them."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from nbmodelver.codecs import former, renamed, sources
from nbmodelver.repo.restore.needed import with_definitions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.repo.core.modules import Then
    from nbmodelver.repo.restore.libraries import Releases
    from nbmodelver.repo.restore.sessions import SessionState


class Loadable(Protocol):
    """What is to be loaded: see `Rollback`."""

    group_store: GroupStore
    version: Version
    trusted: bool
    session: SessionState | None
    modules: Then | None
    releases: Releases | None

    def python_then(self) -> str:
        """The version of the Python that made the version; "" when it is not known."""


class Obstacles:
    """Looks for packages, modules, trust and bytecode that are missing here."""

    def __init__(self, rollback: Loadable) -> None:
        self._rollback = rollback

    def of(self, group: Group) -> str:
        """Why a group cannot be loaded here, "" when nothing is known that prevents it."""
        if group.pickled and not self._rollback.trusted:
            return "needs pickle, and this version came from elsewhere: see %mv_trust"
        lacking = self.lacking_modules(group.classes)
        if lacking:
            return lacking
        with self.searching():
            missing = sorted({m for c in group.classes if not self._is_of_project(c) and (m := _missing_package(c))})
        way_out = self.way_out(group.classes) if missing else ""
        if missing:
            return way_out or f"needs the package {', '.join(missing)}"
        return self._bound_elsewhere(group)

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Within it, modules are found where they were when the version was made."""
        before, paths = list(sys.path), self.paths
        sys.path += paths
        try:
            yield
        finally:
            if paths:
                sys.path[:] = before

    @property
    def paths(self) -> list[str]:
        """Folders where modules were found when the version was made, and that this kernel does not look in."""
        own = self._rollback.session.paths if self._rollback.session is not None else []
        of_project = (
            self._rollback.modules.paths if self._rollback.modules is not None and self._rollback.trusted else []
        )
        return list(dict.fromkeys([*own, *of_project]))

    def way_out(self, classes: Collection[str]) -> str:
        """Where a pickle with these classes can be loaded, if that is not here; "" if unknown."""
        if (
            self._rollback.modules is not None
            and self._rollback.modules.lacks_some
            and any(map(self._is_of_project, classes))
        ):
            return f"try: {self._rollback.modules.command}"
        return "" if self._rollback.releases is None else self._rollback.releases.way_out(classes)

    def lacking_modules(self, classes: Collection[str]) -> str:
        """Which modules of the project are missing that values of these classes need, with the way out; "" if none."""
        if self._rollback.modules is None:
            return ""
        with self.searching():
            return self._rollback.modules.lacking(classes)

    def _is_of_project(self, place: str) -> bool:
        return self._rollback.modules is not None and self._rollback.modules.holds(place.partition(":")[0])

    def _bound_elsewhere(self, group: Group) -> str:
        """Why code of the group, or of definitions that it uses, runs in another Python only; "" when it runs here."""
        for part in with_definitions(self._rollback.group_store, self._rollback.version, group):
            draft = self._rollback.group_store.recipe(part).draft
            if draft.without_source and draft.python != sources.PYTHON:
                return sources.why_not_here(draft.without_source, draft.python)
            if part.pickled and former.holds_bytecode_only(self._rollback.group_store.skeleton(part)):
                then = self._rollback.python_then()
                if not sources.is_this_python(then):
                    return sources.why_not_here(part.names, sources.mark_of(then))
        return ""


def _missing_package(name: str) -> str:
    module, _, attribute = name.partition(":")
    root = renamed.current(module, attribute)[0].partition(".")[0]
    if root in ("__main__", "builtins", "None", ""):  # Versions up to 2026-11 list methods of builtins as "None:...".
        return ""
    try:
        return "" if importlib.util.find_spec(root) is not None else root
    except (ImportError, ValueError):
        return ""
