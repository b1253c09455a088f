"""Classes and functions for a load: the live one if it is the same as in the version, else the stored one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nbmodelver.codecs import definitions, graph
from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.repo.restore.live import Comparison
    from nbmodelver.repo.restore.obstacles import Obstacles


class Loading(Protocol):
    """What a load has to know: see `Rollback`."""

    group_store: GroupStore
    version: Version
    namespace: dict[str, Any]
    trusted: bool
    restricted: bool
    comparison: Comparison
    remembered: Comparison | None
    wanted: list[Group]
    obstacles: Obstacles

    def python_then(self) -> str:
        """The version of the Python that made the version; "" when it is not known."""


class DefinitionLoader:
    """Finds classes and functions for a load: the live one if it is the same, else the stored one, once."""

    def __init__(self, rollback: Loading) -> None:
        self.rollback = rollback
        self._then = {key: group for group in rollback.version.definitions for key in group.names}
        self._found: dict[str, Any] = {}
        origin = rollback.version.name
        self.loader = graph.Loader(
            rollback.namespace,
            self.find,
            trusted=rollback.trusted,
            restricted=rollback.restricted,
            origin=origin,
            python=rollback.python_then,
            way_out=lambda draft: rollback.obstacles.way_out(draft.classes),
        )

    def find(self, key: str) -> Any:
        """The definition of this key. Raises NotLoadable when the version does not hold it."""
        if key not in self._found:
            live = self._live(key)
            self._found.update(self._stored(key) if live is None else {key: live})
        return self._found[key]

    def _live(self, key: str) -> Any:
        """The class or function in the notebook, or in the memory of undo, if it is unchanged."""
        for comparison in (self.rollback.comparison, self.rollback.remembered):
            if comparison is None:
                continue
            candidate = comparison.live.namespace.get(key)
            if candidate is None or not definitions.is_definition(candidate):
                # The name means something else now, but instances that stay may still be of the class.
                candidate = comparison.live.capture.defined.get(key)
            if candidate is not None and comparison.same_now(key):
                return candidate
        return None

    def _stored(self, key: str) -> dict[str, Any]:
        group = self._then.get(key)
        if group is None:
            raise NotLoadable(
                f"the definition of '{key}' is not in {self.rollback.version.name}", "it could not be kept"
            )
        found = self.rollback.group_store.load([group], self.loader)
        for name, made in found.items():
            definitions.remember_key(made, name)
        return found
