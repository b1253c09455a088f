"""A range of a part equals that range of the whole, and large bases are never decoded as a whole."""

from itertools import pairwise

import numpy as np
import pytest

from nbmodelver.errors import Damaged, StoreError
from nbmodelver.model import ObjectId
from nbmodelver.store import decoding, deltas, lanes, planning, ranges, reading, writing
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import id_of_pieces
from nbmodelver.store.parts import PartStore
from nbmodelver.store.ranges import Stretch, bytes_of
from tests.store.samples import put

CELLS = 1_300_000
MEGA = 1 << 20


def steps(rng):
    """Typical consecutive edits of an array: (name, function)."""
    return [
        ("a cell", lambda a: np.concatenate([a[:70_001], [1.5], a[70_002:]])),
        ("cells everywhere", lambda a: np.where(rng.random(len(a)) < 0.001, a + 1.0, a)),
        ("a stretch", lambda a: np.concatenate([a[:300_007], rng.normal(size=200_000), a[500_007:]])),
        ("cells inserted", lambda a: np.concatenate([a[:400_000], rng.normal(size=1000), a[400_000:]])),
        ("all a little", lambda a: (a.view("i8") + rng.integers(-3, 4, len(a))).view("f8")),
        ("cells removed", lambda a: np.delete(a, np.s_[900_000:900_500])),
        ("the end cut", lambda a: a[: len(a) - 12_345].copy()),
        ("more at the end", lambda a: np.concatenate([a, rng.normal(size=50_000)])),
    ]


@pytest.fixture(params=[reading.LARGE_BYTES, 64 << 10], ids=["held whole", "in runs"])
def chain(request, monkeypatch):
    """Return a store, and id and bytes of each version of one array; each is a delta to the previous one."""
    monkeypatch.setattr(reading, "LARGE_BYTES", request.param)
    monkeypatch.setattr(deltas, "RUN_BYTES", MEGA)
    backend, rng = MemoryBackend(), np.random.default_rng(3)
    store = PartStore(backend, threads=2)
    array = rng.normal(size=CELLS)
    (id_,), _ = put(store, (array, None, "f8"))
    versions, sizes = [(id_, array.tobytes())], {}
    for what, step in steps(rng):
        array = step(array)
        (id_,), sizes[what] = put(PartStore(backend, threads=2), (array, id_, "f8"))
        versions.append((id_, array.tobytes()))
    return PartStore(backend, threads=2), versions, sizes


def test_any_range_of_any_version_equals_that_range_of_the_whole(chain):
    store, versions, _ = chain
    reader, rng = store._reader, np.random.default_rng(5)
    assert reader.place(versions[-1][0]).entry.depth >= 5
    for id_, raw in versions:
        assert store.get(id_) == raw
        ends = [0, 1, 4095, 4096, MEGA - 1, MEGA, MEGA + 1, len(raw) - 1, len(raw), *rng.integers(0, len(raw), 12)]
        for a, b in pairwise(ends):
            start, end = sorted((int(a), int(b)))
            for wide in (False, True):
                out = memoryview(bytearray(end - start))
                reader._fill(id_, out, start, wide=wide)
                assert out == raw[start:end], (start, end, wide)


def test_a_base_that_is_decoded_in_runs_gives_the_same_bytes_on_disk(monkeypatch):
    sizes = {}
    for limit in (reading.LARGE_BYTES, 64 << 10):
        monkeypatch.setattr(reading, "LARGE_BYTES", limit)
        rng, store = np.random.default_rng(3), PartStore(MemoryBackend(), threads=2)
        array, id_ = rng.normal(size=CELLS), None
        for what, step in [("first", lambda a: a), *steps(rng)]:
            array = step(array)
            (id_,), new_bytes = put(store, (array, id_, "f8"))
            sizes.setdefault(what, []).append(new_bytes)
    assert sizes["a cell"][0] < 2000
    assert all(whole == in_runs for whole, in_runs in sizes.values()), sizes


