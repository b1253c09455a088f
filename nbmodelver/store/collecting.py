"""Garbage collection of packs, in an order that allows a kill at any moment.

A pack is deleted if none of its parts is needed. It is rewritten if more than a tenth of it is not needed, or if one of
its needed parts is a delta to a part that is removed. New packs are durable before old ones are deleted. A kill can
leave parts in two packs; the next gc removes the second copies.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from nbmodelver.errors import MissingPart, StoreError
from nbmodelver.model import GcReport, ObjectId
from nbmodelver.store import condemned
from nbmodelver.store.index import Place
from nbmodelver.store.repacking import repack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbmodelver.store.packs import Contents, Entry
    from nbmodelver.store.reading import Reader
    from nbmodelver.store.writing import PackWriter

LEAST_ALIVE = 0.9
"""A pack with a larger share of needed bytes stays as it is. A rewrite copies blocks without decoding them, so it is
cheap enough to free a tenth of a pack."""

_PACK_BYTES = 256 << 20


@dataclass
class GcPlan:
    """The plan of a collection.

    live: ids that stay, including the bases that unchanged packs need. places: for each id the entry that is read.
    delete, rewrite, keep: packs by key.
    """

    live: set[ObjectId]
    places: dict[ObjectId, Place]
    delete: dict[str, Contents] = field(default_factory=dict)
    rewrite: dict[str, Contents] = field(default_factory=dict)
    keep: dict[str, Contents] = field(default_factory=dict)
    _used: dict[str, dict[int, int]] = field(default_factory=dict)

    def here(self, contents: Contents, entry: Entry) -> bool:
        """Return True if the part stays and this is the copy that is read."""
        return entry.id in self.live and self.places[entry.id].contents is contents

    def orphaned(self, contents: Contents, entry: Entry) -> bool:
        """Return True if the part is a delta to a part that is removed."""
        return not contents.bases_of(entry) <= self.live

    def used(self, contents: Contents) -> dict[int, int]:
        """Return for each block the raw bytes of the parts that stay and begin in it. `live` must be final."""
        if contents.pack not in self._used:
            found = self._used[contents.pack] = dict.fromkeys(range(len(contents.blocks)), 0)
            for entry in contents.entries:
                if entry.size and self.here(contents, entry):
                    found[contents.covering(entry)[0]] += entry.size
        return self._used[contents.pack]

    def report(self, freed_bytes: int | None = None, dry_run: bool = False) -> GcReport:
        """Return the numbers of the plan. freed_bytes: measured; None to estimate it."""
        gone = {e.id for c in (*self.delete.values(), *self.rewrite.values()) for e in c.entries} - self.live
        size = sum(c.size for c in (*self.delete.values(), *self.rewrite.values(), *self.keep.values()))
        if freed_bytes is None:
            freed_bytes = sum(c.size for c in self.delete.values())
            freed_bytes += sum(int(c.size * (1 - alive(self, c))) for c in self.rewrite.values())
            freed_bytes -= _stored_whole(self)
        rewritten = sum(c.size for c in self.rewrite.values())
        count = len(self.delete) + len(self.rewrite)
        return GcReport(len(gone), count, freed_bytes, size - freed_bytes, dry_run, rewritten)


def plan(reader: Reader, live: set[ObjectId], grace_s: float, exact: bool, allow_empty: bool) -> GcPlan:
    """Plan a collection that keeps `live`. Changes nothing. See PartStore.collect for the arguments.

    Raises StoreError for an empty `live` unless allow_empty, Damaged for an unreadable pack, MissingPart.
    """
    backend, index = reader.backend, reader.index
    packs = dict(sorted(index.packs().items()))  # The same packs give the same result.
    for error in index.unreadable().values():
        raise error
    made = GcPlan(set(live), {place.entry.id: place for place in index.parts()})
    if not live and made.places and not allow_empty:
        raise StoreError("no version needs any part, but the store has some: nothing was removed", "run verify first")
    for id_ in sorted(live - made.places.keys()):
        hint = "run nbmodelver verify to see which versions lost it, and forget these or restore a backup"
        raise MissingPart(f"part {id_} is needed and missing: nothing was removed", hint)
    young = {key for key, c in packs.items() if abs(backend.age_s(key)) < grace_s}
    for contents in (packs[key] for key in young):
        _leave_alone(made, contents)
    while True:
        before = len(made.live)
        _sort(made, packs, young, exact)
        if len(made.live) == before:
            return made


def _leave_alone(made: GcPlan, contents: Contents) -> None:
    """Count all parts of a pack, and their bases, as needed."""
    made.live.update(e.id for e in contents.entries)
    for entry in contents.entries:
        made.live |= contents.bases_of(entry)


def _sort(made: GcPlan, packs: dict[str, Contents], young: set[str], exact: bool) -> None:
    made.delete, made.rewrite, made.keep = {}, {}, {}
    for key, contents in packs.items():
        if key in young:
            made.keep[key] = contents
        elif not any(made.here(contents, e) for e in contents.entries):
            made.delete[key] = contents
        elif _needs_rewriting(made, contents, exact):
            made.rewrite[key] = contents
        else:
            made.keep[key] = contents
            for entry in contents.entries:  # A part that no version needs can still be found, so it must be decodable.
                if not made.here(contents, entry):
                    made.live |= contents.bases_of(entry)


def _needs_rewriting(made: GcPlan, contents: Contents, exact: bool) -> bool:
    if any(made.here(contents, e) and made.orphaned(contents, e) for e in contents.entries):
        return True
    share = alive(made, contents)
    return share < LEAST_ALIVE or (exact and not all(e.id in made.live for e in contents.entries))


def alive(made: GcPlan, contents: Contents) -> float:
    """Return the share of a pack's stored bytes that is needed, 0 to 1. Shared blocks count in proportion."""
    stored = 0.0
    for entry in contents.entries:
        if made.here(contents, entry):
            blocks = [contents.blocks[i] for i in contents.covering(entry)]
            raw = sum(b.raw for b in blocks)
            stored += sum(b.stored for b in blocks) * entry.size / raw if raw else 0
    return stored / contents.stored_bytes if contents.stored_bytes else 1.0


