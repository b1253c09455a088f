"""Journals hold the same records in few files; a kill, a flipped bit or another process changes no answer."""

import pytest

from nbmodelver.catalogue import journal
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged
from tests.catalogue.samples import Counting, answers, history, journals_of, version


@pytest.fixture
def backend():
    return Counting()


def test_a_journal_answers_like_the_files_it_was_made_of(backend):
    history(backend, 30)
    before = answers(backend)
    assert Records(backend).fold(more_than=10, keep=4) == 26
    assert len(list(backend.list("records/"))) == 4
    assert len(journals_of(backend)) == 1
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
