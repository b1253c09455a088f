"""The pack writer: takes parts, and makes all of them visible when it is sealed."""

import numpy as np
import pytest

from nbmodelver.errors import StoreError
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import id_of
from nbmodelver.store.parts import PartStore
from nbmodelver.store.writing import PackWriter
from tests.store.samples import packs, raw_of


@pytest.fixture
def backend():
    return MemoryBackend()


def writer(backend, **more):
    return PackWriter(PartStore(backend, threads=1)._reader, {}, **more)


def test_nothing_is_visible_before_the_pack_is_sealed(backend):
    pack = writer(backend)
    id_ = pack.put(b"abc")
    assert id_ == id_of(b"abc")
    assert packs(backend) == []
    pack.seal()
    assert PartStore(backend).get(id_) == b"abc"
    assert pack.new_bytes == backend.size(packs(backend)[0])


def test_an_abandoned_pack_leaves_nothing_and_takes_nothing_more(backend):
    pack = writer(backend)
    pack.put(b"x" * 100_000)
    pack.abandon()
    pack.abandon()
    for again in (lambda: pack.put(b"y"), pack.seal):
        with pytest.raises(StoreError, match="discarded after an error"):
            again()
    assert packs(backend) == []


def test_a_part_that_is_stored_is_written_only_on_request(backend):
    first = writer(backend)
    first.put(b"abc")
    first.seal()
    second = writer(backend)
    second.put(b"abc")
    second.seal()
    assert len(packs(backend)) == 1
    third = writer(backend, again=True)
    third.put(b"abc")
    third.seal()
    assert len(packs(backend)) == 2


def test_fingerprints_of_sealed_parts_are_known_to_the_next_writer(backend):
    known = {}
    reader = PartStore(backend, threads=1)._reader
    pack = PackWriter(reader, known)
    pack.put(b"abc")
    assert known == {}, "the part may still be discarded"
    pack.seal()
    assert list(known.values()) == [id_of(b"abc")]


def test_equal_parts_of_one_call_are_one_part(backend):
    pack = writer(backend)
    big = bytes(range(256)) * 1000
    assert pack.put_many([(big, None, ""), (b"x", None, ""), (bytearray(big), None, "u1"), (b"x", None, "")]) == [
        id_of(big), id_of(b"x"), id_of(big), id_of(b"x"),
    ]  # fmt: skip
    pack.seal()
    (contents,) = PartStore(backend)._index.packs().values()
    assert contents.count == 2


def test_small_parts_of_one_layout_share_a_block_until_it_is_ended(backend):
    pack = writer(backend)
    pack.put_many([(b"a" * 100, None, "text"), (b"b" * 100, None, "text"), (bytes(96), None, "f8")])
    pack.close_blocks()
    pack.put(b"c" * 100, layout="text")
    pack.seal()
    (contents,) = PartStore(backend)._index.packs().values()
    assert [b.raw for b in contents.blocks] == [200, 96, 100]


def test_live_memory_of_small_parts_may_change_after_the_call(backend):
    pack = writer(backend)
    live = bytearray(b"before")
    id_ = pack.put(live)
    live[:] = b"after!"
    pack.seal()
    assert PartStore(backend).get(id_) == b"before"


def test_a_small_part_is_a_delta_of_a_small_base_and_never_of_a_damaged_one(backend):
    old = np.random.default_rng(0).integers(0, 1 << 60, 2000)
    first = writer(backend)
    near = first.put(raw_of(old), layout="i8")
    first.seal()
    new = old.copy()
    new[3] += 1

    def depth():
        pack = writer(backend, again=True)
        id_ = pack.put(raw_of(new), near=near, layout="i8")
        pack.seal()
        (entry,) = [e for c in PartStore(backend)._index.packs().values() for e in c.entries if e.id == id_]
        backend.delete(next(k for k in packs(backend) if k != key))
        return entry.depth

    (key,) = packs(backend)
    assert depth() == 1
    data = bytearray(backend.read(key))
    data[100] ^= 1
    backend.delete(key)
    backend.create(key, [bytes(data)])
    assert depth() == 0


def test_memory_that_is_not_contiguous_is_refused(backend):
    pack = writer(backend)
    with pytest.raises(StoreError, match="contiguous"):
        pack.put(memoryview(np.arange(10))[::2])


def test_an_empty_part_of_any_shape_is_a_part(backend):
    pack = writer(backend)
    assert pack.put(memoryview(np.zeros((0, 3)))) == pack.put(b"") == id_of(b"")
    pack.seal()
    assert PartStore(backend).get(id_of(b"")) == b""


def test_progress_is_told_in_raw_bytes(backend):
    told = []
    pack = writer(backend, progress=lambda *a: told.append(a))
    pack.put(bytes(3 << 20))
    pack.seal()
    assert told[-1][0] == 3 << 20
    assert {t[2] for t in told} == {"bytes stored"}
