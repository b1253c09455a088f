"""The comparison of live values with a version. Values are encoded for it, but not stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore, Sources


def _not_selected(_name: str, _value: Any) -> str:
    return "not selected"


@dataclass
class LiveValues:
    """Live values, encoded for a comparison and not stored.

    names: the names to encode; missing ones are ignored. capture: the drafts, whose buffers are live memory.
    sources: part id -> its live bytes, 1-D uint8, read-only use, owned by the values; filled by `groups`.
    """

    group_store: GroupStore
    namespace: dict[str, Any]
    names: Sequence[str]
    capture: graph.Capture = field(init=False)
    sources: Sources = field(default_factory=dict)

    def __post_init__(self) -> None:
        present = {n: self.namespace[n] for n in self.names if n in self.namespace}
        self.capture = graph.capture(present, self.namespace, skip=_not_selected, recall=self.group_store.recall)

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Name -> the group that a commit would store now."""
        pairs = [(d.names, self.group_store.identify(d, self.sources)) for d in self.capture.groups]
        return {name: group for names, group in pairs for name in names}

    @cached_property
    def definitions(self) -> dict[str, Group]:
        """Definition key -> the group that a commit would store now."""
        pairs = ((d.names, self.group_store.identify(d)) for d in self.capture.definitions)
        return {key: group for keys, group in pairs for key in keys}

    def size_bytes(self, name: str) -> int:
        """Return the raw bytes of one name, 0 if it was not encoded."""
        if name in self.capture.alone:
            return self.capture.alone[name].size_bytes
        draft = next((d for d in self.capture.groups if name in d.names), None)
        return draft.size_bytes if draft is not None else 0


class Comparison:
    """Compares the groups and definitions of a version with the live namespace."""

    def __init__(self, group_store: GroupStore, version: Version, live: LiveValues) -> None:
        self.group_store = group_store
        self.version = version
        self.live = live
        self._stored = {key: group for group in version.definitions for key in group.names}

    def same(self, group: Group) -> bool:
        """Return True if the live values of all names equal the group, with the same shared objects and classes."""
        now = self.live.groups.get(group.names[0])
        if now is None or set(now.names) != set(group.names) or not self.group_store.is_same(now.recipe, group.recipe):
            return False
        return all(self.same_definition(key) for key in self.group_store.recipe(group).draft.uses)

    def same_definition(self, key: str, seen: frozenset[str] = frozenset()) -> bool:
        """Return True if the live class or function with this key, and all it uses, equals the version's.

        seen: keys that are already being compared, for recursive definitions.
        """
        if key in seen:
            return True
        stored, now = self._stored.get(key), self.live.definitions.get(key)
        if stored is None or now is None or not self.group_store.is_same(now.recipe, stored.recipe):
            return False
        return all(self.same_definition(k, seen | {key}) for k in self.group_store.recipe(stored).draft.uses)

    def same_now(self, key: str) -> bool:
        """Like `same_definition`, but encode the definition first if no compared value uses it."""
        if key not in self.live.definitions:
            own = LiveValues(self.group_store, self.live.namespace, (key,))
            known = self.live.definitions
            known.update({k: g for k, g in own.definitions.items() if k not in known})
        return self.same_definition(key)
