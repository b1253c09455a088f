"""A table whose rows were sorted, shuffled or filtered costs one index; other changes use no index."""

import numpy as np
import pytest

from nbmodelver.store import lookups
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.limits import SMALL_BYTES
from nbmodelver.store.parts import PartStore
from nbmodelver.store.rows import LEAST_COLUMNS, LEAST_ROWS
from tests.store.samples import assert_reads, put_all

ROWS = 40_000
EXPECTED = 0.13


def table(rows=ROWS, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "id": ("i8", rng.permutation(rows) * 1001),
        "score": ("f8", rng.standard_normal(rows)),
        "noise": ("f4", rng.standard_normal(rows).astype("f4")),
        "more": ("f8", rng.standard_normal(rows)),
        "label": ("i2", rng.integers(0, 9, rows).astype("i2")),
        "flag": ("b", rng.random(rows) < 0.5),
    }


def rows_of(arrays, places):
    return {name: (layout, array[places]) for name, (layout, array) in arrays.items()}


def encodings_in(store):
    return [b.encoding for c in store._index.packs().values() for b in c.blocks]


def after(change, seed=0):
    """Write two versions of a table; return the store, and the bytes of the second as a share of the first."""
    backend = MemoryBackend()
    store = PartStore(backend, threads=2)
    first = table(seed=seed)
    ids, whole = put_all(store, first)
    second = change(first)
    ids_2, more = put_all(store, second, ids)
    assert_reads(backend, first, ids)
    assert_reads(backend, second, ids_2)
    assert store.verify(full=True) == []
    return store, more / whole, ids, ids_2, backend, second


CHANGES = {
    "shuffled": lambda t: rows_of(t, np.random.default_rng(1).permutation(ROWS)),
    "sorted": lambda t: rows_of(t, np.argsort(t["score"][1])),
    "reversed": lambda t: rows_of(t, np.arange(ROWS)[::-1]),
    "filtered": lambda t: rows_of(t, np.flatnonzero(t["score"][1] > 0)),
    "sampled": lambda t: rows_of(t, np.random.default_rng(1).permutation(ROWS)[: ROWS // 2]),
    "doubled": lambda t: rows_of(t, np.random.default_rng(1).integers(0, ROWS, ROWS)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_moved_rows_cost_an_index(change):
    store, share, *_ = after(CHANGES[change])
    large = sum(len(a.tobytes()) >= SMALL_BYTES for _, a in CHANGES[change](table()).values())
    assert encodings_in(store).count(10) == large
    assert share < EXPECTED


def test_a_table_that_moves_again_and_again_is_one_index_away():
    backend = MemoryBackend()
    store = PartStore(backend, threads=2)
    tables = [table()]
    ids, _ = put_all(store, tables[0])
    versions = [ids]
    for seed in range(12):
        rows = np.random.default_rng(seed).permutation(len(tables[-1]["id"][1]) - 1000 * (seed % 2))
        tables.append(rows_of(tables[-1], rows))
        ids, _ = put_all(store, tables[-1], versions[-1])
        versions.append(ids)
    for one, ids in zip(tables, versions, strict=True):
        assert_reads(backend, one, ids)
    assert encodings_in(store).count(10) == 12 * 5
    assert {e.depth for c in store._index.packs().values() for e in c.entries} == {0, 1}


def test_a_column_that_moved_is_compared_once_and_not_decoded_again(monkeypatch):
    store = PartStore(MemoryBackend(), threads=1)
    first = table()
    ids, _ = put_all(store, first)
    compared, decoded = [], []
    is_gathered, gather = lookups.is_gathered, lookups.gather
    monkeypatch.setattr(lookups, "is_gathered", lambda *a: compared.append(1) or is_gathered(*a))
    monkeypatch.setattr(lookups, "gather", lambda *a: decoded.append(1) or gather(*a))
    put_all(store, CHANGES["shuffled"](first), ids)
    assert encodings_in(store).count(10) == 5
    assert len(compared) <= 5 + LEAST_COLUMNS  # The first columns also tell whether the index is worth its bytes.
    assert not decoded


def test_a_changed_column_is_stored_without_the_index():
    def change(t):
        moved = rows_of(t, np.random.default_rng(1).permutation(ROWS))
        noise = moved["noise"][1].copy()
        noise[7] += 1
        return {**moved, "noise": ("f4", noise)}

    store, share, *_ = after(change)
    assert encodings_in(store).count(10) >= 3
    assert share < 0.3


@pytest.mark.parametrize(
    "change",
    [
        lambda t: {n: (la, a if n != "score" else a * 2) for n, (la, a) in t.items()},
        lambda t: table(seed=5),
        lambda t: {n: (la, np.insert(a, 1000, a[:50])) for n, (la, a) in t.items()},
    ],
    ids=["one column", "other rows", "rows inserted"],
)
def test_other_changes_of_a_table_use_no_index(change):
    store, *_ = after(change)
    assert 10 not in encodings_in(store)


def test_few_rows_and_single_columns_use_no_index():
    for arrays in (rows_of(table(), slice(0, LEAST_ROWS // 2)), {"score": table()["score"]}):
        backend = MemoryBackend()
        store = PartStore(backend, threads=2)
        ids, _ = put_all(store, arrays)
        count = len(arrays["score"][1])
        put_all(store, rows_of(arrays, np.random.default_rng(0).permutation(count)), ids)
        assert 10 not in encodings_in(store)


def test_a_table_without_a_unique_column_uses_no_index():
    rng = np.random.default_rng(0)
    arrays = {n: ("i8", rng.integers(0, 50, ROWS)) for n in "abc"}
    backend = MemoryBackend()
    store = PartStore(backend, threads=2)
    ids, _ = put_all(store, arrays)
    moved = rows_of(arrays, rng.permutation(ROWS))
    ids_2, _ = put_all(store, moved, ids)
    assert 10 not in encodings_in(store)
    assert_reads(backend, moved, ids_2)


def test_the_index_and_the_old_columns_stay_while_the_new_ones_need_them():
    store, _, ids, ids_2, backend, second = after(CHANGES["shuffled"])
    store.collect(set(ids_2.values()), grace_s=0)
    assert_reads(backend, second, ids_2)
    store.collect(set(ids_2.values()), grace_s=0, exact=True)
    assert_reads(backend, second, ids_2)
    assert store.verify(full=True) == []
    assert not any(store.has(id_) for id_ in set(ids.values()) - set(ids_2.values()))


def test_a_chain_of_moves_stays_readable():
    backend = MemoryBackend()
    store = PartStore(backend, threads=2)
    arrays = table()
    ids, _ = put_all(store, arrays)
    kept = [(arrays, ids)]
    for seed in range(12):
        arrays = rows_of(arrays, np.random.default_rng(seed).permutation(ROWS))
        ids, _ = put_all(store, arrays, ids)
        kept.append((arrays, ids))
    for arrays, ids in kept:
        assert_reads(backend, arrays, ids)
