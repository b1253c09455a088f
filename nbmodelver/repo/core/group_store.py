"""Groups in and out of the store: drafts become recipes and parts, recipes become values.

The only place that knows both codecs and parts. Parts of the parent version are offered as `near` for deltas.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph, recipe
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.recall import Recall
from nbmodelver.errors import Damaged, NotLoadable
from nbmodelver.model import Group, ObjectId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbmodelver.codecs.graph import Draft
    from nbmodelver.codecs.memory import Buffer
    from nbmodelver.codecs.recipe import Recipe
    from nbmodelver.model import Progress
    from nbmodelver.store.parts import PartStore
    from nbmodelver.store.writing import PackWriter

CACHED_RECIPES = 4096
WORTH_COPYING_BYTES = 65536
Sources = dict[ObjectId, memoryview]


class GroupStore:
    """Groups of one store."""

    def __init__(self, parts: PartStore) -> None:
        self.parts = parts
        self.recall = Recall()
        self._recipes: OrderedDict[ObjectId, Recipe] = OrderedDict()
        self._aliases: dict[ObjectId, dict[ObjectId, None]] = {}

    def remember(self, again: ObjectId, stored: ObjectId) -> None:
        """Say that `again`, a restored value encoded anew, is the value that `stored` holds.

        Pickle writes equal strings once or twice depending on whether they are one object, which a load may change.
        """
        if again != stored:
            self._aliases.setdefault(again, {})[stored] = None

    def is_same(self, a: ObjectId, b: ObjectId) -> bool:
        """True when two recipes hold the same value: equal bytes, or one is the other restored and encoded again."""
        return a == b or b in self._aliases.get(a, ()) or a in self._aliases.get(b, ())

    def original(self, recipe_id: ObjectId, near: ObjectId | None) -> ObjectId:
        """The stored recipe that this one repeats, `near` if it is among them; itself if it repeats none."""
        known = self._aliases.get(recipe_id)
        if not known:
            return recipe_id
        return near if near in known else next(reversed(known))

    def put(self, pack: PackWriter, draft: Draft, near: Group | None = None) -> Group:
        """Store a draft's buffers and recipe; known bytes write nothing."""
        if self._aliases and draft.format != graph.PLAIN:
            found = self.identify(draft)
            stored = self.original(found.recipe, near.recipe if near else None)
            known = dataclasses.replace(found, recipe=stored)
            if stored != found.recipe and self.parts.has(stored) and self.recipe(known).draft.uses == draft.uses:
                return known
        old = self._near(near)
        items = [(b.raw, n, b.layout) for b, n in zip(draft.buffers, _matched(draft.buffers, old), strict=True)]
        if recipe.has_own_skeleton(draft):
            items.append((memoryview(draft.skeleton), old.skeleton if old else None, ""))
        ids = pack.put_many(items) if items else []
        data = recipe.write(draft, ids)
        recipe_id = pack.put(data, near=near.recipe if near is not None and old is not None else None, layout="")
        size = len(data) + sum(len(raw) for raw, _, _ in items)
        return Group(draft.names, recipe_id, size, draft.format != graph.PLAIN, draft.classes)

    def identify(self, draft: Draft, sources: Sources | None = None) -> Group:
        """The group that `put` would give, without storing anything.

        sources: is given the live memory of each part, from which a load may copy instead of reading the store.
        """
        items = [b.raw for b in draft.buffers]
        if recipe.has_own_skeleton(draft):
            items.append(memoryview(draft.skeleton))
        ids = self.parts.identify(items)
        if sources is not None:
            sources.update((part, raw) for part, raw in zip(ids, items, strict=True) if len(raw) >= WORTH_COPYING_BYTES)
        data = recipe.write(draft, ids)
        size = len(data) + sum(map(len, items))
        (found,) = self.parts.identify([memoryview(data)])
        return Group(draft.names, found, size, draft.format != graph.PLAIN, draft.classes)

    def recipe(self, group: Group) -> Recipe:
        """The recipe of a group. Raises Damaged."""
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
        """Every part that a group needs, its recipe first."""
        yield group.recipe
        yield from self.recipe(group).every_part

    def load(
        self,
        groups: Sequence[Group],
        loader: graph.Loader,
        progress: Progress | None = None,
        sources: Sources | None = None,
    ) -> dict[str, Any]:
        """The values of some groups by name. Reads everything first, then decodes.

        sources: live memory that holds the bytes of parts, from `identify` with nothing run in between.
        Raises Damaged, NotLoadable, NeedsTrust.
        """
        openings = [_Opening(group, self.recipe(group)) for group in groups]
        for one in openings:
            if set(one.found.draft.names) != set(one.group.names):
                said = f"'{', '.join(one.group.names)}': its recipe is that of {', '.join(one.found.draft.names)}"
                raise Damaged(said, "try: %mv_verify --full")
        wanted = [w for opening in openings for w in opening.wanted()]
        if sources:
            copied = [(out, sources[part]) for part, out in wanted if part in sources]
            wanted = [(part, out) for part, out in wanted if part not in sources]
            self.parts.copy_many(copied)
        try:
            self.parts.read_many(wanted, progress)
        except Damaged as error:
            raise self._blamed(error, openings) from error
        with loader.lending():
            values = _decoded(openings, loader)
        return {name: values[name] for group in groups for name in group.names}

    def in_turn(self, groups: Sequence[Group]) -> list[Group]:
        """The groups in the order in which `load` decodes them."""
        return sorted(groups, key=lambda group: _turn(self.recipe(group).draft))

    def skeleton(self, group: Group) -> bytes:
        """The skeleton of a group: for a pickled one, its pickle. Raises Damaged."""
        found = self.recipe(group)
        return found.draft.skeleton if found.skeleton is None else bytes(self.parts.get(found.skeleton))

    def what_it_runs(self, group: Group) -> tuple[str, ...]:
        """What loading a group imports and may call, read from its pickle without running it; () without pickle."""
        draft = dataclasses.replace(self.recipe(group).draft, skeleton=self.skeleton(group))
        return tuple(graph.what_it_runs(draft)) if draft.format == graph.PICKLE else ()

    def described(self, group: Group, most_bytes: int) -> Draft | None:
        """The draft of a group with its skeleton and without any buffer; None when the skeleton is longer."""
        found = self.recipe(group)
        if found.skeleton is None:
            return found.draft
        if found.skeleton_bytes > most_bytes:
            return None
        return dataclasses.replace(found.draft, skeleton=bytes(self.parts.get(found.skeleton)))

    def _blamed(self, error: Damaged, openings: Iterable[_Opening]) -> Damaged:
        for opening in openings:
            for part, out in opening.wanted():
                try:
                    self.parts.read_into(part, out)
                except Damaged as again:
                    return _named(again, opening.group)
        return error

    def _near(self, near: Group | None) -> Recipe | None:
        if near is None:
            return None
        try:
            return self.recipe(near)
        except Damaged:
            return None  # A hint only: a damaged parent must not keep anyone from committing.


