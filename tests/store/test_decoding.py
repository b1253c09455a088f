"""Blocks are decoded, and malformed ones are refused."""

import random

import numpy as np
import pytest

from nbmodelver.errors import Damaged, StoreError, StoreTooNew
from nbmodelver.store import packs
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from tests.store.samples import hostile, put


@pytest.fixture
def backend():
    return MemoryBackend()


ID = "ab" * 20


def test_p5_a_frame_with_a_wrong_declared_length_is_refused():
    import zstandard

    from nbmodelver.store.hashes import sum_of

    for raw, size in ((bytes(1 << 20), 100), (b"short", 100)):
        frame = zstandard.compress(raw)
        block = packs.NewBlock(size, len(frame), sum_of(frame), 1)
        store = PartStore(hostile([block], [packs.Entry(ID, 0, size, 0)], frame))
        with pytest.raises(Damaged, match="another length"):
            store.get(ID)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_p6_garbage_in_any_encoding_is_an_error(number):
    from nbmodelver.store.hashes import sum_of

    rng = random.Random(number)
    for length in (0, 1, 2, 5, 50, 500):
        stored = rng.randbytes(length)
        block = packs.NewBlock(100, length, sum_of(stored), number)
        store = PartStore(hostile([block], [packs.Entry(ID, 0, 100, 0)], stored))
        with pytest.raises((Damaged, StoreTooNew)):
            store.get(ID)


def test_d11_an_unknown_encoding_raises_store_too_new(backend, monkeypatch):
    from nbmodelver.store import encodings
    from nbmodelver.store.encodings.plain import Zstd

    monkeypatch.setattr(Zstd, "number", 77)
    monkeypatch.setitem(encodings.DECODERS, 77, encodings.DECODERS[1])
    (id_,), _ = put(PartStore(backend), (b"text " * 20_001, None, "text"))
    monkeypatch.undo()
    with pytest.raises(StoreTooNew, match="encoding 77"):
        PartStore(backend).get(id_)
    assert PartStore(backend).verify(full=True)


@pytest.fixture
def chain(backend):
    """Three versions of an array, each a delta of the one before: a store, and [(id, raw bytes)]."""
    store = PartStore(backend, threads=2)
    array = np.random.default_rng(0).standard_normal(400_000)
    made, near = [], None
    for step in range(3):
        array = array.copy()
        array[step::5000] = step
        raw = array.tobytes()
        (near,), _ = put(store, (raw, near, "f8"))
        made.append((near, raw))
    return PartStore(backend, threads=2), made


@pytest.mark.parametrize("wide", [False, True])
def test_any_range_of_a_delta_is_decoded(chain, wide):
    store, made = chain
    decoder = store._reader._decoder
    for id_, raw in made:
        place = store._reader.place(id_)
        for start, length in ((0, 10), (0, len(raw)), (1_000_003, 2_000_001), (len(raw) - 1, 1), (5, 0)):
            out = memoryview(bytearray(length))
            decoder.fill(place, out, start, wide=wide)
            assert out == raw[start : start + length], (start, length)
    assert store._reader.place(made[2][0]).entry.depth == 2


def test_a_range_beyond_the_end_of_a_part_is_a_bug(chain):
    store, ((id_, raw), *_) = chain
    with pytest.raises(StoreError, match="bytes, not"):
        store._reader._decoder.fill(store._reader.place(id_), memoryview(bytearray(2)), len(raw) - 1)


def test_shared_blocks_are_decoded_once(backend, monkeypatch):
    ids, _ = put(PartStore(backend, threads=1), *((b"small part %d" % n * 20, None, "text") for n in range(50)))
    store, reads = PartStore(backend, threads=1), []
    for id_ in ids[:1]:
        store.get(id_)
    real = backend.read
    monkeypatch.setattr(backend, "read", lambda *a: (reads.append(a), real(*a))[1])
    assert [store.get(id_) for id_ in ids] == [b"small part %d" % n * 20 for n in range(50)]
    assert reads == []


def test_a_changed_block_is_damage_and_a_missing_pack_a_key_error(chain, backend):
    store, ((id_, _), *_) = chain
    place = store._reader.place(id_)
    data = bytearray(backend.read(place.contents.pack))
    data[100] ^= 1
    backend.delete(place.contents.pack)
    out = memoryview(bytearray(place.entry.size))
    with pytest.raises(KeyError):
        store._reader._decoder.fill(place, out)
    backend.create(place.contents.pack, [bytes(data)])
    with pytest.raises(Damaged, match="was changed or cut"):
        store._reader._decoder.fill(place, out)
