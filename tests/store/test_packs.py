"""The pack file: its table of contents, and tables that are damaged or hostile."""

import random

import pytest

from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.store import packs
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from tests.store.samples import hostile, put


@pytest.fixture
def backend():
    return MemoryBackend()


ID = "ab" * 20


HUGE = 1 << 60


@pytest.mark.parametrize(
    ("blocks", "entry"),
    [
        ([packs.NewBlock(HUGE, 0, 0, 0)], packs.Entry(ID, 0, HUGE, 0)),
        ([packs.NewBlock(HUGE, 0, 0, packs.COPY, (packs.Use(ID, 0, HUGE),))], packs.Entry(ID, 0, HUGE, 1)),
        ([packs.NewBlock(10, 0, 0, 0)], packs.Entry(ID, 5, 10, 0)),
        ([packs.NewBlock(10, 0, 0, 0)], packs.Entry(ID, HUGE, 10, 0)),
        ([packs.NewBlock(10, 99, 0, 0)], packs.Entry(ID, 0, 10, 0)),
        ([packs.NewBlock(10, 0, 0, packs.COPY, (packs.Use(ID, 0, 10),))], packs.Entry(ID, 0, 10, 1)),
        ([packs.NewBlock(10, 0, 0, packs.COPY, (packs.Use("cd" * 20, 0, 10),))], packs.Entry(ID, 0, 10, 1)),
        ([packs.NewBlock(10, 0, 0, packs.COPY)], packs.Entry(ID, 0, 10, 1)),
        ([packs.NewBlock(10, 0, 0, 0)], packs.Entry(ID, 0, 10, 999)),
    ],
)
def test_p5_hostile_tables_of_contents_are_refused_without_allocating(blocks, entry):
    import tracemalloc

    store = PartStore(hostile(blocks, [entry]), threads=1)
    tracemalloc.start()
    try:
        with pytest.raises(Damaged):
            store.get(ID)
        assert store.verify(full=True)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_d11_a_newer_pack_is_refused_by_its_number(backend, monkeypatch):
    monkeypatch.setattr(packs, "VERSION", 2)
    (id_,), _ = put(PartStore(backend), (b"text " * 1000, None, "text"))
    monkeypatch.undo()
    with pytest.raises(StoreTooNew, match="version 2"):
        PartStore(backend).get(id_)


def contents(blocks, entries):
    return packs.Contents("packs/x", packs._toc(blocks, entries), 1000, 2000)


USE = packs.Use("cd" * 20, 3, 7)


def test_a_table_of_contents_comes_back():
    backend = hostile(
        [packs.NewBlock(10, 4, 77, 0), packs.NewBlock(20, 5, 78, 7, (USE,))],
        [packs.Entry(ID, 0, 12, 0), packs.Entry("cd" * 20, 12, 18, 1)],
        bytes(9),
    )
    (key,) = backend.list("packs/")
    found = packs.read_contents(backend, key)
    assert found.blocks == (
        packs.Block(packs.HEADER.size, 4, 0, 10, 77, 0, ()),
        packs.Block(packs.HEADER.size + 4, 5, 10, 20, 78, 7, (USE,)),
    )
    assert found.entries == (packs.Entry(ID, 0, 12, 0), packs.Entry("cd" * 20, 12, 18, 1))
    assert [found.entry(row) for row in range(2)] == list(found.entries)
    assert [id_.hex() for id_ in found.ids()] == [ID, "cd" * 20]
    assert (found.count, found.raw_bytes, found.stored_bytes) == (2, 30, 9)
    assert (found.pack, found.size) == (key, backend.size(key))


def test_the_blocks_of_a_range_are_found():
    found = contents([packs.NewBlock(10, 1, 0, 0), packs.NewBlock(10, 1, 0, 0, (USE,))], [])
    entry = packs.Entry(ID, 5, 12, 0)
    assert found.covering(entry) == range(2)
    assert found.covering(entry, 0, 5) == range(1)
    assert found.covering(entry, 5, 6) == range(1, 2)
    assert found.covering(entry, 4, 4) == range(0)
    assert found.bases_of(entry) == {"cd" * 20}
    assert found.bases_of(packs.Entry(ID, 0, 10, 0)) == set()
    with pytest.raises(Damaged, match="lies outside"):
        found.covering(packs.Entry(ID, 15, 6, 0))


def test_an_empty_table_has_nothing():
    found = contents([], [])
    assert (found.count, found.raw_bytes, found.stored_bytes, found.entries) == (0, 0, 0, ())
    assert found.covering(packs.Entry(ID, 0, 0, 0)) == range(0)


@pytest.mark.parametrize("raw", [b"", b"abc", bytes(15), b"\1" + bytes(15)])
def test_a_table_whose_length_does_not_match_its_counts_is_damage(raw):
    with pytest.raises(Damaged, match="does not add up"):
        packs.Contents("packs/x", raw, 0, 0)


def test_a_block_that_needs_more_uses_than_there_are_is_damage():
    toc = bytearray(packs._toc([packs.NewBlock(10, 1, 0, 0, (USE,))], []))
    toc[packs._COUNTS.size + packs._BLOCK.size - 4] = 2  # The number of uses of the block.
    with pytest.raises(Damaged, match="does not add up"):
        packs.Contents("packs/x", bytes(toc), 0, 0).blocks


def test_a_damaged_pack_is_read_leniently_as_far_as_it_can_be_parsed():
    backend = hostile([packs.NewBlock(10, 10, 77, 0)], [packs.Entry(ID, 0, 10, 0)], bytes(10))
    (key,) = backend.list("packs/")
    data = bytearray(backend.read(key))
    data[0] ^= 1
    backend.delete(key)
    backend.create(key, [bytes(data)])
    with pytest.raises(Damaged):
        packs.read_contents(backend, key)
    found = packs.read_leniently(backend, key)
    assert found is not None
    assert [e.id for e in found.entries] == [ID]
    for cut in (0, 10, len(data) - 1):
        backend.delete(key)
        backend.create(key, [bytes(data[:cut])])
        assert packs.read_leniently(backend, key) is None
    assert packs.read_leniently(backend, "packs/gone") is None


def test_a_large_table_of_contents_is_read_with_a_second_request():
    rng = random.Random(0)
    entries = [packs.Entry(rng.randbytes(20).hex(), n, 1, 0) for n in range(3000)]
    backend = hostile([packs.NewBlock(3000, 0, 0, packs.COPY)], entries)
    (key,) = backend.list("packs/")
    assert backend.size(key) > packs._TAIL_GUESS_BYTES
    assert packs.read_contents(backend, key).entries == tuple(entries)
