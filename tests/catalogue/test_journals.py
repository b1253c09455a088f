"""Journals hold the same records in few files; a kill, a flipped bit or another process changes no answer."""

import dataclasses
import random
import struct

import pytest

from nbmodelver.catalogue import folding, journal
from nbmodelver.catalogue.journal import Journal
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, StoreTooNew, UnknownVersion
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, version


class Counting(MemoryBackend):
    """A backend that counts reads and can fail a call."""

    def __init__(self):
        super().__init__()
        self.reads = []
        self.fail = None

    def read(self, key, start=0, length=None):
        self.reads.append(key)
        return super().read(key, start, length)

    def delete(self, key, *, durable=True):
        if self.fail is not None and key.startswith(self.fail):
            raise InterruptedError(key)
        super().delete(key)


@pytest.fixture
def backend():
    return Counting()


def journals_of(backend):
    return list(backend.list("journals/"))


def answers(backend):
    """Return the answers of all queries of records."""
    records = Records(backend)
    return (
        records.ids(),
        list(records.newest()),
        [records.numbered(n) for n in (1, 5, 20, 99)],
        [records.prefixed(id_[:n]) for n in (0, 1, 3, 40) for id_ in records.ids()[::7]],
        [dataclasses.replace(v, params=dict(v.params)) for v in records.all()],
        records.count(),
    )


def test_a_journal_answers_like_the_files_it_was_made_of(backend):
    history(backend, 30)
    before = answers(backend)
    assert Records(backend).fold(more_than=10, keep=4) == 26
    assert len(list(backend.list("records/"))) == 4
    assert len(journals_of(backend)) == 1
    assert answers(backend) == before


def test_few_records_are_not_folded(backend):
    history(backend, 10)
    assert Records(backend).fold(more_than=10, keep=4) == 0
    assert journals_of(backend) == []


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


def test_d2_killed_before_single_records_are_deleted_every_version_is_listed_once(backend):
    history(backend, 30)
    before = answers(backend)
    backend.fail = "records/"
    with pytest.raises(InterruptedError):
        Records(backend).fold(more_than=0, keep=0)
    assert len(journals_of(backend)) == 1
    assert len(list(backend.list("records/"))) == 30
    assert answers(backend) == before
    backend.fail = None
    assert Records(backend).fold(more_than=0, keep=0) == 30
    assert answers(backend) == before
    assert len(journals_of(backend)) == 1


def test_d2_killed_before_small_journals_are_deleted_every_version_is_listed_once(backend):
    history(backend, 10)
    Records(backend).fold(more_than=0, keep=0)
    records = Records(backend)
    for number in range(11, 31):
        records.write(version(number))
    before = answers(backend)
    backend.fail = "journals/"
    with pytest.raises(InterruptedError):
        records.fold(more_than=0, keep=0)
    assert answers(backend) == before
    backend.fail = None
    Records(backend).fold(more_than=0, keep=0)
    assert answers(backend) == before


def test_another_process_finds_records_that_were_folded_meanwhile(backend):
    made = history(backend, 20)
    theirs = Records(backend)
    ids = theirs.ids()
    Records(backend).fold(more_than=0, keep=0)
    assert theirs.read(made[3].id).number == 4
    assert theirs.exists(made[3].id)
    for number in range(21, 60):
        theirs.write(version(number))
    other = Records(backend)
    other.read(made[0].id)
    theirs.fold(more_than=0, keep=0)  # The journal that `other` knows is gone now.
    assert other.read(made[1].id).number == 2
    assert set(ids) < set(other.ids())


def test_small_journals_are_merged_by_copying_blocks(backend):
    records = Records(backend)
    for number in range(1, 1025):
        records.write(version(number, message=f"m{number % 10}" * 20))
        if number % 16 == 0:
            records.fold(more_than=0, keep=0)
    assert len(journals_of(backend)) <= 7
    assert records.count() == 1024
    assert [records.read(i).number for i in list(Records(backend).newest())[:3]] == [1024, 1023, 1022]


def test_a_journal_takes_a_fraction_of_single_records(backend):
    history(backend, 200)
    files = sum(backend.size(k) for k in backend.list("records/"))
    Records(backend).fold(more_than=0, keep=0)
    assert sum(backend.size(k) for k in journals_of(backend)) < 0.45 * files


