"""Blocks are copied into a new pack without being decoded."""

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.repacking import repack
from tests.store.samples import assert_reads, history, packs


@pytest.fixture
def backend():
    return MemoryBackend()


def everything(store):
    return [(contents, contents.entries) for contents in store._index.packs().values()]


def test_parts_and_deltas_of_all_packs_come_back_from_the_new_one(backend):
    made = history(PartStore(backend, threads=1), 3)
    store = PartStore(backend, threads=1)
    old = packs(backend)
    repack(store._reader, everything(store))
    assert len(packs(backend)) == len(old) + 1, "old packs stay"
    for key in old:
        backend.delete(key)
    for arrays, ids in made:
        assert_reads(backend, arrays, ids)
    assert PartStore(backend).verify(full=True) == []
    (contents,) = PartStore(backend)._index.packs().values()
    assert max(e.depth for e in contents.entries) == 2


def test_only_the_chosen_parts_are_copied(backend):
    ((_, ids),) = history(PartStore(backend, threads=1), 1)
    store = PartStore(backend, threads=1)
    (old,) = packs(backend)
    (contents,) = store._index.packs().values()
    chosen = [e for e in contents.entries if e.id in (ids["price"], ids["zeros"])]
    repack(store._reader, [(contents, chosen)])
    (new,) = set(packs(backend)) - {old}
    assert backend.size(new) < backend.size(old) / 2
    backend.delete(old)
    fresh = PartStore(backend)
    assert fresh.has(ids["price"])
    assert not fresh.has(ids["noise"])
    assert fresh.verify(full=True) == []


def test_nothing_is_written_without_parts_or_after_damage(backend):
    history(PartStore(backend, threads=1), 1)
    store = PartStore(backend, threads=1)
    (old,) = packs(backend)
    (contents,) = store._index.packs().values()
    repack(store._reader, [(contents, [])])
    assert packs(backend) == [old]
    data = bytearray(backend.read(old))
    data[100] ^= 1
    backend.delete(old)
    backend.create(old, [bytes(data)])
    with pytest.raises(Damaged):
        repack(store._reader, [(contents, contents.entries)])
    assert packs(backend) == [old]