def carry_out(made: GcPlan, reader: Reader, new_writer: Callable[[], PackWriter]) -> GcReport:
    """Execute the plan: delete unneeded packs, rewrite packs, delete the rewritten ones, sweep temporary files.

    new_writer: creates a writer that also writes parts that are stored. The caller holds the lease exclusively.
    """
    index = reader.index
    before = sum(c.size for c in index.packs().values())
    needed = {place.contents.pack for place in _bases_of_rewritten(made)}
    _delete(reader, [key for key in made.delete if key not in needed])  # Room first: the disk may be full.
    _encode_again(made, reader, new_writer)
    for some in _portions(made.rewrite.values()):
        kept = [(c, [e for e in c.entries if made.here(c, e) and not _moves_alone(made, c, e)]) for c in some]
        repack(reader, kept)
    left = _delete(reader, [*made.delete, *made.rewrite])  # Also deletes what an earlier gc could not delete.
    reader.backend.sweep()
    after = sum(c.size for c in index.packs().values())
    after += sum(c.size for c in (*made.delete.values(), *made.rewrite.values()) if c.pack in left)
    return replace(made.report(freed_bytes=before - after), left_packs=len(left))


def _delete(reader: Reader, keys: Iterable[str]) -> set[str]:
    left = condemned.delete(reader.backend, keys)
    reader.index.refresh()
    return left


def _bases_of_rewritten(made: GcPlan) -> list[Place]:
    """Return every part that is needed to decode any part of the packs to rewrite, also of parts that are not needed.

    Until these packs are deleted, their parts can be found, and a commit may use one of them as a base.
    """
    found: dict[ObjectId, Place] = {}
    waiting = [use.base for contents in made.rewrite.values() for block in contents.blocks for use in block.uses]
    while waiting:
        place = made.places.get(waiting.pop())
        if place is None or place.entry.id in found:
            continue
        found[place.entry.id] = place
        for i in place.contents.covering(place.entry):
            waiting += [use.base for use in place.contents.blocks[i].uses]
    return list(found.values())


