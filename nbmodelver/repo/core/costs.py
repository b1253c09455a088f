"""What versions cost on disk: stored bytes of their parts, and of the parts that these are deltas to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged
from nbmodelver.repo.core.reachability import documents_of, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Group, ObjectId, Version
    from nbmodelver.repo.core.group_store import GroupStore


class Costs:
    """Stored bytes by part, looked up once. What is damaged or missing costs nothing."""

    def __init__(self, group_store: GroupStore) -> None:
        self._group_store = group_store
        self._parts = group_store.parts
        self._stored: dict[ObjectId, int] = {}
        self._bases: dict[ObjectId, frozenset[ObjectId]] = {}
        self._of_group: dict[ObjectId, frozenset[ObjectId]] = {}
        self._counted: set[ObjectId] = set()

    def stored(self, part: ObjectId) -> int:
        """Bytes on disk for the part, by its share of the blocks it lies in."""
        self._look_up(part)
        return self._stored[part]

    def raw(self, part: ObjectId) -> int:
        """Raw bytes of the part."""
        return self._parts.size(part) if self._parts.has(part) else 0

    def of_group(self, group: Group) -> frozenset[ObjectId]:
        """Every part that a group needs, bases included."""
        if group.recipe not in self._of_group:
            try:
                own = set(self._group_store.parts_of(group))
            except Damaged:
                own = {group.recipe}
            self._of_group[group.recipe] = self.with_bases(own)
        return self._of_group[group.recipe]

    def of_version(self, version: Version) -> set[ObjectId]:
        """Every part that a version needs, bases included."""
        found = set(self.with_bases(documents_of(version)))
        return found.union(*(self.of_group(group) for group in groups_of(version)))

    def added(self, version: Version) -> int:
        """Stored bytes of what the version needs and none of those asked for before it needed."""
        new = self.of_version(version) - self._counted
        self._counted |= new
        return sum(map(self.stored, new))

    def with_bases(self, parts: Iterable[ObjectId]) -> frozenset[ObjectId]:
        """The parts, and all that is needed to decode them."""
        found: set[ObjectId] = set()
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            if part not in found:
                found.add(part)
                self._look_up(part)
                waiting += self._bases[part]
        return frozenset(found)

    def _look_up(self, part: ObjectId) -> None:
        if part not in self._stored:
            try:
                self._stored[part] = self._parts.stored_size(part)
                self._bases[part] = frozenset(self._parts.bases(part))
            except Damaged:
                self._stored[part], self._bases[part] = 0, frozenset()
