"""A page of a long history has the number of matches, and reads only the records that it shows."""

import pytest

from nbmodelver.catalogue.index import Index
from nbmodelver.catalogue.queries import Query
from nbmodelver.catalogue.records import Records
from nbmodelver.store.backends.local import LocalBackend
from tests.catalogue.samples import history, version


@pytest.fixture
def backend(tmp_path):
    backend = LocalBackend(tmp_path / "store", create=True)
    history(backend, 40)
    return backend


@pytest.fixture
def read(monkeypatch):
    """Record the ids of the records that are read."""
    found = []
    real = Records.read
    monkeypatch.setattr(Records, "read", lambda self, id_: (found.append(id_), real(self, id_))[1])
    return found


def numbers(backend, ids):
    return [Records(backend).read(id_).number for id_ in ids]


def test_a_page_has_the_count_of_matches_and_its_ids_newest_first(backend):
    index = Index(backend, Records(backend))
    total, page = index.page(Query(where="'clf' in names"), None, 2, 3)
    assert (total, numbers(backend, page)) == (20, [35, 33, 31])
    assert numbers(backend, index.page(Query(), None, 38, 5)[1]) == [2, 1]
    assert index.page(Query(), None, 50, 5) == (40, [])


def test_a_page_reads_only_new_records(backend, read):
    index = Index(backend, Records(backend))
    index.page(Query(), None, 0, 1)
    read.clear()
    index.page(Query(where="metrics.acc > 0"), None, 10, 5)
    assert read == []
    read.clear()
    new = Records(backend).write(version(99))
    assert index.page(Query(where="number == 99"), None, 0, 5)[1] == [new]
    assert read == [new]


def test_the_file_is_not_written_again_for_every_new_version(backend):
    records = Records(backend)
    index = Index(backend, records)
    index.page(Query())
    file = backend.root / "catalogue" / "index.json"
    before = file.read_bytes()
    records.write(version(98))
    assert index.page(Query())[0] == 41
    assert file.read_bytes() == before
    for number in range(100, 105):
        records.write(version(number))
    assert index.page(Query())[0] == 46
    assert file.read_bytes() != before


def test_a_page_can_be_filtered_by_tag_and_automatic_versions(backend):
    records = Records(backend)
    auto = records.write(version(98, auto="before rollback to v3"))
    index = Index(backend, records)
    assert index.page(Query(auto=False))[0] == 40
    total, page = index.page(Query(tag="best"), {auto: ("best",)})
    assert (total, page) == (1, [auto])
    assert index.page(Query(tag="best"))[0] == 0
