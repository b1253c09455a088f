import threading
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbmodelver.errors import MissingPart, StoreError
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import id_of
from nbmodelver.store.parts import PartStore
from tests.store.samples import LAYOUTS, assert_reads, files, mixed, put, put_all, raw_of

UNKNOWN = "0" * 40


@pytest.fixture(params=["memory", "local"])
def backend(request, tmp_path):
    return MemoryBackend() if request.param == "memory" else LocalBackend(tmp_path / "store", create=True)


def packs(backend):
    return list(backend.list("packs/"))


buffers = st.one_of(
    st.binary(max_size=3000),
    st.builds(lambda b, n: b * n, st.binary(min_size=1, max_size=40), st.integers(1, 8000)),
    st.builds(lambda seed, n: np.random.default_rng(seed).bytes(n), st.integers(0, 99), st.integers(0, 200_000)),
    st.builds(
        lambda seed, n: np.random.default_rng(seed).normal(size=n).tobytes(), st.integers(0, 9), st.integers(0, 30_000)
    ),
    st.builds(lambda n, k: np.arange(n, n + k).tobytes(), st.integers(-5, 5), st.integers(0, 30_000)),
    st.builds(lambda n, k: np.round(np.arange(k) / 3 + n, 2).tobytes(), st.integers(-5, 5), st.integers(0, 30_000)),
)


@given(st.lists(st.tuples(buffers, st.sampled_from(LAYOUTS)), max_size=6))
@settings(deadline=None, max_examples=60)
def test_any_buffer_of_any_layout_comes_back(items):
    backend = MemoryBackend()
    ids, _ = put(PartStore(backend, threads=2), *((raw, None, layout) for raw, layout in items))
    store = PartStore(backend, threads=2)
    for id_, (raw, _) in zip(ids, items, strict=True):
        assert store.get(id_) == raw
        assert store.size(id_) == len(raw)
        assert id_ == id_of(raw)
    assert store.verify(full=True) == []


@given(
    buffers,
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=300), st.integers(0, 500)), max_size=5),
    st.sampled_from(LAYOUTS),
)
@settings(deadline=None, max_examples=60)
def test_any_edit_of_a_near_part_comes_back(raw, edits, layout):
    backend = MemoryBackend()
    store = PartStore(backend, threads=2)
    (near,), _ = put(store, (raw, None, layout))
    new = bytearray(raw)
    for at, inserted, removed in edits:
        start = at % (len(new) + 1)
        new[start : start + removed] = inserted
    (id_,), _ = put(store, (new, near, layout))
    assert PartStore(backend).get(id_) == new


@given(buffers, st.sampled_from(LAYOUTS))
@settings(deadline=None, max_examples=25)
def test_put_twice_equals_put_once(raw, layout):
    store = PartStore(MemoryBackend())
    first, _ = put(store, (raw, None, layout), (bytes(raw), None, ""))
    again, new_bytes = put(store, (raw, None, layout))
    assert first == again * 2
    assert new_bytes == 0


def test_a_mixed_frame_comes_back(backend):
    arrays = mixed()
    ids, _ = put_all(PartStore(backend), arrays)
    assert_reads(backend, arrays, ids)
    assert PartStore(backend).verify(full=True) == []


def test_one_commit_is_one_pack(backend):
    ids, new_bytes = put_all(PartStore(backend), mixed())
    assert len(packs(backend)) == 1
    assert backend.size(packs(backend)[0]) == new_bytes
    assert len(set(ids.values())) == len(ids)


def test_known_bytes_write_nothing(backend):
    arrays = mixed()
    store = PartStore(backend)
    put_all(store, arrays)
    for again in (store, PartStore(backend)):
        _, new_bytes = put_all(again, arrays)
        assert new_bytes == 0
        assert len(packs(backend)) == 1


def test_a_commit_of_nothing_writes_no_file(tmp_path):
    backend = LocalBackend(tmp_path, create=True)
    with PartStore(backend).writing() as pack:
        pass
    assert pack.new_bytes == 0
    assert files(backend) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_d2_an_interrupted_commit_leaves_nothing(tmp_path, error):
    backend = LocalBackend(tmp_path, create=True)
    store = PartStore(backend, threads=2)
    arrays = {f"{n}": ("f8", np.random.default_rng(n).standard_normal(300_000)) for n in range(5)}

    def commit():
        with store.writing() as pack:
            pack.put_many([(raw_of(a), None, layout) for layout, a in arrays.values()])
            raise error

    with pytest.raises(error):
        commit()
    assert files(backend) == []
    ids, _ = put_all(store, arrays)
    assert_reads(backend, arrays, ids)


