"""Classes and functions for a load: the live definition if it equals the stored one, else the stored one."""

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
    """The attributes of a `Rollback` that `DefinitionLoader` uses."""

    group_store: GroupStore
    version: Version
    namespace: dict[str, Any]
    trusted: bool
    restricted: bool
    comparison: Comparison
    remembered: Comparison | None
    selected_groups: list[Group]
    obstacles: Obstacles

    def python_then(self) -> str:
        """Return the Python version that created the version, "" if it is unknown."""


class DefinitionLoader:
    """Finds classes and functions for a load. Each is looked up once."""

    def __init__(self, rollback: Loading) -> None:
        self.rollback = rollback
        self._stored_groups = {key: group for group in rollback.version.definitions for key in group.names}
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
        """Return the definition with this key. Raises NotLoadable if the version does not contain it, Damaged."""
        if key not in self._found:
            live = self._live(key)
            self._found.update(self._stored(key) if live is None else {key: live})
        return self._found[key]

    def _live(self, key: str) -> Any:
        """Return the class or function of the notebook, or of the undo memory, if it is unchanged; else None."""
        for comparison in (self.rollback.comparison, self.rollback.remembered):
            if comparison is None:
                continue
            candidate = comparison.live.namespace.get(key)
            if candidate is None or not definitions.is_definition(candidate):
                # The name was bound to another value, but live instances may still use the class.
                candidate = comparison.live.capture.defined.get(key)
            if candidate is not None and comparison.same_now(key):
                return candidate
        return None

    def _stored(self, key: str) -> dict[str, Any]:
        group = self._stored_groups.get(key)
        if group is None:
            raise NotLoadable(
                f"{self.rollback.version.name} does not contain the definition of '{key}'",
                "load only names that do not use it",
            )
        loaded = self.rollback.group_store.load([group], self.loader)
        for name, definition in loaded.items():
            definitions.remember_key(definition, name)
        return loaded
