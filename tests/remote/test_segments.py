"""Segments: their bytes, merging and cutting, and that a hostile one is an error of two lines."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import zstandard

from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId
from nbmodelver.remote import segments
from nbmodelver.remote.segments import Segment, SentEvent, SentPack, SentRecord

V = [VersionId(c * 40) for c in "abcdef"]
FULL = Segment(
    "Ann", (SentPack("1" * 32, 99, b"ends"),), (SentRecord(V[0], 1, (), b"{1}"), SentRecord(V[1], 2, (V[0],), b"{22}")),
    (SentEvent("2" * 40, "3" * 32 + "-000000000001", b"event"),), {V[2]: (3, (V[1],))}, {V[3]: V[4]}, {V[1]: "Bob"},
)  # fmt: skip


def test_a_segment_comes_back_equal():
    data = segments.encode(FULL)
    assert segments.decode(data, "k") == FULL
    index = segments.read_index(data, "k")
    assert index.versions == {V[0]: (1, ()), V[1]: (2, (V[0],))}
    assert index.packs == {"1" * 32: 99}
    assert index.events == {"2" * 40: "3" * 32 + "-000000000001"}
    assert (index.forgotten, index.replaced, index.writers) == (FULL.forgotten, FULL.replaced, FULL.writers)


def test_the_same_content_has_the_same_name():
    assert segments.key_of(segments.encode(FULL)) == segments.key_of(segments.encode(replace(FULL)))
    key = segments.key_of(segments.encode(FULL))
    assert segments.verify(segments.encode(FULL), key)
    with pytest.raises(Damaged, match="another hash"):
        segments.verify(segments.encode(replace(FULL, writer="Eve")), key)


def test_every_changed_byte_has_another_name_and_is_never_another_kind_of_error():
    data = segments.encode(FULL)
    key = segments.key_of(data)
    for at in range(len(data)):
        for change in (1, 0x80, 0xFF):
            other = bytearray(data)
            other[at] ^= change
            with pytest.raises(Damaged):
                segments.verify(bytes(other), key)
            with suppress(Damaged):  # As if a hostile writer had also given it its name.
                segments.decode(bytes(other), key)
    for length in range(len(data)):
        with pytest.raises(Damaged):
            segments.decode(data[:length], key)


def hostile(**changes: Any) -> bytes:
    (length,) = struct.unpack_from("<Q", segments.encode(FULL), 16)
    whole = segments.encode(FULL)
    index = json.loads(zstandard.decompress(whole[24 : 24 + length]))
    first = zstandard.compress(json.dumps({**index, **changes}).encode())
    return struct.pack("<8sIIQ", b"NBMVSEGM", 1, 0, len(first)) + first + whole[24 + length :]


@pytest.mark.parametrize(
    "changes",
    [
        {"writer": 5}, {"writer": "x" * 2000}, {"packs": [["../x", 1, 4]]},
        {"packs": [["1" * 32, -1, 4]]}, {"packs": {"a": 1}},
        {"packs": [["1" * 32, 1, -4]]}, {"packs": 5}, {"packs": [["1" * 32, 1]]},
        {"records": [["x", 1, [], 3]]}, {"records": [[V[0], 1.5, [], 3]]}, {"records": [[V[0], 10**13, [], 3]]},
        {"records": [[V[0], 1, ["x"], 3]]}, {"records": [[V[0], 1, "a" * 40, 3]]},
        {"records": [[V[0], 1, None, 3]]}, {"events": [["2" * 40, "../-000000000001", 5]]},
        {"events": [["2" * 40, "3" * 32 + "-1", 5]]}, {"events": [["2" * 40, "3" * 32 + "-\u0661" + "0" * 11, 5]]},
        {"events": [[["2" * 40], "3" * 32 + "-000000000001", 5]]}, {"forgotten": {"x": [1, []]}},
        {"forgotten": {V[0]: 5}}, {"forgotten": []}, {"replaced": {V[0]: "x"}}, {"replaced": None},
        {"writers": {V[0]: 5}}, {"writers": None},
    ],
)  # fmt: skip
def test_a_field_that_is_not_what_it_should_be_is_damage(changes: dict[str, Any]):
    with pytest.raises(Damaged) as raised:
        segments.read_index(hostile(**changes), "segments/aa/x")
    assert raised.value.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"packs": [["1" * 32, 1, 1 << 60]]}, {"packs": [["1" * 32, 1, 3]]}, {"packs": []},
        {"records": [[V[0], 1, [], 3]]}, {"events": [["2" * 40, "3" * 32 + "-000000000001", 6]]},
    ],
)  # fmt: skip
def test_lengths_that_do_not_add_up_are_damage(changes: dict[str, Any]):
    with pytest.raises(Damaged):
        segments.decode(hostile(**changes), "segments/aa/x")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"NBMVSEGM", struct.pack("<8sIIQ", b"NBMVSEGM", 2, 0, 0), struct.pack("<8sIIQ", b"NBMVSEGM", 1, 1, 0),
        struct.pack("<8sIIQ", b"NBMVSEGM", 1, 0, 1 << 63), struct.pack("<8sIIQ", b"NBMVPACK", 1, 0, 0), b"x" * 100,
    ],
)  # fmt: skip
def test_a_beginning_of_another_kind_is_damage(data: bytes):
    with pytest.raises(Damaged):
        segments.decode(data, "k")


def test_a_segment_of_a_huge_declared_size_is_refused_before_memory_is_taken():
    bomb = zstandard.compress(bytes(300 << 20))
    data = struct.pack("<8sIIQ", b"NBMVSEGM", 1, 0, len(bomb)) + bomb
    with pytest.raises(Damaged, match="limit"):
        segments.read_index(data, "k")


def test_merged_segments_say_the_same_and_keep_who_sent_what():
    other = Segment("Eve", (), (SentRecord(V[5], 9, (V[1],), b"{}"),))
    made = segments.merged([FULL, other], without=["1" * 32])
    assert made.packs == ()
    assert {r.id: made.writers[r.id] for r in made.records} == {V[0]: "Ann", V[1]: "Bob", V[5]: "Eve"}
    assert made.forgotten == FULL.forgotten
    assert made.replaced == FULL.replaced
    again = segments.merged([made])
    assert again.writers == made.writers


def test_what_is_said_twice_is_kept_once():
    made = segments.merged([FULL, FULL])
    assert (len(made.records), len(made.events), len(made.packs)) == (2, 1, 1)


def test_a_large_segment_is_cut_into_runs_that_say_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segments, "TARGET_RAW_BYTES", 8)
    runs = list(segments.runs(FULL))
    assert len(runs) > 1
    assert segments.merged([segments.decode(segments.encode(run), "k") for run in runs]) == segments.merged([FULL])


def test_an_empty_segment_knows_that_it_is():
    assert Segment("Ann").is_empty
    assert not FULL.is_empty
    assert len(list(segments.runs(Segment("Ann")))) == 1
