"""Recently changed parts are cached as bases, if their bytes have the id of the part."""

import numpy as np

from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.bases import Bases
from nbmodelver.store.hashes import id_of
from nbmodelver.store.parts import PartStore
from nbmodelver.store.reading import Reader
from tests.store.samples import assert_reads, put_all, raw_of


def weights(steps, seed=0):
    rng = np.random.default_rng(seed)
    found = (rng.standard_normal(100_000) * 0.05).astype("f4")
    for _ in range(steps):
        found = found - np.float32(1e-5) * np.sign(rng.standard_normal(len(found))).astype("f4")
    return {"w": ("f4", found)}


def test_training_steps_decode_no_chain_of_deltas(monkeypatch):
    backend = MemoryBackend()
    store = PartStore(backend, threads=2)
    read = []
    get = Reader.get
    monkeypatch.setattr(Reader, "get", lambda self, id_, wide=True: read.append(id_) or get(self, id_, wide))
    ids = None
    for step in range(7):
        ids, _ = put_all(store, weights(step), ids)
    assert len(read) == 1, "only the first version, which is no delta, was read"
    assert max(entry.depth for _, entry in store._index.parts()) == 6
    assert_reads(backend, weights(6), ids)


def test_memory_that_changed_since_its_id_was_taken_is_not_kept():
    array = np.arange(100_000)
    id_ = id_of(raw_of(array))
    array[7] = -1
    bases = Bases()
    bases.keep(id_, raw_of(array))
    assert bases.get(id_) is None
    array[7] = 7
    bases.keep(id_, raw_of(array))
    array[7] = -1
    assert id_of(bases.get(id_)) == id_


def test_the_cache_of_bases_stays_within_its_limit():
    bases = Bases(most_bytes=1000)
    arrays = [np.full(300, at, "u1") for at in range(5)]
    ids = [id_of(raw_of(array)) for array in arrays]
    for id_, array in zip(ids, arrays, strict=True):
        bases.keep(id_, raw_of(array))
    assert [bases.get(id_) is not None for id_ in ids] == [False, False, True, True, True]
    bases.drop(ids[4])
    bases.drop(ids[0])
    bases.keep(ids[0], raw_of(arrays[0]))
    assert [bases.get(id_) is not None for id_ in ids] == [True, False, True, True, False]
    bases.keep(id_of(bytes(2000)), memoryview(bytes(2000)))
    assert bases.get(id_of(bytes(2000))) is None
