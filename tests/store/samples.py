"""Typical buffers of notebooks, and typical changes of them."""

import numpy as np

from nbmodelver.store import packs as pack_files
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore

LAYOUTS = ["f8", "f4", "f2", "bf2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b", "text", "", "lengths"]


def mixed(rows=60_000, seed=0):
    """Return name -> (layout, array): noise, decimals, labels, counters, times, flags and text."""
    rng = np.random.default_rng(seed)
    text = b" ".join(b"street number %d" % n for n in rng.integers(0, 9999, rows // 8))
    return {
        "noise": ("f8", rng.standard_normal(rows)),
        "price": ("f8", np.round(rng.gamma(2, 50, rows), 2)),
        "missing": ("f8", np.where(rng.random(rows) < 0.1, np.nan, np.round(rng.gamma(2, 50, rows), 1))),
        "rating": ("f8", rng.choice([1, 1.5, 2, 2.5, 3, 5], rows)),
        "weights": ("f4", (rng.standard_normal(rows) * 0.02).astype("f4")),
        "half": ("f2", rng.standard_normal(rows).astype("f2")),
        "id": ("i8", np.arange(rows)),
        "when": ("i8", 1_600_000_000_000_000 + np.cumsum(rng.integers(0, 60_000_000, rows))),
        "count": ("i4", rng.poisson(30, rows).astype("i4")),
        "label": ("i1", rng.integers(0, 9, rows).astype("i1")),
        "flag": ("b", rng.random(rows) < 0.3),
        "lengths": ("lengths", rng.integers(3, 20, rows).astype("i4")),
        "text": ("text", np.frombuffer(text, "u1")),
        "noise_bytes": ("", np.frombuffer(rng.bytes(rows * 3 + 1), "u1")),
        "zeros": ("", np.zeros(rows, "f8")),
    }


def raw_of(array):
    return memoryview(np.ascontiguousarray(array)).cast("B")


def put(store, *items):
    """Write the items (buffer, near, layout) as one pack; return their ids and the bytes written."""
    with store.writing() as pack:
        ids = pack.put_many(items)
    return ids, pack.new_bytes


def put_all(store, arrays, near=None):
    """Write a frame; return name -> id, and the bytes written."""
    items = [(raw_of(a), (near or {}).get(name), layout) for name, (layout, a) in arrays.items()]
    ids, new_bytes = put(store, *items)
    return dict(zip(arrays, ids, strict=True)), new_bytes


def assert_reads(backend, arrays, ids):
    """Verify that a newly opened store returns the bytes of every array."""
    store = PartStore(backend, threads=2)
    for name, (_, array) in arrays.items():
        assert bytes(store.get(ids[name])) == raw_of(array).tobytes(), name


def packs(backend):
    return list(backend.list("packs/"))


def edited(arrays, seed):
    rng = np.random.default_rng(seed)
    new = {}
    for name, (layout, array) in arrays.items():
        changed = array.copy()
        changed[rng.integers(0, len(array), 10)] = array[rng.integers(0, len(array), 10)]
        new[name] = (layout, changed)
    return new


def history(store, count, rows=20_000):
    """Write versions, each a delta to the previous one; return (arrays, ids) of each."""
    arrays, ids, made = mixed(rows), None, []
    for number in range(count):
        ids, _ = put_all(store, arrays, ids)
        made.append((arrays, ids))
        arrays = edited(arrays, number)
    return made


def live(*versions):
    return {i for _, ids in versions for i in ids.values()}


def hostile(blocks, entries, stored=b""):
    """Return a backend with one pack that has this table of contents and a valid trailer."""
    backend = MemoryBackend()
    name = bytes(16)
    data = pack_files.header(name) + stored + pack_files.ending(name, blocks, entries)
    backend.create(f"packs/{name.hex()}", [data])
    return backend


def files(backend):
    return sorted(str(p) for p in backend.root.rglob("*") if p.is_file() and "locks" not in p.parts)
