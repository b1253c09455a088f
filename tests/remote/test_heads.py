"""Heads: their bytes, how they move under each rule, and that a hostile one is an error of two lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
import zstandard

from nbmodelver.errors import Damaged, NotSupported, RemoteChanged, RemoteTooNew
from nbmodelver.remote.heads import Head, HeadPlace, Listing, decode, encode
from nbmodelver.store.objects.memory import MemoryStorage

FULL = Head(
    "work", "a" * 32, "b" * 32, 7, "c" * 40, (Listing("segments/dd/" + "d" * 40, 10, 1, 2, 3),),
    {"heads/main": "e" * 40, "tags/best": "f" * 40, "models/m/1.0.0": {"event": "0" * 40, "value": {"a": [1]}}},
    {"1" * 32: "2026-01-01T00:00:00Z"}, {"2" * 32: "2026-01-01T00:00:00Z"}, "Ann", "2026-01-02T00:00:00Z",
)  # fmt: skip
SEGMENT = "segments/dd/" + "d" * 40
RULES = ("swap", "numbered", "single writer")


def stored(**changes: Any) -> bytes:
    data = json.loads(zstandard.decompress(encode(FULL)))
    return zstandard.compress(json.dumps({**data, **changes}).encode())


def test_a_head_comes_back_equal():
    assert decode(encode(FULL), "it") == FULL
    assert decode(encode(FULL), "it").id == FULL.id


def test_the_next_head_names_the_one_before_it():
    after = decode(encode(FULL), "it").next(by="Bob")
    assert (after.sequence, after.previous, after.by) == (8, FULL.id, "Bob")
    assert after.id == decode(encode(after), "it").id != FULL.id


def outcome(data: bytes) -> Head | str:
    """The head, or what kind of error it is."""
    try:
        return decode(data, "it")
    except (Damaged, RemoteTooNew) as error:
        return "an error of two lines" if error.hint and "\n" not in error.message + error.hint else repr(error)


def test_every_changed_byte_is_damage_or_the_same_head():
    whole = encode(FULL)
    for at in range(len(whole)):
        for change in (1, 0x80, 0xFF):
            data = bytearray(whole)
            data[at] ^= change
            assert outcome(bytes(data)) in ("an error of two lines", FULL)
    for length in range(len(whole)):
        with pytest.raises(Damaged):
            decode(whole[:length], "it")


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": -1}, {"sequence": 10**12}, {"sequence": 1.5}, {"sequence": "7"}, {"sequence": True},
        {"sequence": 10**400}, {"area": "other"}, {"area": []}, {"remote": "../../x"}, {"remote": "A" * 32},
        {"previous": "zz"}, {"history": 3}, {"history": "x" * 2000},
        {"segments": [["segments/dd/../../work", 1, 1, 1, 1]]}, {"segments": [["work/head", 1, 1, 1, 1]]},
        {"segments": [["segments/ee/" + "d" * 40, 1, 1, 1, 1]]}, {"segments": [[SEGMENT, 1 << 50, 1, 1, 1]]},
        {"segments": [[SEGMENT, -1, 1, 1, 1]]}, {"segments": [[]]}, {"segments": "ab"}, {"segments": None},
        {"segments": [{}]}, {"refs": []}, {"refs": {"heads/main": {}}}, {"refs": {"heads/main": "short"}},
        {"refs": {"tags/x": None}}, {"refs": {"heads/\u202emain": "e" * 40}}, {"refs": {"x" * 2000: 1}},
        {"condemned": {"../x": "now"}}, {"condemned": {"1" * 32: 5}}, {"condemned": None}, {"doomed": {"../x": "now"}},
        {"doomed": {"1" * 32: 5}}, {"doomed": ["1" * 32]}, {"doomed": None}, {"by": None}, {"at": 5},
        {"format": "1"}, {"format": None},
    ],
)  # fmt: skip
def test_a_field_that_is_not_what_it_should_be_is_damage(changes: dict[str, Any]):
    with pytest.raises((Damaged, RemoteTooNew)) as raised:
        decode(stored(**changes), "work/head of memory://")
    assert raised.value.hint
    assert "work/head" in raised.value.message


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b'{"a":1e999}', b'{"sequence":NaN}', b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", b"{" * 10**5,
     b'{"format":' + b"9" * 5000 + b"}", b"\xff\xfe"],
)  # fmt: skip
def test_json_that_is_no_head_is_damage(raw: bytes):
    with pytest.raises((Damaged, RemoteTooNew)):
        decode(zstandard.compress(raw), "it")


def test_a_head_that_declares_a_huge_size_is_refused_before_memory_is_taken():
    frame = bytearray(zstandard.compress(bytes(1 << 20)))
    data = zstandard.ZstdCompressor(write_content_size=True).compress(bytes(70 << 20))
    with pytest.raises(Damaged, match="limit"):
        decode(data, "it")
    with pytest.raises(Damaged):
        decode(bytes(frame[:10]), "it")


def test_a_newer_format_is_refused_or_only_read():
    with pytest.raises(RemoteTooNew, match="format 2"):
        decode(stored(format=2, readable_by=2), "it")
    head = decode(stored(format=2, readable_by=1), "it")
    assert head.sequence == 7
    storage = MemoryStorage()
    storage.create("work/head", stored(format=2, readable_by=1, area="work"))
    place = HeadPlace(storage, "work", "swap")
    before = place.read()
    assert before.head is not None
    with pytest.raises(RemoteTooNew, match="writes"):
        place.move(before, before.head.next())


def place(rule: str, storage: MemoryStorage) -> HeadPlace:
    return HeadPlace(storage, "work", rule)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES)
def test_a_head_moves_only_from_where_it_was_read(rule: str):
    storage = MemoryStorage(swaps=rule == "swap")
    one, other = place(rule, storage), place(rule, storage)
    nothing = one.read()
    assert nothing.head is None
    first = Head("work", "a" * 32, "").next()
    assert one.move(nothing, first) is not None
    assert other.move(nothing, Head("work", "a" * 32, "", by="x").next()) is None
    seen = other.read()
    assert seen.head == first
    assert one.move(one.read(), first.next()) is not None
    assert other.move(seen, first.next(by="late")) is None
    found = other.read().head
    assert found is not None
    assert (found.sequence, found.by) == (2, "")


def test_a_place_that_can_only_be_read_is_named():
    with pytest.raises(NotSupported, match="read-only"):
        place("read only", MemoryStorage()).move(place("swap", MemoryStorage()).read(), FULL)


def test_numbered_heads_are_listed_from_the_last_one_that_was_seen():
    storage = MemoryStorage(swaps=False)
    numbered = place("numbered", storage)
    head = Head("work", "a" * 32, "")
    for _ in range(5):
        head = head.next()
        assert numbered.move(numbered.read(), head) is not None
    assert [one.key for one in storage.list("work/")] == [f"work/{n:012}" for n in range(1, 6)]
    assert numbered.read(head).head == head
    storage.delete(["work/000000000001", "work/000000000002"])
    assert numbered.read().head == head
    storage.delete([f"work/{n:012}" for n in range(3, 6)])
    with pytest.raises(RemoteChanged, match="number 5"):
        numbered.read(head)


def test_an_object_beside_numbered_heads_is_no_head():
    storage = MemoryStorage(swaps=False)
    numbered = place("numbered", storage)
    head = Head("work", "a" * 32, "").next()
    numbered.move(numbered.read(), head)
    storage.create("work/zzz", b"junk")
    assert numbered.read().head == head


def test_a_head_under_another_name_is_damage():
    storage = MemoryStorage()
    storage.create("registry/head", encode(FULL))
    with pytest.raises(Damaged, match="another head"):
        HeadPlace(storage, "registry", "swap").read()
    storage = MemoryStorage()
    storage.create("work/000000000009", encode(FULL))
    with pytest.raises(Damaged, match="another head"):
        place("numbered", storage).read()
