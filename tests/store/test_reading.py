"""Whole parts are read and verified, wherever their pack went meanwhile."""

import random

import pytest

from nbmodelver.errors import Damaged, MissingPart, StoreError, StoreTooNew
from nbmodelver.store import packs, reading
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.ranges import Stretch
from nbmodelver.store.reading import _batches
from nbmodelver.store.repacking import repack
from tests.store.samples import hostile, put

RNG = random.Random(0)
NOISE = RNG.randbytes(300_000)
ABSENT = "ab" * 20


@pytest.fixture
def backend():
    return MemoryBackend()


def stored(backend, raw=NOISE, near=None):
    (id_,), _ = put(PartStore(backend, threads=1), (raw, near, ""))
    return id_


def reader(backend):
    return PartStore(backend, threads=1)._reader


def test_a_part_is_new_writable_memory(backend):
    id_ = stored(backend)
    first, second = (reader(backend).get(id_) for _ in range(2))
    first[0] ^= 1
    assert second == NOISE


def test_a_part_that_is_nowhere_is_missing_and_says_if_packs_are_damaged(backend):
    with pytest.raises(MissingPart, match="is not in the store at memory\n"):
        reader(backend).get(ABSENT)
    backend.create("packs/" + "0a" * 16, [b"garbage"])
    with pytest.raises(MissingPart, match="1 packs of it are damaged"):
        reader(backend).get(ABSENT)


def test_a_part_that_only_a_newer_pack_can_have_is_too_new(backend, monkeypatch):
    monkeypatch.setattr(packs, "VERSION", packs.VERSION + 1)
    id_ = stored(backend)
    monkeypatch.undo()
    with pytest.raises(StoreTooNew):
        reader(backend).get(id_)


def test_memory_of_another_length_is_refused(backend):
    id_ = stored(backend)
    with pytest.raises(StoreError, match="300000 bytes, not 3"):
        reader(backend).fill(id_, memoryview(bytearray(3)))


def test_bytes_with_another_hash_are_damage():
    from nbmodelver.store.hashes import sum_of

    block = packs.NewBlock(4, 4, sum_of(b"abcd"), 0)
    backend = hostile([block], [packs.Entry(ABSENT, 0, 4, 0)], b"abcd")
    with pytest.raises(Damaged, match="another hash"):
        reader(backend).get(ABSENT)


def test_a_part_whose_pack_was_merged_meanwhile_is_read_from_the_new_one(backend):
    id_ = stored(backend)
    found = reader(backend)
    place = found.place(id_)
    repack(reader(backend), [(place.contents, [place.entry])])
    backend.delete(place.contents.pack)
    assert found.get(id_) == NOISE


def test_a_part_whose_pack_is_gone_is_missing(backend):
    id_ = stored(backend)
    found = reader(backend)
    backend.delete(found.place(id_).contents.pack)
    with pytest.raises(MissingPart):
        found.get(id_)


def test_many_parts_are_read_in_one_call_with_progress(backend):
    raws = [RNG.randbytes(size) for size in (10, 3 << 20, 0, 70_000, 5)]
    ids, _ = put(PartStore(backend, threads=1), *((raw, None, "") for raw in raws))
    told = []
    wanted = [(id_, memoryview(bytearray(len(raw)))) for id_, raw in zip(ids, raws, strict=True)]
    PartStore(backend, threads=2)._reader.fill_many(wanted, lambda *a: told.append(a))
    assert [bytes(out) for _, out in wanted] == raws
    total = sum(map(len, raws))
    assert told[-1] == (total, total, "bytes read")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


def test_large_parts_are_read_alone_and_small_ones_in_groups():
    sizes = [100, 3 << 20, 600_000, 600_000, 100]
    wanted = [(f"{n:040x}", memoryview(bytearray(size))) for n, size in enumerate(sizes)]
    assert [[[len(out) for _, out in group] for group in batch] for batch in _batches(wanted)] == [
        [[100]], [[3 << 20]], [[600_000, 600_000], [100]],
    ]  # fmt: skip


def test_a_large_base_is_decoded_in_runs_and_verified_once(backend, monkeypatch):
    monkeypatch.setattr(reading, "LARGE_BYTES", 100_000)
    id_ = stored(backend)
    found = reader(backend)
    hashed = []
    real = reading.id_of_pieces
    monkeypatch.setattr(reading, "id_of_pieces", lambda pieces: (hashed.append(1), real(pieces))[1])
    for _ in range(2):
        base = found.base_in_runs(id_)
        assert isinstance(base, Stretch)
        assert bytes(base[1000:2000].read()) == NOISE[1000:2000]
    assert hashed == [1]
    small = stored(backend, b"x" * 1000)
    assert not isinstance(found.base_in_runs(small), Stretch)


def test_parts_that_this_process_wrote_need_no_verification(backend, monkeypatch):
    monkeypatch.setattr(reading, "LARGE_BYTES", 100_000)
    id_ = stored(backend)
    found = reader(backend)
    found.written([id_])
    monkeypatch.setattr(reading, "id_of_pieces", lambda _: "another hash")
    assert isinstance(found.base_in_runs(id_), Stretch)
    with pytest.raises(Damaged, match="another hash"):
        reader(backend).base_in_runs(id_)
