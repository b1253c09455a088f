"""The storage in memory keeps the contract of object storages."""

import pytest

from nbmodelver.errors import RemoteDenied
from nbmodelver.store.objects import memory
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.objects import KEY, ObjectStorageContract


class TestMemory(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return MemoryStorage()


class TestMemoryWithoutSwaps(ObjectStorageContract):
    swaps = False

    @pytest.fixture
    def storage(self):
        return MemoryStorage(swaps=False)


def test_a_clock_that_is_set_gives_ages():
    now = [1000.0]
    storage = MemoryStorage(clock=lambda: now[0])
    storage.create(KEY, b"x")
    now[0] += 90
    storage.create("packs/a", b"x")
    assert [(one.key, one.age_s) for one in storage.list("")] == [("packs/a", 0.0), (KEY, 90.0)]


def test_a_read_only_storage_reads_and_refuses_to_write():
    storage = MemoryStorage("memory://team")
    storage.create(KEY, b"x")
    storage.writes = False
    assert storage.read(KEY) == b"x"
    acts = (
        lambda: storage.create("a", b""),
        lambda: storage.put("a", [], 0),
        lambda: storage.replace(KEY, b"", '"1"'),
        lambda: storage.delete([KEY]),
    )
    for act in acts:
        with pytest.raises(RemoteDenied, match="memory://team"):
            act()


def test_a_name_is_one_storage_until_it_is_forgotten():
    try:
        memory.named("ours").create(KEY, b"x")
        memory.named("ours").close()
        assert memory.named("ours").read(KEY) == b"x"
        assert list(memory.named("theirs").list("")) == []
        memory.forget("ours")
        assert list(memory.named("ours").list("")) == []
    finally:
        memory.forget("ours")
        memory.forget("theirs")
