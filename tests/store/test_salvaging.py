"""The readable parts of damaged packs are copied before the packs are moved away."""

import pytest

from nbmodelver.store import salvaging
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.writing import PackWriter
from tests.store.samples import history, packs, put


@pytest.fixture
def backend():
    return MemoryBackend()


def damage(backend, key, change):
    data = change(bytearray(backend.read(key)))
    backend.delete(key)
    backend.create(key, [bytes(data)])


def flip(at):
    def change(data):
        data[at] ^= 1
        return data

    return change


def found_in(backend, **more):
    return salvaging.find(PartStore(backend, threads=1)._reader, **more)


def repaired(backend):
    """Carry out a repair; return key -> reason of the packs that were moved."""
    store = PartStore(backend, threads=1)
    moved = {}

    def move(key, reason):
        moved[key] = reason
        backend.delete(key)

    found = salvaging.find(store._reader)
    fresh = PartStore(backend, threads=1)._reader
    salvaging.carry_out(found, fresh, lambda: PackWriter(fresh, {}, again=True), move)
    return moved


def test_a_healthy_store_has_nothing_to_repair(backend):
    history(PartStore(backend, threads=1), 2)
    told = []
    found = found_in(backend, progress=lambda *a: told.append(a))
    assert (found.bad, found.saved, found.lost, found.unlisted) == ({}, [], set(), [])
    assert [t[2] for t in told] == ["packs checked"] * 2


def test_one_damaged_block_loses_only_its_parts(backend):
    made = history(PartStore(backend, threads=1), 1)
    (key,) = packs(backend)
    damage(backend, key, flip(100))
    found = found_in(backend)
    assert list(found.bad) == [key]
    assert 0 < len(found.lost) < len(set(made[0][1].values())) / 2
    assert packs(backend) == [key], "find writes nothing"
    assert list(repaired(backend)) == [key]
    store = PartStore(backend)
    assert store.verify(full=True) == []
    assert {i for i in made[0][1].values() if not store.has(i)} == found.lost


def test_a_pack_whose_header_is_damaged_loses_nothing(backend):
    made = history(PartStore(backend, threads=1), 1)
    (key,) = packs(backend)
    damage(backend, key, flip(3))
    assert found_in(backend).lost == set()
    repaired(backend)
    store = PartStore(backend)
    assert all(store.has(id_) for id_ in made[0][1].values())
    assert store.verify(full=True) == []


def test_deltas_of_a_lost_part_are_lost_and_their_pack_is_named(backend):
    made = history(PartStore(backend, threads=1), 2)
    store = PartStore(backend, threads=1)
    base = store._reader.place(made[0][1]["noise"]).contents.pack
    delta = store._reader.place(made[1][1]["noise"]).contents.pack
    backend.delete(base)
    found = found_in(backend)
    assert found.bad == {delta: "some of its parts are deltas to parts that are lost"}
    assert made[1][1]["noise"] in found.lost


def test_a_pack_without_a_table_of_contents_is_scanned_for_frames(backend):
    text = b" ".join(b"street number %d" % n for n in range(20_000))
    (id_,), _ = put(PartStore(backend, threads=1), (text, None, ""))
    (key,) = packs(backend)
    damage(backend, key, lambda data: data[:-20])
    found = found_in(backend)
    assert found.unlisted == [key]
    repaired(backend)
    assert PartStore(backend).get(id_) == text


def test_a_pack_that_is_too_large_to_scan_is_only_moved(backend, monkeypatch):
    put(PartStore(backend, threads=1), (b"text " * 30_000, None, ""))
    (key,) = packs(backend)
    damage(backend, key, lambda data: data[:-20])
    monkeypatch.setattr(salvaging, "SCANNED_BYTES", 10)
    assert list(repaired(backend)) == [key]
    assert packs(backend) == []
