"""The output stream of a pack."""

import numpy as np
import pytest

from nbmodelver.errors import StoreError, StoreFull
from nbmodelver.store import sealing
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.sealing import Stream
from tests.store.samples import files, put


def test_a_pack_larger_than_the_queue_is_streamed(tmp_path):
    backend = LocalBackend(tmp_path, create=True)
    big = np.random.default_rng(0).bytes(40 << 20)
    told = []
    with PartStore(backend, threads=2).writing(lambda *a: told.append(a)) as pack:
        id_ = pack.put(big)
        assert list((tmp_path / "tmp").iterdir())
    assert PartStore(backend).get(id_) == big
    assert told
    assert list((tmp_path / "tmp").iterdir()) == []


def test_d4_a_full_disk_in_the_middle_of_a_stream_is_one_error(tmp_path, monkeypatch):
    import os

    backend = LocalBackend(tmp_path, create=True)
    real, written = os.write, [0]

    def fill_up(fd, data):
        written[0] += len(data)
        if written[0] > 10 << 20:
            raise OSError(28, "No space left on device")
        return real(fd, data)

    monkeypatch.setattr(os, "write", fill_up)
    store = PartStore(backend, threads=2)
    big = np.random.default_rng(0).bytes(60 << 20)
    with pytest.raises(StoreFull), store.writing() as pack:
        pack.put(big)
    monkeypatch.undo()
    assert files(backend) == []
    (id_,), _ = put(store, (big, None, ""))
    assert store.get(id_) == big


KEY = "packs/" + "0a" * 16


def test_a_small_object_is_created_at_once_when_it_is_closed():
    backend = MemoryBackend()
    stream = Stream(backend, KEY)
    stream.write(b"ab")
    stream.write(b"c")
    assert (stream.bytes, list(backend.list(""))) == (3, [])
    stream.close()
    assert bytes(backend.read(KEY)) == b"abc"


def test_a_large_object_becomes_visible_only_when_it_is_closed(monkeypatch):
    monkeypatch.setattr(sealing, "HELD_BACK_BYTES", 10)
    backend = MemoryBackend()
    stream = Stream(backend, KEY)
    for number in range(50):
        stream.write(b"%05d" % number)
    assert list(backend.list("")) == []
    stream.close()
    assert bytes(backend.read(KEY)) == b"".join(b"%05d" % n for n in range(50))


@pytest.mark.parametrize("size", [1, 100])
def test_an_aborted_object_never_exists(monkeypatch, size):
    monkeypatch.setattr(sealing, "HELD_BACK_BYTES", 10)
    backend = MemoryBackend()
    stream = Stream(backend, KEY)
    stream.write(bytes(size))
    stream.abort()
    stream.abort()
    assert list(backend.list("")) == []


@pytest.mark.parametrize("size", [1, 100])
def test_an_object_that_exists_is_never_replaced(monkeypatch, size):
    monkeypatch.setattr(sealing, "HELD_BACK_BYTES", 10)
    backend = MemoryBackend()
    backend.create(KEY, [b"old"])
    stream = Stream(backend, KEY)

    def write():
        stream.write(bytes(size))
        stream.close()

    with pytest.raises(StoreError, match="exists already"):
        write()
    stream.abort()
    assert bytes(backend.read(KEY)) == b"old"


def test_an_error_of_the_backend_is_raised_by_a_later_write(monkeypatch):
    monkeypatch.setattr(sealing, "HELD_BACK_BYTES", 10)
    backend = MemoryBackend()

    def full(_key, _chunks):
        raise StoreFull("no space")

    monkeypatch.setattr(backend, "create", full)
    stream = Stream(backend, KEY)

    def write():
        for _ in range(1000):
            stream.write(bytes(100))

    with pytest.raises(StoreFull):
        write()
    stream.abort()
