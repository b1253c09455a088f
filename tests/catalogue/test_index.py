import json

import pytest

from nbmodelver.catalogue.index import Index
from nbmodelver.catalogue.queries import Query
from nbmodelver.catalogue.records import Records
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, version

QUERIES = [Query(), Query(where="metrics.acc > 0.3"), Query(text="svc", limit=2), Query(where="'clf' in names")]


@pytest.fixture
def backend(tmp_path):
    backend = LocalBackend(tmp_path / "store", create=True)
    history(backend)
    return backend


def answers(backend, tags=None):
    index = Index(backend, Records(backend))
    return [[v.id for v in index.search(q, tags)] for q in QUERIES]


def truth(backend):
    return [[v.id for v in q.run(Records(backend).all())] for q in QUERIES]


def file(backend):
    return backend.root / "catalogue" / "index.json"


def test_the_index_answers_like_the_records(backend):
    assert answers(backend) == truth(backend)
    assert file(backend).exists()
    assert answers(backend) == truth(backend)


def test_an_up_to_date_index_reads_only_what_it_shows(backend, monkeypatch):
    answers(backend)
    read = []
    real = Records.read
    monkeypatch.setattr(Records, "read", lambda self, id_: (read.append(id_), real(self, id_))[1])
    Index(backend, Records(backend)).search(Query(where="number == 3"))
    assert len(read) == 1


def test_the_index_follows_new_and_forgotten_versions(backend):
    records = Records(backend)
    index = Index(backend, records)
    index.search(Query())
    new = records.write(version(9, message="new"))
    assert [v.id for v in index.search(Query(text="new"))] == [new]
    records.delete(new)
    assert index.search(Query(text="new")) == []
    assert answers(backend) == truth(backend)


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        b"",
        b"{",
        b"\xff\x00",
        b"[1, 2]",
        b'{"form":1,"sum":"","data":{}}',
        b'{"form":99}',
        b"half",
        b"[" * 100_000,
        b"flip",
    ],
)
def test_d8_a_damaged_index_changes_no_answer(backend, garbage):
    answers(backend)
    good = file(backend).read_bytes()
    if garbage is None:
        file(backend).unlink()
    elif garbage == b"half":
        file(backend).write_bytes(good[: len(good) // 2])
    elif garbage == b"flip":
        file(backend).write_bytes(good.replace(b"message 3", b"message 4"))
    else:
        file(backend).write_bytes(garbage)
    assert answers(backend) == truth(backend)
    assert file(backend).read_bytes() == good or json.loads(file(backend).read_bytes())


def test_d8_the_index_of_another_store_changes_no_answer(backend, tmp_path):
    other = LocalBackend(tmp_path / "other", create=True)
    history(other, 9, "elsewhere")
    answers(other)
    answers(backend)
    file(backend).write_bytes(file(other).read_bytes())
    assert answers(backend) == truth(backend)


def test_p10_a_linked_catalogue_is_not_followed(backend, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (backend.root / "catalogue").symlink_to(outside)
    assert answers(backend) == truth(backend)
    assert list(outside.iterdir()) == []


def test_d5_a_read_only_store_can_be_queried(backend, monkeypatch):
    import os

    real = os.open

    def read_only(path, flags, *args, **kwargs):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", read_only)
    assert answers(backend) == truth(backend)
    assert not file(backend).exists()


def test_a_store_in_memory_has_its_index_there():
    backend = MemoryBackend()
    history(backend)
    assert answers(backend) == truth(backend)


def test_a_query_uses_the_tags_that_it_is_given(backend):
    ids = Records(backend).ids()
    index = Index(backend, Records(backend))
    assert [v.id for v in index.search(Query(tag="best"), {ids[0]: ["best"]})] == [ids[0]]
    assert index.search(Query(tag="best")) == []
