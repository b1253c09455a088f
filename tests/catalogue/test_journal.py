"""One file with many records: its index, its blocks, and damage."""

import random
import struct

import pytest

from nbmodelver.catalogue import journal
from nbmodelver.catalogue.journal import Journal, Record, cut, pieces_of
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, StoreTooNew
from tests.catalogue.samples import Counting, history, journals_of


@pytest.fixture
def backend():
    return Counting()


def test_reading_a_record_of_a_journal_reads_one_block(backend):
    made = history(backend, 300)
    Records(backend).fold(more_than=0, keep=0)
    records = Records(backend)
    backend.reads.clear()
    assert records.read(made[7].id).number == 8
    assert next(records.newest()) == made[-1].id
    assert records.numbered(100) == [made[99].id]
    assert records.prefixed(made[5].id[:20]) == [made[5].id]
    assert records.count() == 300
    assert len(backend.reads) <= 6


def test_a_journal_takes_a_fraction_of_single_records(backend):
    history(backend, 200)
    files = sum(backend.size(k) for k in backend.list("records/"))
    Records(backend).fold(more_than=0, keep=0)
    assert sum(backend.size(k) for k in journals_of(backend)) < 0.45 * files


def test_p6_any_changed_byte_of_a_journal_is_detected(backend):
    made = history(backend, 12)
    Records(backend).fold(more_than=0, keep=0)
    (key,) = journals_of(backend)
    good = bytes(backend.read(key))
    rng = random.Random(3)
    for at in range(len(good)):
        backend.delete(key)
        bad = good[:at] if at % 3 == 0 else good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1 :]
        backend.create(key, [bad])
        records, lost = Records(backend), 0
        for expected in made:
            try:
                assert records.read(expected.id) == expected
            except (Damaged, StoreTooNew):
                lost += 1
        assert lost, at
    backend.delete(key)


def test_salvage_finds_the_records_behind_a_damaged_block(backend, monkeypatch):
    monkeypatch.setattr(journal, "BLOCK_BYTES", 1000)
    history(backend, 40)
    Records(backend).fold(more_than=0, keep=0)
    (key,) = journals_of(backend)
    data = bytearray(backend.read(key))
    data[60] ^= 255
    found = list(journal.salvaged(bytes(data)))
    assert 20 <= len(found) < 40


def test_p5_declared_sizes_are_checked_before_allocation(backend):
    head = journal.HEADER.pack(journal.MAGIC, 1, 0, bytes(16))
    key = f"journals/{bytes(16).hex()}"
    for blocks, rows in ((1 << 60, 1), (0, 1 << 60), (1 << 63, 1 << 63)):
        backend.delete(key)
        backend.create(key, [head + struct.pack("<QQQ", 32, blocks, rows) + bytes(32) + journal.TAIL_MAGIC])
        with pytest.raises(Damaged):
            Journal(backend, key)


def test_d11_a_newer_journal_raises_store_too_new(backend):
    name = b"n" * 16
    (_, *rest) = journal.written(name, [])
    newer = journal.HEADER.pack(journal.MAGIC, 2, 0, name)
    numbers = rest[-1][:24]
    backend.create(
        f"journals/{name.hex()}", [newer, numbers, journal.blake3(newer + numbers).digest(), journal.TAIL_MAGIC]
    )
    with pytest.raises(StoreTooNew):
        Journal(backend, f"journals/{name.hex()}")
    with pytest.raises(StoreTooNew):
        Records(backend).ids()


def made(backend, *records):
    """A journal with these records: (number, raw JSON)."""
    name = bytes(16)
    pieces = pieces_of(Record(f"{number:040x}", number, raw) for number, raw in records)
    key = f"journals/{name.hex()}"
    assert backend.create(key, journal.written(name, pieces))
    return Journal(backend, key)


def test_a_record_is_found_by_id_prefix_and_number(backend, monkeypatch):
    monkeypatch.setattr(journal, "BLOCK_BYTES", 10)
    found = made(backend, (3, b'{"n":3}'), (16, b'{"n":16}'), (17, b'{"n":17}'), (300, b'{"n":300}'))
    row = found.find(bytes.fromhex(f"{16:040x}"))
    assert row is not None
    assert cut(found.block(row.block), row) == b'{"n":16}'
    assert found.find(bytes(20)) is None
    assert found.prefixed("0" * 38 + "1") == [f"{16:040x}", f"{17:040x}"]
    assert len(found.prefixed("")) == 4
    assert (found.numbered(17), found.numbered(18)) == ([f"{17:040x}"], [])
    assert [number for number, _ in found.newest()] == [300, 17, 16, 3] == found.numbers()[::-1]
    assert found.ids == {f"{n:040x}" for n in (3, 16, 17, 300)}
    assert found.block_count > 1


def test_a_record_that_is_in_two_blocks_is_listed_once(backend):
    name = bytes(16)
    one = Record("a" * 40, 1, b"{}")
    assert backend.create(f"journals/{name.hex()}", journal.written(name, [*pieces_of([one]), *pieces_of([one])]))
    assert Journal(backend, f"journals/{name.hex()}").count == 1


def test_blocks_without_removed_records_are_copied(backend, monkeypatch):
    monkeypatch.setattr(journal, "BLOCK_BYTES", 30)
    found = made(backend, *((n, b'{"number":%d}' % n) for n in range(10)))
    all_pieces = list(found.pieces())
    assert [p.stored for p in all_pieces] == [found.stored(at) for at in range(found.block_count)]
    left = list(found.pieces(without={f"{0:040x}"}))
    assert [p.stored for p in left[1:]] == [p.stored for p in all_pieces[1:]]
    assert sum(len(p.rows) for p in left) == 9


def test_an_empty_journal_has_no_records(backend):
    found = made(backend)
    assert (found.count, found.prefixed(""), found.numbers()) == (0, [], [])