@pytest.mark.parametrize("chosen", [[0], [29], list(range(5, 20)), list(range(30))])
def test_records_can_be_removed_from_a_journal(backend, chosen):
    made = history(backend, 30)
    Records(backend).fold(more_than=0, keep=0)
    Records(backend).delete_many(made[n].id for n in chosen)
    records = Records(backend)
    assert [v.number for v in map(records.read, reversed(list(records.newest())))] == [
        n + 1 for n in range(30) if n not in chosen
    ]
    for n in chosen:
        assert not records.exists(made[n].id)
        with pytest.raises(UnknownVersion):
            records.read(made[n].id)
    assert len(journals_of(backend)) == (len(chosen) < 30)


def test_p15_a_removed_record_leaves_no_byte(backend):
    records = Records(backend)
    ids = [records.write(version(n, message=f"secret-{n:04d}")) for n in range(1, 40)]
    records.fold(more_than=0, keep=0)
    records.delete_many(ids[10:12])
    (key,) = journals_of(backend)
    left = b"".join(journal.salvaged(bytes(backend.read(key))))
    assert b"secret-0010" in left
    assert b"secret-0011" not in left
    assert b"secret-0012" not in left


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


def test_a_damaged_journal_is_named_and_stops_a_listing(backend):
    made = history(backend, 5)
    Records(backend).fold(more_than=0, keep=0)
    (key,) = journals_of(backend)
    data = bytes(backend.read(key))
    backend.delete(key)
    backend.create(key, [data[:-1] + b"x"])
    with pytest.raises(Damaged, match=key):
        Records(backend).ids()
    with pytest.raises(Damaged, match=key):
        Records(backend).read(made[0].id)
    assert Records(backend).readable_ids()[0] == []
    assert len(list(journal.salvaged(data))) == 5


def test_a_damaged_record_stays_a_file_of_its_own(backend):
    made = history(backend, 5)
    key = f"records/{made[2].id[:2]}/{made[2].id}"
    backend.delete(key)
    backend.create(key, [b"garbage"])
    assert Records(backend).fold(more_than=0, keep=0) == 4
    assert list(backend.list("records/")) == [key]


def test_a_journal_with_a_damaged_block_is_not_merged(backend):
    history(backend, 5)
    records = Records(backend)
    records.fold(more_than=0, keep=0)
    (key,) = journals_of(backend)
    data = bytearray(backend.read(key))
    data[40] ^= 1
    backend.delete(key)
    backend.create(key, [bytes(data)])
    for number in range(6, 30):
        records.write(version(number))
    records = Records(backend)
    assert records.fold(more_than=0, keep=0) == 24
    assert key in journals_of(backend)
    assert len(journals_of(backend)) == 2


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


def test_one_call_folds_a_bounded_number_of_records(backend, monkeypatch):
    monkeypatch.setattr(folding, "MOST", 10)
    history(backend, 25)
    assert Records(backend).fold(more_than=0, keep=0) == 10
    assert Records(backend).fold(more_than=0, keep=0) == 10
    assert Records(backend).fold(more_than=0, keep=0) == 5


def test_one_call_folds_a_bounded_number_of_bytes(backend, monkeypatch):
    monkeypatch.setattr(folding, "MOST_BYTES", 10_000)
    records = Records(backend)
    for number in range(1, 9):
        records.write(version(number, note="x" * 4000))
    assert [records.fold(more_than=0, keep=0) for _ in range(4)] == [3, 3, 2, 0]
    assert [records.read(i).number for i in Records(backend).newest()] == list(range(8, 0, -1))


@pytest.mark.parametrize("folded", [False, True])
def test_a_metric_named_number_is_not_read_as_the_number_of_the_version(backend, folded):
    for number in (3, 12):
        Records(backend).write(
            version(number, metrics={"number": 99.0}, params={"number": 7, "p": {"number": 8}}, note='"number":55,')
        )
    Records(backend).write(version(5, note='{"number":66}'))
    if folded:
        assert Records(backend).fold(more_than=0, keep=0) == 3
    records = Records(backend)
    assert [records.read(i).number for i in records.newest()] == [12, 5, 3]
    assert [len(records.numbered(n)) for n in (3, 5, 7, 8, 12, 55, 66, 99)] == [1, 1, 0, 0, 1, 0, 0, 0]
