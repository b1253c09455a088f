"""An encrypting storage keeps the contract of a storage, and the storage below it never sees a plaintext."""

import os
import random

import pyrage
import pytest

from nbmodelver.errors import Damaged, Truncated
from nbmodelver.store.objects.age_files import CHUNK_BYTES, AgeKey
from nbmodelver.store.objects.encrypting import EncryptingStorage
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.objects import KEY, Counting, ObjectStorageContract

PERSON = pyrage.x25519.Identity.generate()


def unlock() -> AgeKey:
    return AgeKey.of_text(str(PERSON))


class TestEncrypting(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return EncryptingStorage(MemoryStorage(), unlock)


def test_every_range_is_that_of_the_plaintext():
    data = os.urandom(5 * CHUNK_BYTES + 100)
    below = MemoryStorage()
    storage = EncryptingStorage(below, unlock)
    storage.put(KEY, [data[:1000], data[1000:]], len(data))
    assert pyrage.decrypt(below.read(KEY), [PERSON]) == data
    rng = random.Random(3)
    for _ in range(200):
        ranges = [(at := rng.randrange(len(data)), rng.randrange(len(data) - at + 1)) for _ in range(rng.randrange(5))]
        assert storage.read_many(KEY, ranges) == [data[at : at + length] for at, length in ranges]
        at, length = rng.randrange(len(data) + 10), rng.randrange(len(data))
        assert storage.read(KEY, at, length) == data[at : at + length]
        assert storage.read(KEY, at) == data[at:]
    with pytest.raises(Truncated):
        storage.read_many(KEY, [(len(data) - 1, 2)])


def test_the_bytes_that_a_range_costs():
    data = os.urandom(100 * CHUNK_BYTES)
    below = Counting(MemoryStorage())
    storage = EncryptingStorage(below, unlock)
    storage.put(KEY, [data], len(data))
    below.reset()
    storage.read_many(KEY, [(50 * CHUNK_BYTES, 16 * CHUNK_BYTES)])
    assert [kind for kind, _ in below.calls] == ["read", "size", "read_many"]
    assert below.received_bytes < 16.2 * CHUNK_BYTES
    storage.read_many(KEY, [(10 * CHUNK_BYTES + 5, 10)])
    assert [kind for kind, _ in below.calls][3:] == ["read_many"]


def test_names_of_objects_and_the_marker_stay_readable():
    below = MemoryStorage()
    storage = EncryptingStorage(below, unlock)
    storage.create("format", b"marker")
    storage.create(KEY, b"secret content")
    assert below.read("format") == b"marker"
    assert b"secret" not in below.read(KEY)
    assert [(one.key, one.size_bytes) for one in storage.list("")] == [("format", 6), (KEY, 14)]


def test_an_object_that_another_process_wrote_again_is_read():
    below = MemoryStorage()
    storage, other = EncryptingStorage(below, unlock), EncryptingStorage(below, unlock)
    storage.put(KEY, [b"a" * 1000], 1000)
    assert storage.read(KEY, 0, 2) == b"aa"
    other.put(KEY, [b"b" * 1000], 1000)
    assert storage.read(KEY, 0, 2) == b"bb"
    other.put(KEY, [b"c" * 10], 10)
    assert storage.read_many(KEY, [(8, 2)]) == [b"cc"]


def test_an_object_that_was_changed_is_damaged():
    below = MemoryStorage()
    storage = EncryptingStorage(below, unlock)
    storage.create(KEY, b"x" * 1000)
    stored = bytearray(below.read(KEY))
    stored[-1] ^= 1
    below.put(KEY, [bytes(stored)], len(stored))
    reads = (
        lambda: storage.read(KEY), lambda: storage.read(KEY, 1, 2), lambda: storage.read_many(KEY, [(0, 1)]),
        lambda: storage.read_tagged(KEY),
    )  # fmt: skip
    for read in reads:
        with pytest.raises(Damaged, match="cannot be decrypted") as caught:
            read()
        assert caught.value.hint
    below.put(KEY, [b"in clear"], 8)
    for read in reads:
        with pytest.raises(Damaged):
            read()


def test_the_key_is_asked_for_once_and_only_when_it_is_needed():
    asked = []

    def ask() -> AgeKey:
        asked.append(1)
        return unlock()

    storage = EncryptingStorage(MemoryStorage(), ask)
    storage.create("format", b"x")
    list(storage.list(""))
    assert asked == []
    storage.create(KEY, b"x")
    storage.read(KEY)
    assert asked == [1]