def _named(error: Damaged, group: Group) -> Damaged:
    names = ", ".join(group.names)
    return type(error)(f"'{names}': {error.message}", error.hint)


class _Opening:
    """One group while it is read: where each part goes."""

    def __init__(self, group: Group, found: Recipe) -> None:
        self.group = group
        self.found = found
        own = found.draft.own
        self.arrays = Arrays(found.draft.table, found.sizes[own:])
        self.own = [memoryview(bytearray(size)) for size in found.sizes[:own]]
        self.skeleton = memoryview(bytearray(found.skeleton_bytes)) if found.skeleton is not None else None

    def wanted(self) -> list[tuple[ObjectId, memoryview]]:
        """Parts and their targets."""
        own = len(self.own)
        pairs = list(zip(self.found.parts[:own], self.own, strict=True))
        pairs += [(self.found.parts[own + at], target) for at, target in self.arrays.targets.items()]
        if self.found.skeleton is not None and self.skeleton is not None:
            pairs.append((self.found.skeleton, self.skeleton))
        return pairs

    def decode(self, loader: graph.Loader) -> dict[str, Any]:
        """The values, once every target is filled."""
        draft = self.found.draft
        if self.skeleton is not None:
            draft = dataclasses.replace(draft, skeleton=bytes(self.skeleton))
        return loader.load(draft, self.own, self.arrays)


def _turn(draft: Draft) -> int:
    """When it can be decoded: 0 for what uses nothing of the notebook, 1 for its definitions, 2 for the rest."""
    uses = set(draft.uses)
    return 0 if not uses else 1 if uses <= set(draft.names) else 2


def _decoded(openings: Sequence[_Opening], loader: graph.Loader) -> dict[str, Any]:
    """The values: first those that no code of the notebook rebuilds, then its functions and classes, then the rest.

    One that lacks a name has another turn when all the others are there.
    """
    values: dict[str, Any] = {}
    waiting: list[_Opening] = []
    for opening in sorted(openings, key=lambda opening: _turn(opening.found.draft)):
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
    """For each buffer the parent's part that it likely resembles: same place if the size fits, else same size."""
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
