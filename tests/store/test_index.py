"""Looking for a part costs that part, whatever else the packs hold; copies in several packs stand in for each other."""

import numpy as np
import pytest

from nbmodelver.store import packs
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from tests.store.samples import put


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def store(backend):
    return PartStore(backend)


def test_looking_for_a_part_makes_no_object_of_the_others(store, backend, monkeypatch):
    noise = np.random.default_rng(3)
    ids, _ = put(store, *((noise.bytes(50), None, "") for _ in range(500)))
    fresh, made = PartStore(backend), []
    real = packs.Contents.entry
    monkeypatch.setattr(packs.Contents, "entry", lambda self, row: (made.append(row), real(self, row))[1])
    assert fresh.has(ids[7])
    assert not fresh.has("ab" * 20)
    with fresh.writing() as pack:
        pack.put(b"something new")
    assert len(made) <= 2
    assert all("entries" not in vars(contents) for contents in fresh._index.packs().values())


def test_a_part_in_two_packs_is_read_from_the_other_when_one_goes(store, backend):
    (id_,), _ = put(store, (b"twice" * 100, None, ""))
    first = set(backend.list("packs/"))
    writer = store._writer(again=True)
    writer.put(b"twice" * 100)
    writer.seal()
    both = set(backend.list("packs/"))
    assert len(both) == 2
    for gone in (first, both - first):
        looking = PartStore(backend)
        assert looking.has(id_)
        (key,) = gone
        data = bytes(backend.read(key))
        backend.delete(key)
        looking._index.refresh()
        assert bytes(looking.get(id_)) == b"twice" * 100
        assert [p.contents.pack for p in looking._index.parts()] == sorted(both - gone)
        backend.create(key, [data])
    for key in both:
        backend.delete(key)
    store._index.refresh()
    assert not store.has(id_)
    assert list(store._index.parts()) == []
