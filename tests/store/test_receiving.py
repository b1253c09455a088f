"""Packs from another place: they count only after every part in them was verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import Damaged, MissingPart, StoreError
from nbmodelver.model import ObjectId
from nbmodelver.store import condemned, receiving, verifying
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import sum_of
from nbmodelver.store.packs import Entry, NewBlock, Use, ending, header
from nbmodelver.store.parts import PartStore
from nbmodelver.store.receiving import FOLDER, Receiving

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = bytes(range(16))


def raw(seed: int, size: int = 200_000) -> memoryview:
    return memoryview(np.random.default_rng(seed).integers(0, 255, size, dtype="u1")).cast("B")


def new() -> PartStore:
    return PartStore(MemoryBackend())


def packed(*raws: memoryview, near: bool = False) -> tuple[list[ObjectId], list[tuple[bytes, bytes]]]:
    """The ids of parts, and (name, bytes) of the packs that have them, each in its own pack if they are deltas."""
    source = new()
    ids: list[ObjectId] = []
    if near:
        for one in raws:
            with source.writing() as writer:
                ids.append(writer.put(one, near=ids[-1] if ids else None))
    else:
        with source.writing() as writer:
            ids = [writer.put(one) for one in raws]
    packs = [(bytes.fromhex(key.rpartition("/")[2]), bytes(source._backend.read(key))) for key in source._index.packs()]
    return ids, packs


def received(taking: Receiving, name: bytes, data: bytes) -> None:
    taking.add(name, [data])
    taking.accept()


def changed(data: memoryview) -> memoryview:
    made = bytearray(data)
    made[1000:1010] = bytes(10)
    return memoryview(made)


def made_pack(
    parts: list[tuple[ObjectId, bytes]], uses: tuple[Use, ...] = (), depth: int = 0, encoding: int = 0
) -> bytes:
    """The bytes of a pack in which each part is a raw block, whatever its id says."""
    blocks = [
        NewBlock(len(data), 0 if uses else len(data), sum_of(b"" if uses else data), encoding, uses)
        for _, data in parts
    ]
    at, entries = 0, []
    for id_, data in parts:
        entries.append(Entry(id_, at, len(data), depth))
        at += len(data)
    body = b"" if uses else b"".join(data for _, data in parts)
    return header(NAME) + body + ending(NAME, blocks, entries)


def test_parts_count_after_they_were_accepted_and_not_before():
    (one, two), packs = packed(raw(0), raw(1))
    store = new()
    taking = store.receiving()
    for name, data in packs:
        assert taking.add(name, [data[:100], data[100:]])
    assert not store.has(one)
    assert store.verify(full=True) == []
    taking.accept()
    assert [bytes(store.get(id_)) for id_ in (one, two)] == [bytes(raw(0)), bytes(raw(1))]
    assert list(store._backend.list(FOLDER)) == []
    assert PartStore(store._backend).has(one)


def test_a_pack_that_is_here_is_not_read():
    _, ((name, data),) = packed(raw(0))
    store = new()
    for wanted in (True, False):
        taking = store.receiving()
        assert taking.add(name, [data]) is wanted
        taking.accept()


def test_a_pack_that_an_interrupted_transfer_left_is_taken_as_it_is():
    (one,), ((name, data),) = packed(raw(0))
    store = new()
    store.receiving().add(name, [data])
    taking = store.receiving()
    assert not taking.add(name, iter(()))
    taking.accept()
    assert store.has(one)


def test_deltas_are_verified_with_bases_that_come_with_them_or_are_here():
    (base, delta), packs = packed(raw(0), changed(raw(0)), near=True)
    assert len(packs) == 2
    for already in (False, True):
        store = new()
        if already:
            with store.writing() as writer:
                writer.put(raw(0))
        taking = store.receiving()
        for name, data in reversed(packs):
            taking.add(name, [data])
        taking.accept()
        assert bytes(store.get(delta)) == bytes(changed(raw(0)))
        assert store.verify(full=True) == []
        assert base


def test_a_delta_without_its_base_is_refused():
    _, packs = packed(raw(0), changed(raw(0)), near=True)
    for name, data in packs:
        store = new()
        taking = store.receiving()
        taking.add(name, [data])
        try:
            taking.accept()
        except MissingPart:
            assert list(store._backend.list("")) == []
            return
    raise AssertionError("no pack had a delta")


def test_every_changed_byte_is_found_and_nothing_counts():
    (one,), ((name, whole),) = packed(raw(0, 900))
    for at in range(0, len(whole), 5):
        data = bytearray(whole)
        data[at] ^= 0x41
        store = new()
        taking = store.receiving()
        with pytest.raises(StoreError):
            received(taking, name, bytes(data))
        assert not store.has(one)
        assert list(store._backend.list("")) == []
        taking = store.receiving()
        assert taking.add(name, [whole])
        taking.accept()
        assert store.has(one)


def test_a_part_with_other_bytes_than_its_id_says_is_refused():
    wrong = ObjectId("0" * 40)
    store = new()
    taking = store.receiving()
    taking.add(NAME, [made_pack([(wrong, b"hello")])])
    with pytest.raises(Damaged, match="another hash"):
        taking.accept()
    assert not store.has(wrong)
    assert list(store._backend.list("")) == []


def test_of_several_packs_none_counts_if_one_is_wrong_and_only_that_one_is_brought_again():
    (good,), ((name, data),) = packed(raw(0))
    store = new()
    taking = store.receiving()
    taking.add(name, [data])
    taking.add(NAME, [made_pack([(ObjectId("0" * 40), b"hello")])])
    with pytest.raises(Damaged):
        taking.accept()
    assert not store.has(good)
    assert list(store._backend.list("")) == [f"{FOLDER}{name.hex()}"]


def test_parts_that_are_bases_of_each_other_end_in_an_error():
    one, two = ObjectId("1" * 40), ObjectId("2" * 40)
    store = new()
    taking = store.receiving()
    uses = {one: (Use(two, 0, 5),), two: (Use(one, 0, 5),)}
    blocks = [NewBlock(5, 0, sum_of(b""), 6, uses[id_]) for id_ in (one, two)]
    entries = [Entry(one, 0, 5, 1), Entry(two, 5, 5, 1)]
    taking.add(NAME, [header(NAME) + ending(NAME, blocks, entries)])
    with pytest.raises(Damaged):
        taking.accept()
    assert list(store._backend.list("")) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"", lambda data: data[:100], lambda data: data + b"more",
        lambda data: data[:32] + b"gap" + data[32:],
    ],
)  # fmt: skip
def test_a_pack_whose_table_of_contents_is_invalid_does_not_stay(spoil: Callable[[bytes], bytes]):
    _, ((name, data),) = packed(raw(0, 900))
    store = new()
    taking = store.receiving()
    with pytest.raises(Damaged):
        received(taking, name, spoil(data))
    assert list(store._backend.list("")) == []


def test_a_pack_under_another_name_is_refused():
    _, ((_, data),) = packed(raw(0, 900))
    with pytest.raises(Damaged):
        new().receiving().add(NAME, [data])


def test_a_pack_that_is_here_and_damaged_or_being_deleted_is_named():
    _, ((name, data),) = packed(raw(0, 900))
    store = new()
    store._backend.create(f"packs/{name.hex()}", [data[:-1]])
    with pytest.raises(StoreError, match="damaged") as raised:
        store.receiving().add(name, [data])
    assert "repair" in str(raised.value.hint)
    store = new()
    store._backend.create(f"packs/{name.hex()}", [data])
    condemned.set_aside(store._backend, [f"packs/{name.hex()}"])
    with pytest.raises(StoreError, match="gc"):
        store.receiving().add(name, [data])


def test_a_large_part_is_verified_in_pieces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verifying, "LARGE_BYTES", 100_000)
    monkeypatch.setattr(verifying, "RUN_BYTES", 70_000)
    (one,), ((name, data),) = packed(raw(0))
    store = new()
    taking = store.receiving()
    taking.add(name, [data])
    taking.accept()
    assert bytes(store.get(one)) == bytes(raw(0))
    store = new()
    taking = store.receiving()
    taking.add(NAME, [made_pack([(ObjectId("0" * 40), bytes(raw(0)))])])
    with pytest.raises(Damaged, match="another hash"):
        taking.accept()


def test_packs_count_in_the_order_of_their_bases():
    _, packs = packed(raw(0), changed(raw(0)), changed(changed(raw(0))), near=True)
    store = new()
    taking = store.receiving()
    for name, data in sorted(packs, reverse=True):
        taking.add(name, [data])
    moved = []
    move = store._backend.move

    def noted(key: str, target: str) -> None:
        move(key, target)
        moved.append(target)
        assert PartStore(store._backend).verify(full=True) == [], moved

    store._backend.move = noted  # type: ignore[method-assign]
    taking.accept()
    assert len(moved) == len(packs)


def test_leftovers_can_be_deleted():
    _, ((name, data),) = packed(raw(0))
    store = new()
    store.receiving().add(name, [data])
    assert list(receiving.leftovers(store._backend)) == [f"{FOLDER}{name.hex()}"]
    receiving.clean(store._backend)
    assert list(store._backend.list("")) == []
    store.receiving().add(name, [data])
    store.collect(set(), grace_s=0, allow_empty=True)
    assert list(store._backend.list(FOLDER)) == []
