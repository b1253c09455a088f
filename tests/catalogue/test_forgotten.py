"""Versions are forgotten all at once and for every process, independent of their records."""

import pytest

from nbmodelver.catalogue import forgotten
from nbmodelver.catalogue.forgotten import Forgotten
from nbmodelver.catalogue.index import Index
from nbmodelver.catalogue.queries import Query
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history


@pytest.fixture
def backend():
    return MemoryBackend()


def test_forgotten_versions_are_in_no_listing_and_keep_their_parents(backend):
    made = history(backend, 10)
    other, index = Records(backend), Index(backend, Records(backend))
    assert index.page(Query())[0] == other.count() == 10
    records = Records(backend)
    records.forgotten.add(made[3:6])
    assert len(records.ids()) == len(other.ids()) == other.count() == len(list(other.newest())) == 7
    assert other.numbered(4) == other.prefixed(made[4].id) == []
    assert index.page(Query())[0] == index.page(Query(where="metrics.acc > 0"))[0] == 7
    assert records.forgotten.all()[made[4].id].parents == (made[3].id,)
    assert records.present() == {v.id for v in made}


def test_forgotten_versions_of_a_journal_are_in_no_listing(backend):
    made = history(backend, 10)
    records = Records(backend)
    records.fold(more_than=0, keep=2)
    records.forgotten.add([made[3], made[9]])
    assert [records.read(i).number for i in records.newest()] == [9, 8, 7, 6, 5, 3, 2, 1]


def test_forgetting_twice_is_forgetting_once(backend):
    made = history(backend, 3)
    Forgotten(backend).add(made[:2])
    Forgotten(backend).add(made[:2])
    Forgotten(backend).add(made[1:])
    assert len(list(backend.list("forgotten/"))) == 2
    assert len(Forgotten(backend).all()) == 3


def test_old_lists_of_forgotten_versions_are_merged(backend, monkeypatch):
    made = history(backend, 40)
    monkeypatch.setattr(forgotten, "DAY_S", -1)
    stones = Forgotten(backend)
    for one in made:
        stones.add([one])
    assert len(list(backend.list("forgotten/"))) < forgotten.MANY
    assert Forgotten(backend).all().keys() == {v.id for v in made}


@pytest.mark.parametrize("how", ["flip", "cut", "other name", "garbage"])
def test_p6_a_damaged_file_is_named_and_stops_a_listing(backend, how):
    made = history(backend, 3)
    Forgotten(backend).add(made[:1])
    (key,) = backend.list("forgotten/")
    data = bytes(backend.read(key))
    backend.delete(key)
    bad = {"flip": data[:20] + bytes([data[20] ^ 1]) + data[21:], "cut": data[:-5], "garbage": b"x" * 99}
    if how == "other name":
        key = "forgotten/" + "a" * 40
    backend.create(key, [bad.get(how, data)])
    with pytest.raises(Damaged, match=key):
        Records(backend).ids()
    assert len(Records(backend).readable_ids()[0]) == 3
