"""The packs that carry parts to another place: whole ones, and new ones without the bytes of other parts."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
import zstandard

from nbmodelver.errors import MissingPart
from nbmodelver.model import ObjectId
from nbmodelver.store import shipping
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.packs import Contents, contents_of_ends, read_contents
from nbmodelver.store.parts import PartStore
from nbmodelver.store.shipping import Shipment


def raw(seed: int, size: int = 200_000) -> memoryview:
    return memoryview(np.random.default_rng(seed).integers(0, 255, size, dtype="u1")).cast("B")


def store(*packs: list[bytes | memoryview]) -> tuple[PartStore, list[list[ObjectId]]]:
    made = PartStore(MemoryBackend())
    ids = []
    for raws in packs:
        with made.writing() as writer:
            ids.append([writer.put(memoryview(one)) for one in raws])
    return made, ids


def nothing(_id: ObjectId) -> bool:
    return False


def sent(source: PartStore, shipment: Shipment) -> tuple[PartStore, bytes]:
    """The store that gets the packs, and all bytes that were sent, decompressed where they can be."""
    target = PartStore(MemoryBackend())
    receiving = target.receiving()
    every = b""
    for pack in shipment.packs:
        data = b"".join(source.chunks_of(pack))
        assert len(data) == pack.size
        name = bytes.fromhex(pack.pack.rpartition("/")[2]) if isinstance(pack, Contents) else pack.name
        receiving.add(name, [data])
        every += data + _frames(data)
    receiving.accept()
    return target, every


def _frames(data: bytes) -> bytes:
    found, at = b"", 0
    while (at := data.find(b"\x28\xb5\x2f\xfd", at)) >= 0:
        with contextlib.suppress(zstandard.ZstdError):
            found += zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
        at += 4
    return found


def test_a_pack_whose_parts_are_all_wanted_is_copied_as_it_is():
    source, ((one, two),) = store([raw(0), raw(1)])
    found = source.shipment([one, two], nothing)
    assert (len(found.whole), len(found.chosen), found.parts) == (1, 0, 2)
    assert found.bytes == found.whole[0].size
    (contents,) = found.whole
    assert contents_of_ends(contents.pack, contents.size, source.ends_of(contents)).count == 2
    target, _ = sent(source, found)
    assert bytes(target.get(one)) == bytes(raw(0))
    assert list(target._index.packs()) == [contents.pack]


def test_only_the_wanted_parts_of_a_pack_are_taken():
    source, ((one, two),) = store([raw(0), raw(1)])
    found = source.shipment([two], nothing)
    assert (len(found.whole), len(found.chosen), found.parts) == (0, 1, 1)
    target, every = sent(source, found)
    assert bytes(target.get(two)) == bytes(raw(1))
    assert not target.has(one)
    assert bytes(raw(0))[1000:1100] not in every
    assert target.verify(full=True) == []


def test_the_bytes_of_a_small_part_that_shares_a_block_are_not_sent():
    hidden, kept = b"do not send this " * 20, b"send this instead " * 20
    source, ((first, second, third),) = store([hidden, kept, b"and this too " * 20])
    ((_, contents),) = source._index.packs().items()
    assert len(contents.blocks) == 1
    target, every = sent(source, source.shipment([second, third], nothing))
    assert bytes(target.get(second)) == kept
    assert target.has(third)
    assert not target.has(first)
    assert b"do not send" not in every
    assert b"send this instead" in every
    assert target.verify(full=True) == []


def test_another_name_has_the_same_content():
    source, ((_, two),) = store([b"a" * 300, b"b" * 300])
    (pack,) = source.shipment([two], nothing).chosen
    other = pack.named(b"n" * 16)
    assert (other.size, other.entries) == (pack.size, pack.entries)
    target, every = sent(source, Shipment(chosen=(other,)))
    assert bytes(target.get(two)) == b"b" * 300
    assert b"a" * 50 not in every


def test_bases_come_along_unless_the_place_has_them():
    source = PartStore(MemoryBackend())
    with source.writing() as writer:
        base = writer.put(raw(0))
    changed = bytearray(raw(0))
    changed[100:110] = bytes(10)
    with source.writing() as writer:
        delta = writer.put(memoryview(changed), near=base)
    assert source.bases(delta) == {base}
    assert source.shipment([delta], nothing).parts == 2
    assert source.shipment([delta], lambda id_: id_ == base).parts == 1
    assert source.shipment([delta], lambda _id: True) == Shipment()
    target, _ = sent(source, source.shipment([delta], nothing))
    assert bytes(target.get(delta)) == bytes(changed)


def test_the_same_selection_has_the_same_name():
    source, ((_, two),) = store([raw(0), raw(1)])
    (one,), (other,) = (source.shipment([two], nothing).chosen for _ in range(2))
    assert one.name == other.name
    assert b"".join(source.chunks_of(one)) == b"".join(source.chunks_of(other))


def test_selected_parts_of_many_packs_are_sent_in_packs_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch):
    source, ids = store(*([raw(2 * n), raw(2 * n + 1)] for n in range(4)))
    wanted = [pair[1] for pair in ids]
    assert len(source.shipment(wanted, nothing).chosen) == 1
    monkeypatch.setattr(shipping, "MOST_BYTES", 300_000)
    found = source.shipment(wanted, nothing)
    assert len(found.chosen) == 2
    target, _ = sent(source, found)
    assert all(target.has(id_) for id_ in wanted)


def test_a_part_that_nobody_has_is_named():
    source, _ = store([raw(0)])
    with pytest.raises(MissingPart, match="0" * 40) as raised:
        source.shipment([ObjectId("0" * 40)], nothing)
    assert raised.value.hint


def test_a_part_of_no_bytes_is_sent():
    source, ((one, two),) = store([b"", raw(1)])
    target, _ = sent(source, source.shipment([one], nothing))
    assert bytes(target.get(one)) == b""
    assert not target.has(two)


def test_the_file_of_a_pack_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shipping, "CHUNK_BYTES", 1000)
    source, _ = store([raw(0)])
    ((key, contents),) = source._index.packs().items()
    chunks = list(source.chunks_of(contents))
    assert max(map(len, chunks)) == 1000
    assert read_contents(source._backend, key).size == sum(map(len, chunks))
