import random

import numpy as np
import pytest

from nbmodelver.errors import Damaged, MissingPart
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.reading import Reader
from tests.store.samples import mixed, put, put_all


@pytest.fixture
def backend():
    return MemoryBackend()


def small_store(backend):
    """Write parts of every encoding in two packs, the second with deltas to the first; return id -> raw bytes."""
    arrays = {n: (layout, a[:9000]) for n, (layout, a) in mixed(9000).items()}
    store = PartStore(backend, threads=1)
    ids, _ = put_all(store, arrays)
    changed = {}
    for name, (layout, array) in arrays.items():
        new = array.copy()
        new[::500] = new[0]
        changed[name] = (layout, np.concatenate([new, new[:50]]) if name in ("text", "count") else new)
    new_ids, _ = put_all(store, changed, ids)
    raw = {ids[n]: a.tobytes() for n, (_, a) in arrays.items()}
    raw |= {new_ids[n]: a.tobytes() for n, (_, a) in changed.items()}
    return raw


def replace(backend, key, data):
    backend.delete(key)
    if data is not None:
        backend.create(key, [bytes(data)])


def test_a_healthy_store_has_no_problems(backend):
    small_store(backend)
    assert PartStore(backend).verify(full=False) == []
    assert PartStore(backend).verify(full=True) == []
    assert PartStore(MemoryBackend()).verify(full=True) == []


def test_p6_d9_any_changed_byte_is_named_and_never_read_as_data(backend):
    raw = small_store(backend)
    rng = random.Random(0)
    for key in list(backend.list("packs/")):
        good = bytes(backend.read(key))
        places = {*range(40), *range(len(good) - 200, len(good)), *rng.sample(range(len(good)), 150)}
        for at in sorted(places):
            bad = bytearray(good)
            bad[at] ^= 1 << rng.randrange(8)
            replace(backend, key, bad)
            assert PartStore(backend, threads=1).verify(full=True), at
            if rng.random() < 0.1:
                assert_only_errors(backend, raw)
        replace(backend, key, good)
    assert PartStore(backend).verify(full=True) == []


def assert_only_errors(backend, raw):
    store = PartStore(backend, threads=1)
    failed = 0
    for id_, expected in raw.items():
        try:
            assert store.get(id_) == expected
        except Damaged:
            failed += 1
    assert failed


@pytest.mark.parametrize("cut", [0, 1, 31, 32, 100, -1, -8, -64, -65, "half"])
def test_d9_a_truncated_pack_is_named(backend, cut):
    raw = small_store(backend)
    for key in list(backend.list("packs/")):
        good = bytes(backend.read(key))
        replace(backend, key, good[: len(good) // 2 if cut == "half" else cut])
        (problem, *_) = PartStore(backend).verify(full=False)
        assert problem.object == key
        assert_only_errors(backend, raw)
        replace(backend, key, good)


@pytest.mark.parametrize("what", ["zeros", "appended", "swapped"])
def test_d9_a_replaced_pack_is_named(backend, what):
    small_store(backend)
    first, second = backend.list("packs/")
    good, other = bytes(backend.read(first)), bytes(backend.read(second))
    replace(backend, first, {"zeros": bytes(len(good)), "appended": good + b"x", "swapped": other}[what])
    assert any(p.object == first for p in PartStore(backend).verify(full=False))


def test_d9_a_deleted_pack_is_reported_for_deltas_to_its_parts(backend):
    raw = small_store(backend)
    store = PartStore(backend)
    base = min(store._index.packs().values(), key=lambda c: max(e.depth for e in c.entries))
    backend.delete(base.pack)
    problems = PartStore(backend).verify(full=False)
    assert problems
    assert all("base" in p.what for p in problems)
    with pytest.raises(MissingPart):
        PartStore(backend).get(next(iter(raw)))


def test_unaffected_parts_are_still_read(backend):
    store = PartStore(backend)
    (good,), _ = put(store, (b"good" * 1000, None, ""))
    (bad,), _ = put(store, (b"bad!" * 1000, None, ""))
    key = store._reader.place(bad).contents.pack
    replace(backend, key, b"garbage")
    fresh = PartStore(backend)
    assert fresh.get(good) == b"good" * 1000
    with pytest.raises(MissingPart):
        fresh.get(bad)
    (again,), new_bytes = put(fresh, (b"bad!" * 1000, None, ""))
    assert (again, fresh.get(again)) == (bad, b"bad!" * 1000)
    assert new_bytes


def test_d9_packs_that_are_merged_during_verification_are_not_reported(backend, monkeypatch):
    """The pack of the base is rewritten while the pack of the delta is being read."""
    rng = random.Random(1)
    base, goes = rng.randbytes(9000), rng.randbytes(9000)
    store = PartStore(backend, threads=1)
    (base_id, _), _ = put(store, (base, None, ""), (goes, None, "f4"))
    (delta_id,), _ = put(store, (base + b"x", base_id, ""))
    looked = []
    unchecked = Reader.unchecked

    def slow(reader, place):
        if place.entry.id == delta_id and not looked:
            looked.append(PartStore(backend, threads=1).collect({base_id, delta_id}, grace_s=0, exact=True))
        return unchecked(reader, place)

    monkeypatch.setattr(Reader, "unchecked", slow)
    assert PartStore(backend, threads=1).verify(full=True) == []
    assert looked[0].packs == 1