@pytest.mark.parametrize("where", [7, 2_000_000, -5])
def test_a_cell_of_a_large_part_needs_no_second_copy_of_it(monkeypatch, where):
    """Neither for finding the cell nor for encoding it, also if the base is a delta itself."""
    monkeypatch.setattr(reading, "LARGE_BYTES", 16 * MEGA)
    array = np.random.default_rng(0).normal(size=5_000_000)
    store = PartStore(MemoryBackend(), threads=2)
    (id_,), _ = put(store, (array, None, "f8"))
    asked = []
    for module in (decoding, ranges, reading, lanes):
        monkeypatch.setattr(module, "room", lambda size, real=lanes.room: asked.append(size) or real(size))
    for _ in range(3):
        array[where] += 1.0
        (id_,), new_bytes = put(store, (array, id_, "f8"))
        assert new_bytes < 2000
    assert asked
    assert max(asked) <= ranges.RUN_BYTES
    assert store.get(id_) == array.tobytes()


def test_slices_of_a_stretch_are_stretches():
    raw = bytes(range(200))

    def fill(out, start, wide):
        out[:] = raw[start : start + len(out)]

    stretch = Stretch(fill, 0, len(raw))
    assert len(stretch[10:50]) == 40
    assert bytes_of(stretch[10:50][5:]) == raw[15:50]
    assert bytes_of(stretch[190:500]) == raw[190:]
    assert bytes_of(stretch[30:20]) == b""
    assert bytes_of(b"abc") == b"abc"
    window = memoryview(bytearray(64))
    assert stretch.with_all_threads()[3:7].read(window) == raw[3:7]
    assert window[:4] == raw[3:7]


def test_a_range_beyond_the_end_of_a_part_raises_store_error(chain):
    store, versions, _ = chain
    id_, raw = versions[-1]
    with pytest.raises(StoreError, match=r"has \d+ bytes, not"):
        store._reader._fill(id_, memoryview(bytearray(10)), len(raw) - 5, wide=False)


@pytest.mark.parametrize("limit", [64 << 10, reading.LARGE_BYTES], ids=["in runs", "held whole"])
def test_a_damaged_old_version_does_not_prevent_a_new_one(monkeypatch, limit):
    monkeypatch.setattr(reading, "LARGE_BYTES", limit)
    backend = MemoryBackend()
    array = np.random.default_rng(0).normal(size=100_000)
    (id_,), whole = put(PartStore(backend), (array, None, "f8"))
    (key,) = backend.list("packs/")
    good = bytes(backend.read(key))
    backend.delete(key)
    backend.create(key, [good[:5000] + bytes([good[5000] ^ 1]) + good[5001:]])
    array[3] = 0
    (new,), new_bytes = put(PartStore(backend), (array, id_, "f8"))
    assert new_bytes > 0.9 * whole
    assert PartStore(backend).get(new) == array.tobytes()
    with pytest.raises(Damaged):
        PartStore(backend).get(id_)


@pytest.mark.parametrize("limit", [64 << 10, reading.LARGE_BYTES], ids=["in runs", "held whole"])
def test_a_base_whose_hash_is_wrong_is_not_used(monkeypatch, limit):
    """The checksums of its blocks are valid. A delta to these bytes could not be decoded with a good copy."""
    monkeypatch.setattr(reading, "LARGE_BYTES", limit)
    backend = MemoryBackend()
    array = np.random.default_rng(0).normal(size=100_000)
    with monkeypatch.context() as lying:
        lying.setattr(planning, "id_of", lambda raw, wide=True: ObjectId("ab" * 20))
        (id_,), whole = put(PartStore(backend), (array, None, "f8"))
    array[3] = 0
    (new,), new_bytes = put(PartStore(backend), (array, id_, "f8"))
    assert new_bytes > 0.9 * whole
    assert PartStore(backend).get(new) == array.tobytes()


def test_a_base_is_verified_once_and_never_by_its_writer(monkeypatch):
    monkeypatch.setattr(reading, "LARGE_BYTES", 64 << 10)
    monkeypatch.setattr(writing, "LARGE_BYTES", 64 << 10)
    compared = []
    monkeypatch.setattr(reading, "id_of_pieces", lambda pieces: compared.append(1) or id_of_pieces(pieces))
    backend, array = MemoryBackend(), np.random.default_rng(0).normal(size=100_000)
    store = PartStore(backend)
    (id_,), _ = put(store, (array, None, "f8"))
    for again, times in ((store, 0), (PartStore(backend), 1)):
        for _ in range(3):
            array[7] += 1
            put(again, (array, id_, "f8"))
        assert len(compared) == times
