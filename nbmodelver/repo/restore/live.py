"""The live values against a version: encoded for comparison, nothing of it stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore, Sources


def _not_asked_for(_name: str, _value: Any) -> str:
    return "not asked for"


@dataclass
class LiveValues:
    """The live values that matter, encoded for comparison. Nothing of it is stored."""

    group_store: GroupStore
    namespace: dict[str, Any]
    names: Sequence[str]
    capture: graph.Capture = field(init=False)
    sources: Sources = field(default_factory=dict)

    def __post_init__(self) -> None:
        present = {n: self.namespace[n] for n in self.names if n in self.namespace}
        self.capture = graph.capture(present, self.namespace, skip=_not_asked_for, recall=self.group_store.recall)

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Name -> its group as it is now."""
        found = [(d.names, self.group_store.identify(d, self.sources)) for d in self.capture.groups]
        return {name: group for names, group in found for name in names}

    @cached_property
    def definitions(self) -> dict[str, Group]:
        """Definition key -> its group as it is now."""
        found = ((d.names, self.group_store.identify(d)) for d in self.capture.definitions)
        return {key: group for keys, group in found for key in keys}

    def size_bytes(self, name: str) -> int:
        """Raw bytes of a name by itself; 0 for one that was not encoded."""
        if name in self.capture.alone:
            return self.capture.alone[name].size_bytes
        draft = next((d for d in self.capture.groups if name in d.names), None)
        return draft.size_bytes if draft is not None else 0


class Comparison:
    """A version against the live namespace."""

    def __init__(self, group_store: GroupStore, version: Version, live: LiveValues) -> None:
        self.group_store = group_store
        self.version = version
        self.live = live
        self._then = {key: group for group in version.definitions for key in group.names}

    def same(self, group: Group) -> bool:
        """True when every name of the group is live as it was, shares what it shared, and has the same classes."""
        now = self.live.groups.get(group.names[0])
        if now is None or set(now.names) != set(group.names) or not self.group_store.is_same(now.recipe, group.recipe):
            return False
        return all(self.same_definition(key) for key in self.group_store.recipe(group).draft.uses)

    def same_definition(self, key: str, seen: frozenset[str] = frozenset()) -> bool:
        """True when the live class or function of this key, and all it refers to, is the one of the version."""
        if key in seen:
            return True
        then, now = self._then.get(key), self.live.definitions.get(key)
        if then is None or now is None or not self.group_store.is_same(now.recipe, then.recipe):
            return False
        return all(self.same_definition(k, seen | {key}) for k in self.group_store.recipe(then).draft.uses)

    def same_now(self, key: str) -> bool:
        """The same, also for a definition that no value of those compared uses: it is looked at for this."""
        if key not in self.live.definitions:
            more = LiveValues(self.group_store, self.live.namespace, (key,))
            known = self.live.definitions
            known.update({k: g for k, g in more.definitions.items() if k not in known})
        return self.same_definition(key)
