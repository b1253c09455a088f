"""Records are moved into journals, and journals into larger ones; a kill loses and doubles nothing."""

import pytest

from nbmodelver.catalogue import folding, journal
from nbmodelver.catalogue.folding import fold, leave_out
from nbmodelver.catalogue.journal import Record
from nbmodelver.catalogue.journals import Journals
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import UnknownVersion
from tests.catalogue.samples import Counting, answers, history, journals_of, version


@pytest.fixture
def backend():
    return Counting()


def test_few_records_are_not_folded(backend):
    history(backend, 10)
    assert Records(backend).fold(more_than=10, keep=4) == 0
    assert journals_of(backend) == []


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


def test_small_journals_are_merged_by_copying_blocks(backend):
    records = Records(backend)
    for number in range(1, 1025):
        records.write(version(number, message=f"m{number % 10}" * 20))
        if number % 16 == 0:
            records.fold(more_than=0, keep=0)
    assert len(journals_of(backend)) <= 7
    assert records.count() == 1024
    assert [records.read(i).number for i in list(Records(backend).newest())[:3]] == [1024, 1023, 1022]


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


def records_of(count, first=1):
    return [Record(f"{n:040x}", n, b'{"number":%d}' % n) for n in range(first, first + count)]


def test_only_journals_that_are_not_much_larger_are_merged(backend):
    journals = Journals(backend)
    fold(backend, journals, records_of(100))
    fold(backend, journals, records_of(10, 1000))
    assert sorted(j.count for j in journals.all()) == [10, 100]
    fold(backend, journals, records_of(30, 2000))
    assert sorted(j.count for j in journals.all()) == [10 + 30, 100]
    fold(backend, journals, records_of(20, 3000))
    assert sorted(j.count for j in journals.all()) == [40 + 20 + 100]


def test_a_full_journal_is_not_merged_any_more(backend, monkeypatch):
    monkeypatch.setattr(folding, "FULL", 15)
    journals = Journals(backend)
    for first in (1, 1000):
        fold(backend, journals, records_of(10, first))
    assert [j.count for j in journals.all()] == [10, 10]


def test_the_ids_that_are_in_the_journal_are_returned(backend):
    journals = Journals(backend)
    assert fold(backend, journals, records_of(3)) == [r.id for r in records_of(3)]
    assert fold(backend, journals, []) == []
    assert len(journals_of(backend)) == 1


def test_records_that_are_left_out_leave_the_others(backend):
    journals = Journals(backend)
    fold(backend, journals, records_of(5))
    leave_out(backend, journals, {records_of(5)[2].id})
    (left,) = journals.all()
    assert left.numbers() == [1, 2, 4, 5]
    leave_out(backend, journals, {r.id for r in records_of(5)})
    assert journals_of(backend) == []
