"""The disk usage of versions: the stored bytes of their parts and of the bases of these parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged
from nbmodelver.repo.core.reachability import documents_of, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Group, ObjectId, Version
    from nbmodelver.repo.core.group_store import GroupStore


class Costs:
    """Stored bytes by part, each looked up once. Damaged and missing parts count as 0 bytes."""

    def __init__(self, group_store: GroupStore) -> None:
        self._group_store = group_store
        self._parts = group_store.parts
        self._stored: dict[ObjectId, int] = {}
        self._bases: dict[ObjectId, frozenset[ObjectId]] = {}
        self._of_group: dict[ObjectId, frozenset[ObjectId]] = {}
        self._counted: set[ObjectId] = set()

    def stored(self, part: ObjectId) -> int:
        """Return the bytes on disk of a part: its share of the blocks that contain it."""
        self._look_up(part)
        return self._stored[part]

    def raw(self, part: ObjectId) -> int:
        """Return the raw bytes of a part, 0 if it is missing."""
        return self._parts.size(part) if self._parts.has(part) else 0

    def of_group(self, group: Group) -> frozenset[ObjectId]:
        """Return every part that a group needs, including bases."""
        if group.recipe not in self._of_group:
            try:
                own = set(self._group_store.parts_of(group))
            except Damaged:
                own = {group.recipe}
            self._of_group[group.recipe] = self.with_bases(own)
        return self._of_group[group.recipe]

    def of_version(self, version: Version) -> set[ObjectId]:
        """Return every part that a version needs, including bases."""
        documents = set(self.with_bases(documents_of(version)))
        return documents.union(*(self.of_group(group) for group in groups_of(version)))

    def added(self, version: Version) -> int:
        """Return the stored bytes of the parts that the version needs and that no version of an earlier call needed."""
        new = self.of_version(version) - self._counted
        self._counted |= new
        return sum(map(self.stored, new))

    def with_bases(self, parts: Iterable[ObjectId]) -> frozenset[ObjectId]:
        """Return the parts and all parts that are needed to decode them."""
        needed: set[ObjectId] = set()
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            if part not in needed:
                needed.add(part)
                self._look_up(part)
                waiting += self._bases[part]
        return frozenset(needed)

    def _look_up(self, part: ObjectId) -> None:
        if part not in self._stored:
            try:
                self._stored[part] = self._parts.stored_size(part)
                self._bases[part] = frozenset(self._parts.bases(part))
            except Damaged:
                self._stored[part], self._bases[part] = 0, frozenset()