def _moves_alone(made: GcPlan, contents: Contents, entry: Entry) -> bool:
    """Return True if the part must be encoded again: its base is removed, or its block has parts that are removed."""
    return made.orphaned(contents, entry) or _has_dead_neighbours(made, contents, entry)


def _has_dead_neighbours(made: GcPlan, contents: Contents, entry: Entry) -> bool:
    covering = contents.covering(entry)
    if len(covering) != 1 or contents.blocks[covering[0]].raw == entry.size:
        return False
    return made.used(contents)[covering[0]] < contents.blocks[covering[0]].raw


def _encode_again(made: GcPlan, reader: Reader, new_writer: Callable[[], PackWriter]) -> None:
    """Encode these parts again, in order of depth, none deeper than before.

    A delta is always deeper in its chain than its base, so encoding in order of depth cannot create a cycle. Small
    parts of a block share all its bases, so a block holds parts of one old depth only. Parts without a base go first,
    in a pack of their own, so that the others can be deltas to the new copies.
    """
    bases = _new_bases(made)
    for whole in (True, False):
        writer = new_writer()
        ordered = sorted((p for p in bases if (bases[p] is None) == whole), key=_depth_and_id)
        try:
            for _, same_depth in groupby(ordered, key=lambda place: place.entry.depth):
                for place in same_depth:
                    writer.put_many([(reader.get(place.entry.id), bases[place], "any")])
                writer.close_blocks()
            writer.seal()
        except BaseException:
            writer.abandon()
            raise


def _new_bases(made: GcPlan) -> dict[Place, ObjectId | None]:
    """Return the parts to encode again, each with the nearest base that stays, or None to store it whole.

    If all bases of several parts are removed and their chains begin with the same part, the shallowest of them is
    stored whole, and the others become deltas to it.
    """
    again = (
        Place(c, e) for c in made.rewrite.values() for e in c.entries if made.here(c, e) and _moves_alone(made, c, e)
    )
    heirs: dict[ObjectId, ObjectId] = {}
    found: dict[Place, ObjectId | None] = {}
    for place in sorted(again, key=_depth_and_id):
        base = _living_base(made, *place)
        if base is None and (root := _root(made, place)) is not None:
            heir = heirs.setdefault(root.entry.id, place.entry.id)
            base = None if heir == place.entry.id else heir
        found[place] = base
    return found


def _stored_whole(made: GcPlan) -> int:
    """Estimate the bytes of deltas that will be stored whole: each takes as much as the first part of its chain."""
    roots = (_root(made, place) for place, base in _new_bases(made).items() if base is None)
    return sum(root.contents.blocks[i].stored for root in roots if root for i in root.contents.covering(root.entry))


def _depth_and_id(place: Place) -> tuple[int, ObjectId]:
    return place.entry.depth, place.entry.id


def _root(made: GcPlan, place: Place) -> Place | None:
    """Return the part at the beginning of the chain of deltas; None if the part is not a delta."""
    root, base = None, _closest_base(made, place, place.entry.size)
    while base is not None:
        root, base = base, _closest_base(made, base, place.entry.size)
    return root


def _living_base(made: GcPlan, contents: Contents, entry: Entry) -> ObjectId | None:
    """Return the nearest direct or indirect base that stays, None if there is none."""
    place: Place | None = Place(contents, entry)
    while place is not None:
        place = _closest_base(made, place, entry.size)
        if place is not None and place.entry.id in made.live:
            return place.entry.id
    return None


def _closest_base(made: GcPlan, place: Place, size: int) -> Place | None:
    """Return the base closest in length: a block that several parts share has the bases of all of them."""
    bases = [made.places[b] for b in sorted(place.contents.bases_of(place.entry)) if b in made.places]
    nearer = [base for base in bases if base.entry.depth < place.entry.depth]
    return min(nearer, key=lambda p: abs(p.entry.size - size), default=None)


def _portions(packs: Iterable[Contents]) -> list[list[Contents]]:
    portions: list[list[Contents]] = []
    size = _PACK_BYTES
    for contents in packs:
        if size + contents.size > _PACK_BYTES:
            portions.append([])
            size = 0
        portions[-1].append(contents)
        size += contents.size
    return portions
