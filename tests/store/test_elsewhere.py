"""Parts that a store lacks and another place has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import MissingPart
from nbmodelver.model import ObjectId
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.elsewhere import KnownPacks, bases_of_blocks, blocks_needed, by_pack, with_bases
from nbmodelver.store.packs import contents_of_ends
from nbmodelver.store.parts import PartStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Progress
    from nbmodelver.store.index import Place
    from nbmodelver.store.packs import Block, Contents


def raw(seed: int, size: int = 200_000) -> memoryview:
    return memoryview(np.random.default_rng(seed).integers(0, 255, size, dtype="u1")).cast("B")


class Far:
    """Another store, as `Elsewhere`: its packs are known, and each block that is read is noted."""

    def __init__(self) -> None:
        self.store = PartStore(MemoryBackend())
        self.read: list[tuple[str, int]] = []
        self.prepared: list[ObjectId] = []
        self.index = KnownPacks()

    def put(self, *raws: memoryview, near: ObjectId | None = None) -> list[ObjectId]:
        with self.store.writing() as writer:
            ids = [writer.put(one, near=near) for one in raws]
        found = []
        for key, contents in self.store._index.packs().items():
            known = contents_of_ends(f"far/{key}", contents.size, self.store.ends_of(contents))
            known.read_block = self._reader(known, key)
            found.append(known)
        self.index.add_all(found)
        return ids

    def _reader(self, contents: Contents, key: str):
        def read(block: Block) -> bytes:
            self.read.append((key, block.start))
            return bytes(self.store._backend.read(key, block.start, block.stored))

        return read

    def place(self, id_: ObjectId) -> Place | None:
        return self.index.known(id_)

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        self.prepared += ids

    def look_again(self) -> None:
        """Do nothing."""


@pytest.fixture
def far() -> Far:
    return Far()


def test_a_part_that_is_elsewhere_is_read_from_there_and_not_stored(far: Far):
    (id_,) = far.put(raw(0))
    here = PartStore(MemoryBackend())
    with pytest.raises(MissingPart):
        here.get(id_)
    here.read_from(far)
    assert bytes(here.get(id_)) == bytes(raw(0))
    assert here.is_elsewhere(id_)
    assert not here.has(id_)
    assert not here.is_here(id_)
    assert list(here._backend.list("packs/")) == []


def test_a_part_that_is_here_is_never_asked_for_elsewhere(far: Far):
    (id_,) = far.put(raw(0))
    here = PartStore(MemoryBackend())
    here.read_from(far)
    with here.writing() as writer:
        writer.put(raw(0))
    assert bytes(here.get(id_)) == bytes(raw(0))
    assert far.read == []
    assert not here.is_elsewhere(id_)


def test_many_parts_are_prepared_at_once(far: Far):
    ids = far.put(raw(0), raw(1))
    here = PartStore(MemoryBackend())
    with here.reading_from(far):
        outs = [memoryview(bytearray(200_000)) for _ in ids]
        here.read_many(list(zip(ids, outs, strict=True)))
    assert far.prepared == ids
    assert [bytes(out) for out in outs] == [bytes(raw(0)), bytes(raw(1))]
    with pytest.raises(MissingPart):
        here.get(ids[0])


def test_a_commit_never_counts_on_parts_that_are_elsewhere(far: Far):
    (id_,) = far.put(raw(0))
    here = PartStore(MemoryBackend())
    here.read_from(far)
    changed = bytearray(raw(0))
    changed[5] ^= 1
    with here.writing() as writer:
        same, new = writer.put(raw(0)), writer.put(memoryview(changed), near=id_)
    here.read_from(None)
    assert (same, bytes(here.get(same))) == (id_, bytes(raw(0)))
    assert bytes(here.get(new)) == bytes(changed)


def deltas(far: Far) -> tuple[ObjectId, ObjectId]:
    (base,) = far.put(raw(0))
    changed = bytearray(raw(0))
    changed[1000:1010] = bytes(10)
    (delta,) = far.put(memoryview(changed), near=base)
    assert far.store.bases(delta) == {base}
    return base, delta


def test_the_blocks_of_a_delta_include_those_of_its_base(far: Far):
    base, delta = deltas(far)
    needed = blocks_needed(far.index, [delta])
    assert len(needed) == 2
    both = {pack: [b.start for b in blocks] for pack, (_, blocks) in needed.items()}
    assert all(starts == sorted(starts) for starts in both.values())
    only = blocks_needed(far.index, [delta], is_here=lambda id_: id_ == base)
    assert len(only) == 1
    assert blocks_needed(far.index, [ObjectId("0" * 40)]) == {}


def test_bases_are_found_and_unknown_parts_are_none(far: Far):
    base, delta = deltas(far)
    unknown = ObjectId("0" * 40)
    found = with_bases(far.index, [delta, unknown])
    assert found.keys() == {base, delta, unknown}
    assert found[unknown] is None
    place = found[delta]
    assert place is not None
    assert bases_of_blocks(place.contents, place.contents.covering(place.entry)) == {base}


def test_places_are_sorted_into_packs_in_their_order(far: Far):
    ids = far.put(raw(0, 70_000), raw(1, 70_000), raw(2, 70_000))
    places = [p for id_ in reversed(ids) if (p := far.place(id_)) is not None]
    ((contents, entries),) = by_pack(places).values()
    assert [e.raw_start for e in entries] == sorted(e.raw_start for e in entries)
    assert len(entries) == contents.count == 3


def test_known_packs_list_no_files(far: Far):
    far.put(raw(0))
    index = KnownPacks()
    index.refresh()
    assert index.packs() == {}
    packs = list(far.index.packs().values())
    index.add_all(packs)
    index.add_all(packs)
    assert len(index.packs()) == 1
