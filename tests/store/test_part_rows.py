"""A lookup by id over the part tables of packs."""

from nbmodelver.model import ObjectId
from nbmodelver.store import packs
from nbmodelver.store.part_rows import ROW_BITS, SortedIds, deepest


def test_ids_that_begin_alike_are_told_apart():
    ids = [bytes([0, 0, 0, 0, n]) + bytes(15) for n in range(5)] + [b"\xff" * 20, b"\xff" * 19 + b"\0"]
    blocks = [packs.NewBlock(len(ids), 0, 0, 0)]
    entries = [packs.Entry(ObjectId(id_.hex()), n, 1, 0) for n, id_ in enumerate(ids)]
    contents = packs.Contents("packs/ab", packs._toc(blocks, entries), 0, 0)
    known = SortedIds({3: contents.rows(), 7: contents.rows()})
    for row, id_ in enumerate(ids):
        assert known.find(id_) == [(3 << ROW_BITS) + row, (7 << ROW_BITS) + row]
    assert known.find(bytes(20)[:-1] + b"\1") == known.find(b"\xff" * 18 + b"\0\0") == known.find(b"a" * 20) == []


def rows(*parts):
    """A part table. parts: (first byte of the id, depth)."""
    blocks = [packs.NewBlock(1, 0, 0, 0) for _ in parts]
    entries = [packs.Entry(f"{first:02x}" * 20, at, 1, depth) for at, (first, depth) in enumerate(parts)]
    return packs.Contents("packs/x", packs._toc(blocks, entries), 0, 0).rows()


def test_every_pack_that_has_a_part_is_found():
    known = SortedIds({3: rows((1, 0), (2, 0)), 9: rows((2, 0))})
    assert known.find(bytes([1] * 20)) == [3 << ROW_BITS]
    assert sorted(known.find(bytes([2] * 20))) == [(3 << ROW_BITS) | 1, 9 << ROW_BITS]
    for absent in (0, 3, 255):
        assert known.find(bytes([absent] * 20)) == []


def test_the_first_and_the_last_id_are_found():
    known = SortedIds({0: rows((0, 0), (255, 0))})
    assert known.find(bytes(20)) == [0]
    assert known.find(bytes([255] * 20)) == [1]


def test_the_largest_depth_is_that_of_any_row():
    assert deepest(rows((1, 0), (2, 7), (3, 2))) == 7
    assert deepest(rows()) == 0
