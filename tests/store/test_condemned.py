"""The list of packs that are about to be deleted."""

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.store import condemned
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from tests.store.samples import assert_reads, history, live, packs, put_all


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def store(backend):
    return PartStore(backend, threads=2)


def test_d7_condemned_packs_are_ignored_and_deleted_by_the_next_gc(backend, store):
    made = history(store, 2)
    old = store._reader.place(made[0][1]["noise"]).contents.pack
    backend.swap(condemned.KEY, None, condemned._form([old]))
    fresh = PartStore(backend)
    ids, new_bytes = put_all(fresh, made[0][0])
    assert new_bytes > 0
    fresh.collect(live(made[0]), grace_s=0)
    assert old not in packs(backend)
    assert list(backend.list("condemned")) == []
    assert_reads(backend, made[0][0], ids)


def test_a_damaged_list_of_condemned_packs_is_named(backend, store):
    made = history(store, 1)
    backend.create("condemned", [b"garbage"])
    with pytest.raises(Damaged, match="condemned"):
        PartStore(backend).collect(live(*made), grace_s=0)
