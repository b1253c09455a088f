import numpy as np
import pytest

from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.limits import MAX_DEPTH
from nbmodelver.store.parts import PartStore
from tests.store.samples import assert_reads, mixed, put, put_all, raw_of

ROWS = 200_000


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def store(backend):
    return PartStore(backend, threads=2)


def raw_bytes(arrays):
    return sum(a.nbytes for _, a in arrays.values())


def test_one_percent_of_rows_edited_costs_half_a_percent(backend, store):
    arrays = mixed(ROWS)
    ids, _ = put_all(store, arrays)
    rows = np.random.default_rng(1).choice(ROWS, ROWS // 100, replace=False)
    edited = dict(arrays)
    for name in ("price", "count", "when"):
        layout, array = arrays[name]
        array = array.copy()
        array[rows] += 1
        edited[name] = (layout, array)
    new_ids, new_bytes = put_all(store, edited, ids)
    assert new_bytes <= 0.005 * raw_bytes(edited)
    assert_reads(backend, edited, new_ids)


def test_a_thousand_rows_inserted_cost_half_a_percent(backend, store):
    arrays, more = mixed(ROWS), mixed(1000, seed=5)
    ids, _ = put_all(store, arrays)
    grown = {
        name: (layout, np.concatenate([a[: len(a) // 2], more[name][1], a[len(a) // 2 :]]))
        for name, (layout, a) in arrays.items()
    }
    new_ids, new_bytes = put_all(store, grown, ids)
    assert new_bytes <= 0.005 * raw_bytes(grown)
    assert_reads(backend, grown, new_ids)


def test_rows_removed_here_and_there_cost_little(backend, store):
    arrays = mixed(ROWS)
    ids, _ = put_all(store, arrays)
    keep = np.ones(ROWS, bool)
    keep[np.random.default_rng(2).choice(ROWS, 100, replace=False)] = False
    shrunk = {n: (layout, a[keep]) for n, (layout, a) in arrays.items() if len(a) == ROWS}
    new_ids, new_bytes = put_all(store, shrunk, ids)
    assert new_bytes <= 0.06 * raw_bytes(shrunk)
    assert_reads(backend, shrunk, new_ids)


def test_one_changed_cell_costs_next_to_nothing(backend, store):
    arrays = mixed(ROWS)
    ids, _ = put_all(store, arrays)
    layout, array = arrays["noise"]
    array = array.copy()
    array[12345] = 0
    new_ids, new_bytes = put_all(store, {**arrays, "noise": (layout, array)}, ids)
    assert new_bytes < 1000
    assert_reads(backend, {"noise": (layout, array)}, new_ids)


def test_a_small_step_of_weights_costs_a_third(backend, store):
    rng = np.random.default_rng(0)
    weights = (rng.standard_normal(500_000) * 0.05).astype("f4")
    (near,), _ = put(store, (weights, None, "f4"))
    stepped = (weights - 1e-5 * np.sign(rng.standard_normal(weights.size))).astype("f4")
    (id_,), new_bytes = put(store, (stepped, near, "f4"))
    assert new_bytes <= 0.40 * weights.nbytes
    assert PartStore(backend).get(id_) == stepped.tobytes()


def test_a_useless_hint_costs_nothing_and_makes_no_chain(store):
    rng = np.random.default_rng(0)
    for length in (100_000, 120_000):
        a, b = rng.standard_normal(100_000), rng.standard_normal(length)
        (near,), _ = put(store, (a, None, "f8"))
        (plain,), _ = put(PartStore(MemoryBackend()), (b, None, "f8"))
        (id_,), _ = put(store, (b, near, "f8"))
        assert plain == id_
        assert store.stored_size(id_) <= 0.9 * b.nbytes
        assert store._reader.place(id_).entry.depth == 0


def test_an_unknown_hint_is_ignored(store):
    (id_,), _ = put(store, (b"x" * 100_000, "f" * 40, "text"))
    assert store.get(id_) == b"x" * 100_000


def test_chains_are_bounded_and_every_version_can_be_read(backend, store):
    rng = np.random.default_rng(0)
    array = rng.standard_normal(50_000)
    versions, near = [], None
    for _ in range(3 * MAX_DEPTH):
        array = array.copy()
        array[rng.integers(0, len(array), 20)] = rng.standard_normal(20)
        (near,), new_bytes = put(store, (array, near, "f8"))
        versions.append((near, array.tobytes(), new_bytes))
    fresh = PartStore(backend)
    assert max(fresh._reader.place(id_).entry.depth for id_, _, _ in versions) <= MAX_DEPTH
    for id_, raw, _ in versions:
        assert fresh.get(id_) == raw
    assert sum(new_bytes for _, _, new_bytes in versions[1:]) < 0.5 * versions[0][2]


def test_twenty_equal_changes_cost_at_most_thirty_six(backend, store):
    """A full chain restarts at the base with the lowest cost per remaining step; at its root, it would cost 43."""
    rng = np.random.default_rng(0)
    array = rng.standard_normal(ROWS)
    kept, spent = [], []
    id_ = None
    for _ in range(20):
        (id_,), new_bytes = put(store, (raw_of(array), id_, "f8"))
        kept.append((id_, array.copy()))
        spent.append(new_bytes)
        array[rng.choice(ROWS, ROWS // 100, replace=False)] = rng.standard_normal(ROWS // 100)
    assert sum(spent[1:]) <= 36 * spent[1]
    assert max(entry.depth for _, entry in store._index.parts()) == MAX_DEPTH
    for part, expected in kept:
        assert_reads(backend, {"a": ("f8", expected)}, {"a": part})


def test_small_parts_share_a_block(backend, store):
    rng = np.random.default_rng(0)
    trees = [np.round(rng.standard_normal(300), 2) for _ in range(400)]
    ids, new_bytes = put(store, *((t, None, "f8") for t in trees))
    single = sum(put(PartStore(MemoryBackend()), (t, None, "f8"))[1] for t in trees[:20]) * 20
    assert new_bytes < 0.8 * single
    (contents,) = store._index.packs().values()
    assert len(contents.blocks) <= 8
    fresh = PartStore(backend)
    assert [fresh.get(i) for i in ids] == [t.tobytes() for t in trees]


def test_a_small_part_near_another_costs_a_few_bytes(backend, store):
    recipe = b"".join(b"name_%d: some recipe with classes and ids %d;" % (n, n * 7919) for n in range(400))
    (near,), first = put(store, (recipe, None, ""))
    edited = recipe.replace(b"name_77", b"renamed_77")
    (id_,), new_bytes = put(store, (edited, near, ""))
    assert new_bytes < 500 < first
    assert PartStore(backend).get(id_) == edited


def test_chains_of_small_parts_can_be_read(backend, store):
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 1000, 3000) for _ in range(10)]
    near = [None] * 10
    kept = []
    for _ in range(2 * MAX_DEPTH):
        columns = [c.copy() for c in columns]
        for column in columns:
            column[rng.integers(0, 3000, 5)] += 1
        near, _ = put(store, *((c, n, "i8") for c, n in zip(columns, near, strict=True)))
        kept += [(i, c.tobytes()) for i, c in zip(near, columns, strict=True)]
    fresh = PartStore(backend)
    assert all(fresh.get(i) == raw for i, raw in kept)
    assert fresh.verify(full=True) == []


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65_535, 65_536, 65_537, (1 << 20) - 1, (1 << 20) + 1, (4 << 20) + 5])
@pytest.mark.parametrize("near_length", [0, 1, 70_000, (1 << 20) + 1])
def test_lengths_around_every_threshold_work(backend, store, length, near_length):
    raw = np.random.default_rng(0).bytes(5 << 20)
    (near,), _ = put(store, (raw[:near_length], None, ""))
    (id_,), _ = put(store, (raw[100 : 100 + length], near, "f4"))
    assert PartStore(backend).get(id_) == raw[100 : 100 + length]


def test_prefix_frames_are_read_by_plain_zstandard(backend, store):
    import zstandard

    rng = np.random.default_rng(0)
    text = b" ".join(b"%d" % n for n in rng.integers(0, 99999, 60_000))
    edited = bytearray(text)
    for at in sorted(rng.integers(0, len(text), 300), reverse=True):
        edited[at : at + 2] = b"edit"
    (near,), _ = put(store, (text, None, "text"))
    (id_,), new_bytes = put(store, (edited, near, "text"))
    assert new_bytes < 0.05 * len(text)
    contents, entry = store._reader.place(id_)
    block = next(b for i in contents.covering(entry) if (b := contents.blocks[i]).encoding == 9)
    (use,) = block.uses
    dictionary = zstandard.ZstdCompressionDict(
        text[use.start : use.start + use.length], dict_type=zstandard.DICT_TYPE_RAWCONTENT
    )
    plain = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=1 << 27)
    assert len(plain.decompress(bytes(store._reader.stored(contents, block)))) == block.raw


def test_a_store_is_written_without_the_prefix_library(backend, monkeypatch):
    from nbmodelver.store.encodings import frames

    monkeypatch.setattr(frames, "_prefix_zstd", None)
    store = PartStore(backend)
    arrays = mixed(20_000)
    ids, _ = put_all(store, arrays)
    changed = {n: (layout, np.append(a[:-5], a[:3])) for n, (layout, a) in arrays.items()}
    new_ids, _ = put_all(store, changed, ids)
    assert_reads(backend, changed, new_ids)
