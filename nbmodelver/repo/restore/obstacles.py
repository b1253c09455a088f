"""The reasons why values of a version cannot be loaded, as far as they are known without loading."""

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
    from nbmodelver.repo.core.modules import ModuleComparison
    from nbmodelver.repo.restore.libraries import Releases
    from nbmodelver.repo.restore.sessions import SessionState


class Loadable(Protocol):
    """The attributes of a `Rollback` that `Obstacles` uses."""

    group_store: GroupStore
    version: Version
    trusted: bool
    session: SessionState | None
    modules: ModuleComparison | None
    releases: Releases | None

    def python_then(self) -> str:
        """Return the Python version that created the version, "" if it is unknown."""


class Obstacles:
    """Finds missing packages, missing modules, missing trust, and bytecode of another Python."""

    def __init__(self, rollback: Loadable) -> None:
        self._rollback = rollback

    def of(self, group: Group) -> str:
        """Return the reason why a group cannot be loaded, "" if none is known. Raises Damaged."""
        if group.pickled and not self._rollback.trusted:
            return "needs pickle, and this version is not trusted: see %mv_trust"
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
        """Within the block, `import` also searches the folders that it searched when the version was committed."""
        before, paths = list(sys.path), self.paths
        sys.path += paths
        try:
            yield
        finally:
            if paths:
                sys.path[:] = before

    @property
    def paths(self) -> list[str]:
        """Folders of the version's `sys.path`, and of its project, that are missing in this kernel's `sys.path`."""
        own = self._rollback.session.paths if self._rollback.session is not None else []
        of_project = (
            self._rollback.modules.paths if self._rollback.modules is not None and self._rollback.trusted else []
        )
        return list(dict.fromkeys([*own, *of_project]))

    def way_out(self, classes: Collection[str]) -> str:
        """Return a hint for values of these classes ("module:name") that cannot be loaded here; "" if there is none."""
        if (
            self._rollback.modules is not None
            and self._rollback.modules.lacks_some
            and any(map(self._is_of_project, classes))
        ):
            return f"try: {self._rollback.modules.command}"
        return "" if self._rollback.releases is None else self._rollback.releases.way_out(classes)

    def lacking_modules(self, classes: Collection[str]) -> str:
        """Return the missing project modules that values of these classes need, with a command; "" if none is."""
        if self._rollback.modules is None:
            return ""
        with self.searching():
            return self._rollback.modules.lacking(classes)

    def _is_of_project(self, place: str) -> bool:
        return self._rollback.modules is not None and self._rollback.modules.holds(place.partition(":")[0])

    def _bound_elsewhere(self, group: Group) -> str:
        """Return the reason why code of the group, or of its definitions, needs another Python; "" if it runs here."""
        for part in with_definitions(self._rollback.group_store, self._rollback.version, group):
            draft = self._rollback.group_store.recipe(part).draft
            if draft.without_source and draft.python != sources.PYTHON:
                return sources.why_not_here(draft.without_source, draft.python)
            if part.pickled and former.holds_bytecode_only(self._rollback.group_store.skeleton(part)):
                python = self._rollback.python_then()
                if not sources.is_this_python(python):
                    return sources.why_not_here(part.names, sources.mark_of(python))
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
