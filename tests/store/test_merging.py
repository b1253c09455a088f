"""Merging of small packs."""

import pytest

from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from tests.store.samples import assert_reads, edited, mixed, packs, put_all


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def store(backend):
    return PartStore(backend, threads=2)


def test_many_small_packs_become_one(backend, store):
    arrays, versions = mixed(1000), []
    ids = None
    for number in range(70):
        ids, _ = put_all(store, arrays, ids)
        versions.append((arrays, ids))
        arrays = edited(arrays, number)
    reader = PartStore(backend)
    assert reader.has(next(iter(ids.values())))
    size = sum(backend.size(k) for k in packs(backend))
    assert store.merge_small() == 69
    assert store.merge_small() == 0
    assert len(packs(backend)) == 1
    assert backend.size(packs(backend)[0]) < size
    for arrays, ids in versions:
        assert_reads(backend, arrays, ids)
    assert bytes(reader.get(ids["text"])) == arrays["text"][1].tobytes()
    assert PartStore(backend).verify(full=True) == []
    _, new_bytes = put_all(store, versions[0][0])
    assert new_bytes == 0
