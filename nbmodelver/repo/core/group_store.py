"""Stores and loads groups: drafts become recipes and parts, recipes become values.

Only this module knows both codecs and parts. It passes parts of the parent version to the store as bases (`near`).
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import columns as stored_columns
from nbmodelver.codecs import graph, recipe
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.recall import Recall
from nbmodelver.errors import Damaged, NotLoadable
from nbmodelver.model import Group, ObjectId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from nbmodelver.codecs.graph import Draft
    from nbmodelver.codecs.memory import Buffer
    from nbmodelver.codecs.recipe import Recipe
    from nbmodelver.model import Progress
    from nbmodelver.store.parts import PartStore
    from nbmodelver.store.writing import PackWriter

CACHED_RECIPES = 4096
WORTH_COPYING_BYTES = 65536
Sources = dict[ObjectId, memoryview]
"""Part id -> live memory with its bytes: 1-D uint8, not to be written, owned by a live value."""


class GroupStore:
    """The groups of one store."""

    def __init__(self, parts: PartStore) -> None:
        self.parts = parts
        self.recall = Recall()
        self._recipes: OrderedDict[ObjectId, Recipe] = OrderedDict()
        self._aliases: dict[ObjectId, dict[ObjectId, None]] = {}

    def remember(self, alias: ObjectId, stored: ObjectId) -> None:
        """Record that two recipes contain the same value. alias: the recipe of the loaded value, encoded again.

        The two may differ although the value is unchanged: pickle writes equal strings once if they are one object, and
        twice otherwise, and a load may change that.
        """
        if alias != stored:
            self._aliases.setdefault(alias, {})[stored] = None

    def is_same(self, a: ObjectId, b: ObjectId) -> bool:
        """Return True if two recipes contain the same value: they are equal, or one is an alias of the other."""
        return a == b or b in self._aliases.get(a, ()) or a in self._aliases.get(b, ())

    def original(self, recipe_id: ObjectId, near: ObjectId | None) -> ObjectId:
        """Return the stored recipe of which this one is an alias; `near` if several are; itself if it is no alias."""
        known = self._aliases.get(recipe_id)
        if not known:
            return recipe_id
        return near if near in known else next(reversed(known))

    def put(self, pack: PackWriter, draft: Draft, near: Group | None = None) -> Group:
        """Store the buffers and the recipe of a draft. Bytes that are already stored are not written again.

        draft: its buffers (1-D uint8) are only read. near: the group of the parent version, for deltas.
        Raises StoreReadOnly, StoreFull, StoreError.
        """
        if self._aliases and draft.format != graph.PLAIN:
            group = self.identify(draft)
            stored = self.original(group.recipe, near.recipe if near else None)
            known = dataclasses.replace(group, recipe=stored)
            if stored != group.recipe and self.parts.has(stored) and self.recipe(known).draft.uses == draft.uses:
                return known
        old = self._recipe_of_base(near)
        items = [(b.raw, n, b.layout) for b, n in zip(draft.buffers, _matched(draft.buffers, old), strict=True)]
        if recipe.has_own_skeleton(draft):
            items.append((memoryview(draft.skeleton), old.skeleton if old else None, ""))
        ids = pack.put_many(items) if items else []
        data = recipe.write(draft, ids)
        recipe_id = pack.put(data, near=near.recipe if near is not None and old is not None else None, layout="")
        size = len(data) + sum(len(raw) for raw, _, _ in items)
        return Group(draft.names, recipe_id, size, draft.format != graph.PLAIN, draft.classes)

    def identify(self, draft: Draft, sources: Sources | None = None) -> Group:
        """Return the group that `put` would return. Stores nothing.

        sources: receives the live memory of each part of at least WORTH_COPYING_BYTES; a load can copy from it instead
        of reading the store.
        """
        items = [b.raw for b in draft.buffers]
        if recipe.has_own_skeleton(draft):
            items.append(memoryview(draft.skeleton))
        ids = self.parts.identify(items)
        if sources is not None:
            sources.update((part, raw) for part, raw in zip(ids, items, strict=True) if len(raw) >= WORTH_COPYING_BYTES)
        data = recipe.write(draft, ids)
        size = len(data) + sum(map(len, items))
        (recipe_id,) = self.parts.identify([memoryview(data)])
        return Group(draft.names, recipe_id, size, draft.format != graph.PLAIN, draft.classes)

    def recipe(self, group: Group) -> Recipe:
        """Return the recipe of a group, from the cache if possible. Raises Damaged."""
        cached = self._recipes.get(group.recipe)
        if cached is None:
            try:
                cached = recipe.read(memoryview(self.parts.get(group.recipe)))
            except Damaged as error:
                raise _named(error, group) from error
            self._recipes[group.recipe] = cached
            while len(self._recipes) > CACHED_RECIPES:
                self._recipes.popitem(last=False)
        return cached

    def parts_of(self, group: Group) -> Iterator[ObjectId]:
        """Yield every part that a group needs, its recipe first. Raises Damaged."""
        yield group.recipe
        yield from self.recipe(group).every_part

    def load(
        self,
        groups: Sequence[Group],
        loader: graph.Loader,
        progress: Progress | None = None,
        sources: Sources | None = None,
    ) -> dict[str, Any]:
        """Return the values of groups by name. All parts are read before any value is decoded.

        sources: live memory to copy from, as `identify` filled it; no code may have run since.
        Raises Damaged, NotLoadable, NeedsTrust.
        """
        openings = [_Opening(group, self.recipe(group)) for group in groups]
        for opening in openings:
            stored, names = ", ".join(opening.recipe.draft.names), ", ".join(opening.group.names)
            if set(opening.recipe.draft.names) != set(opening.group.names):
                raise Damaged(f"'{names}': its recipe is that of {stored}", "try: %mv_verify --full")
        targets = [pair for opening in openings for pair in opening.targets()]
        if sources:
            copied = [(out, sources[part]) for part, out in targets if part in sources]
            targets = [(part, out) for part, out in targets if part not in sources]
            self.parts.copy_many(copied)
        try:
            self.parts.read_many(targets, progress)
        except Damaged as error:
            raise self._with_names(error, openings) from error
        with loader.lending():
            values = _decoded(openings, loader)
        return {name: values[name] for group in groups for name in group.names}

    def load_columns(self, group: Group, columns: Collection[str]) -> Any:
        """Return the table of a group, restricted to some columns. Only their parts and those of all columns are read.

        Returns None if the group is no plain table whose columns are stored apart. A column that does not exist, or
        whose parts cannot be told from others, is missing in the result. Raises Damaged, NotLoadable.
        """
        stored = self.recipe(group)
        if not stored_columns.is_by_columns(stored):
            return None
        opening = _Opening(group, stored)
        opening.arrays.leave_out(stored_columns.buffers_without(stored, columns))
        self.parts.read_many(opening.targets())
        return graph.decode_columns(opening.draft(), opening.own, opening.arrays, columns)

    def column_parts(self, group: Group) -> tuple[str, dict[str, tuple[ObjectId, ...]]] | None:
        """Return a digest of what all columns share, and the parts by slot; None unless stored by columns.

        Two groups with equal digests are tables of the same columns, dtypes, index and number of rows. Raises Damaged.
        """
        stored = self.recipe(group)
        if not stored_columns.is_by_columns(stored):
            return None
        return stored_columns.rest_digest(stored), stored_columns.column_parts(stored)

    def in_turn(self, groups: Sequence[Group]) -> list[Group]:
        """Return the groups in the order in which `load` decodes them. Raises Damaged."""
        return sorted(groups, key=lambda group: _rank(self.recipe(group).draft))

    def skeleton(self, group: Group) -> bytes:
        """Return the skeleton of a group; for a pickled group, the pickle. Raises Damaged."""
        stored = self.recipe(group)
        return stored.draft.skeleton if stored.skeleton is None else bytes(self.parts.get(stored.skeleton))

    def what_it_runs(self, group: Group) -> tuple[str, ...]:
        """Return the objects that loading a group imports and may call; () if it is not pickled.

        They are read from the pickle without running it. Raises Damaged.
        """
        draft = dataclasses.replace(self.recipe(group).draft, skeleton=self.skeleton(group))
        return tuple(graph.what_it_runs(draft)) if draft.format == graph.PICKLE else ()

    def described(self, group: Group, most_bytes: int) -> Draft | None:
        """Return the draft of a group without its buffers; None if its skeleton is longer than `most_bytes`.

        Raises Damaged.
        """
        stored = self.recipe(group)
        if stored.skeleton is None:
            return stored.draft
        if stored.skeleton_bytes > most_bytes:
            return None
        return dataclasses.replace(stored.draft, skeleton=bytes(self.parts.get(stored.skeleton)))

    def _with_names(self, error: Damaged, openings: Iterable[_Opening]) -> Damaged:
        """Read the parts one by one, and return the first error with the names of its group."""
        for opening in openings:
            for part, out in opening.targets():
                try:
                    self.parts.read_into(part, out)
                except Damaged as first:
                    return _named(first, opening.group)
        return error

    def _recipe_of_base(self, near: Group | None) -> Recipe | None:
        """Return the recipe of the group that serves as base; None without one or if it is damaged."""
        if near is None:
            return None
        try:
            return self.recipe(near)
        except Damaged:
            return None  # The base is only a hint. A damaged parent must not prevent a commit.


def _named(error: Damaged, group: Group) -> Damaged:
    names = ", ".join(group.names)
    return type(error)(f"'{names}': {error.message}", error.hint)


class _Opening:
    """One group during a load, with the memory into which its parts are read."""

    def __init__(self, group: Group, recipe: Recipe) -> None:
        self.group = group
        self.recipe = recipe
        own = recipe.draft.own
        self.arrays = Arrays(recipe.draft.table, recipe.sizes[own:])
        self.own = [memoryview(bytearray(size)) for size in recipe.sizes[:own]]
        self.skeleton = memoryview(bytearray(recipe.skeleton_bytes)) if recipe.skeleton is not None else None

    def targets(self) -> list[tuple[ObjectId, memoryview]]:
        """Return (part, target): 1-D uint8, writable, with the length of the part."""
        own = len(self.own)
        pairs = list(zip(self.recipe.parts[:own], self.own, strict=True))
        pairs += [(self.recipe.parts[own + at], target) for at, target in self.arrays.targets.items()]
        if self.recipe.skeleton is not None and self.skeleton is not None:
            pairs.append((self.recipe.skeleton, self.skeleton))
        return pairs

    def draft(self) -> Draft:
        """Return the draft with its skeleton, which must have been read."""
        draft = self.recipe.draft
        return draft if self.skeleton is None else dataclasses.replace(draft, skeleton=bytes(self.skeleton))

    def decode(self, loader: graph.Loader) -> dict[str, Any]:
        """Return the values by name. Every target must be filled. Raises NotLoadable, NeedsTrust, Damaged."""
        return loader.load(self.draft(), self.own, self.arrays)


def _rank(draft: Draft) -> int:
    """Return the decoding order: 0 for groups without notebook code, 1 for classes and functions, 2 for the rest."""
    uses = set(draft.uses)
    return 0 if not uses else 1 if uses <= set(draft.names) else 2


def _decoded(openings: Sequence[_Opening], loader: graph.Loader) -> dict[str, Any]:
    """Return the values of all groups by name, decoded in the order of `_rank`.

    A group that fails with NameError is decoded again after all others. Raises NotLoadable, NeedsTrust, Damaged.
    """
    values: dict[str, Any] = {}
    waiting: list[_Opening] = []
    for opening in sorted(openings, key=lambda opening: _rank(opening.recipe.draft)):
        try:
            values.update(opening.decode(loader))
        except NotLoadable as error:
            if not isinstance(error.__cause__, NameError):
                raise
            waiting.append(opening)
    for opening in waiting:
        values.update(opening.decode(loader))
    return values


def _matched(buffers: Sequence[Buffer], old: Recipe | None) -> list[ObjectId | None]:
    """Return for each buffer the part of the parent that it probably resembles, or None without a parent.

    Chosen in this order: the part of the same slot, the part at the same index if the size or the number of parts is
    the same, the closest part of the same size, the part at the same index.
    """
    if old is None or not buffers:
        return [None] * len(buffers)
    count = len(old.parts)
    free: dict[int, list[int]] = {}
    for at, size in enumerate(old.sizes[:count]):
        free.setdefault(size, []).append(at)
    same_shape = count == len(buffers)
    by_slot = {slot: part for slot, part in zip(reversed(old.slots), reversed(old.parts), strict=False) if slot}
    matches: list[ObjectId | None] = []
    for at, buffer in enumerate(buffers):
        size = len(buffer.raw)
        if buffer.slot in by_slot:
            matches.append(by_slot[buffer.slot])
        elif at < count and (old.sizes[at] == size or same_shape):
            matches.append(old.parts[at])
        elif count:
            places = free.get(size)
            matches.append(old.parts[_closest(places, at) if places else min(at, count - 1)])
        else:
            matches.append(None)
    return matches


def _closest(places: list[int], at: int) -> int:
    return min(places, key=lambda place: abs(place - at))