def test_a_writer_that_failed_writes_nothing_more(backend):
    def commit():
        with PartStore(backend).writing() as pack:
            pack.put(b"x" * 100_000)
            with suppress(TypeError):
                pack.put("no bytes")
            pack.put(b"y")

    with pytest.raises(StoreError, match="discarded"):
        commit()
    assert packs(backend) == []


def test_memory_that_changes_while_it_is_stored_raises_an_error(backend, monkeypatch):
    from nbmodelver.store import blocks

    raw = bytearray(np.random.default_rng(0).bytes(1 << 20))
    real = blocks.encoded

    def meddle(*args):
        raw[5] ^= 1
        return real(*args)

    monkeypatch.setattr("nbmodelver.store.writing.encoded", meddle)
    with pytest.raises(StoreError, match="changed while"), PartStore(backend).writing() as pack:
        pack.put(raw)
    assert packs(backend) == []


def test_d12_a_wrong_encoder_is_detected_before_the_commit_counts(backend, monkeypatch):
    from nbmodelver.store.encodings.shuffled import Shuffled

    real = Shuffled.encode

    def wrong(self, raw, base):
        return real(self, memoryview(bytes([raw[0] ^ 1]) + bytes(raw[1:])), base)

    monkeypatch.setattr(Shuffled, "encode", wrong)
    with pytest.raises(StoreError), PartStore(backend).writing() as pack:
        pack.put(raw_of(np.arange(100_000)), layout="i8")
    assert packs(backend) == []


def test_buffers_are_only_read(backend):
    arrays = mixed(20_000)
    for _, array in arrays.values():
        array.flags.writeable = False
    before = {k: a.tobytes() for k, (_, a) in arrays.items()}
    put_all(PartStore(backend), arrays)
    assert {k: a.tobytes() for k, (_, a) in arrays.items()} == before


def test_any_contiguous_memory_may_be_put(backend):
    shapes = [
        np.ones((3, 4)),
        np.ones((2, 0)),
        np.array(5.0),
        np.ones(3, "f2"),
        memoryview(b"abc"),
        bytearray(b"x"),
        b"",
    ]
    ids, _ = put(PartStore(backend), *((s, None, "") for s in shapes))
    for id_, shape in zip(ids, shapes, strict=True):
        assert PartStore(backend).get(id_) == memoryview(shape).tobytes()
    with pytest.raises(StoreError), PartStore(backend).writing() as pack:
        pack.put(np.ones((4, 4)).T[:, ::2])


def test_the_returned_memory_belongs_to_the_caller(backend):
    store = PartStore(backend)
    (id_,), _ = put(store, (b"abc" * 10, None, ""))
    store.get(id_)[0] = 0
    assert store.get(id_) == b"abc" * 10


def test_many_parts_are_read_at_once(backend):
    arrays = mixed()
    ids, _ = put_all(PartStore(backend), arrays)
    outs = {name: np.empty_like(a) for name, (_, a) in arrays.items()}
    told = []
    PartStore(backend, threads=2).read_many(
        [(ids[n], raw_of(out)) for n, out in outs.items()], lambda done, total, what: told.append((done, total))
    )
    for name, (_, array) in arrays.items():
        assert outs[name].tobytes() == array.tobytes()
    assert told[-1][0] == told[-1][1] == sum(a.nbytes for _, a in arrays.values())


def test_reading_into_memory_of_another_length_is_refused(backend):
    store = PartStore(backend)
    (id_,), _ = put(store, (b"abc", None, ""))
    with pytest.raises(StoreError):
        store.read_into(id_, memoryview(bytearray(4)))


def test_an_unknown_part_is_missing(backend):
    store = PartStore(backend)
    assert not store.has(UNKNOWN)
    for ask in (store.get, store.size, store.stored_size):
        with pytest.raises(MissingPart):
            ask(UNKNOWN)


def test_d6_what_another_process_wrote_is_found(backend):
    one, other = PartStore(backend), PartStore(backend)
    assert not one.has(UNKNOWN)
    (id_,), _ = put(other, (b"new" * 100, None, ""))
    assert one.has(id_)
    assert one.get(id_) == b"new" * 100
    _, new_bytes = put(one, (b"new" * 100, None, ""))
    assert new_bytes == 0


def test_d6_threads_may_commit_at_once(backend):
    store = PartStore(backend, threads=2)
    arrays = [mixed(5000, seed) for seed in range(4)]
    found = {}

    def commit(number):
        found[number], _ = put_all(store, arrays[number])

    threads = [threading.Thread(target=commit, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        assert_reads(backend, arrays[number], found[number])
    assert PartStore(backend).verify(full=True) == []
