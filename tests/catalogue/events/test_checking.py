"""What a check of the event log finds: every flipped byte, and every missing or reordered event."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from blake3 import blake3

from nbmodelver.catalogue.events import keys, lines, log
from nbmodelver.catalogue.events.checking import Latest, check, latest_of
from nbmodelver.catalogue.events.log import EventLog
from nbmodelver.model.events import Event, EventId, RefMove
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.events.test_log import DRAFT, append, chain


def replaced(backend: MemoryBackend, key: str, raw: bytes) -> None:
    backend.delete(key)
    backend.create(key, [raw])


def test_an_intact_log_has_no_problem():
    backend = MemoryBackend()
    one, other = EventLog(backend), EventLog(backend)
    for _ in range(10):
        append(one)
        append(other)
    found = check(EventLog(backend))
    assert (found.events, found.writers, found.problems, len(found.frontier)) == (20, 2, [], 1)


def test_every_flipped_byte_of_the_log_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "MANY", 8)
    monkeypatch.setattr(log, "KEPT", 2)
    backend = MemoryBackend()
    events = EventLog(backend)
    for _ in range(12):
        append(events)
    events.fold()
    keys = [*backend.list("events/"), *backend.list("eventlogs/")]
    assert len(keys) == 3
    for key in keys:
        raw = bytes(backend.read(key))
        for at in range(len(raw)):
            replaced(backend, key, raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
            assert check(EventLog(backend)).problems, (key, at)
        replaced(backend, key, raw)
    assert check(EventLog(backend)).problems == []


@pytest.mark.parametrize("at", range(5))
def test_an_event_that_was_removed_is_named(at: int):
    backend = MemoryBackend()
    made = chain(backend, 6)
    backend.delete(log.key_of(made[at].writer, made[at].sequence))
    problems = [p.what for p in check(EventLog(backend)).problems]
    assert any(made[at].id in p for p in problems)
    assert f"event {at + 1} of writer {made[0].writer[:8]} is missing" in problems


def test_the_end_of_a_chain_that_was_cut_is_not_found_by_the_log_alone():
    backend = MemoryBackend()
    last = chain(backend, 6)[-1]
    backend.delete(log.key_of(last.writer, last.sequence))
    assert check(EventLog(backend)).problems == []  # The ref `events` shows it: see test_event_check.py.


def test_swapped_files_are_found():
    backend = MemoryBackend()
    made = chain(backend, 3)
    first, second = (log.key_of(e.writer, e.sequence) for e in made[:2])
    a, b = bytes(backend.read(first)), bytes(backend.read(second))
    replaced(backend, first, b)
    replaced(backend, second, a)
    assert "the file holds another event than its name says" in {p.what for p in check(EventLog(backend)).problems}


def test_an_event_that_was_written_again_with_other_content_is_found():
    backend = MemoryBackend()
    made = chain(backend, 3)
    changed = lines.encode(made[1])  # New salts: another header, so another id.
    replaced(backend, log.key_of(made[1].writer, 2), changed)
    problems = [p.what for p in check(EventLog(backend)).problems]
    assert any(f"names event {made[1].id}, which is missing" in p for p in problems)


def test_two_events_with_one_number_are_a_fork():
    backend = MemoryBackend()
    made = chain(backend, 2)
    raw = lines.encode(made[1])
    other = "b" * 32
    backend.create(log.key_of(other, 2), [raw])
    what = {p.what for p in check(EventLog(backend)).problems}
    assert f"writer {made[0].writer[:8]} has two events with number 2" in what


def signed(backend: MemoryBackend, private: keys.PrivateKey) -> str:
    """A signed event, and the key of its file."""
    events = EventLog(backend)
    event, raw = events.next(DRAFT, private)
    events.write(event, raw)
    return log.key_of(event.writer, event.sequence)


def test_signatures_are_counted_by_key_and_policy():
    backend = MemoryBackend()
    private = keys.PrivateKey(bytes(32))
    signed(backend, private)
    signed(backend, private)
    chain(backend, 1)
    found = check(EventLog(backend))
    assert (found.problems, found.signers, found.unchecked) == ([], {(DRAFT.policy, private.public): 2}, 0)


def test_a_wrong_signature_is_damage_although_every_hash_fits():
    backend = MemoryBackend()
    key = signed(backend, keys.PrivateKey(bytes(32)))
    raw = bytes(backend.read(key))
    header, *texts, _signature, _sum = raw.split(b"\n")
    body = b"\n".join([header, *texts, keys.text(bytes(64)).encode()])
    replaced(backend, key, body + b"\n" + blake3(body).hexdigest(8).encode())
    (problem,) = check(EventLog(backend)).problems
    assert problem.what == "its signature is not one of the key ed25519:O2onvM62…"
    assert problem.object == lines.id_of(raw)


def test_without_the_library_signatures_are_counted_as_unchecked(monkeypatch: pytest.MonkeyPatch):
    backend = MemoryBackend()
    signed(backend, keys.PrivateKey(bytes(32)))
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    found = check(EventLog(backend))
    assert (found.problems, found.signers, found.unchecked) == ([], {}, 1)


def moving(name: str, order: int, ref: str, after: object, since: str = "", **more: object) -> Event:
    moves = (RefMove(ref, None, after, since),)  # type: ignore[arg-type]
    return replace(DRAFT, id=EventId(name), order=order, moves=moves, **more)  # type: ignore[arg-type]


def test_the_latest_value_is_the_one_that_no_event_replaced():
    ref = "stages/m/p"
    one, two = moving("a", 1, ref, "1"), moving("b", 2, ref, "2", since="a")
    assert latest_of(ref, [one, two]) == [Latest("b", 2, "2")]
    beside = moving("c", 2, ref, "3", since="a")
    assert [v.value for v in latest_of(ref, [one, two, beside])] == ["2", "3"]
    settled = moving("d", 3, ref, "3", since="c", data={"settles": ["b"]})
    assert [v.value for v in latest_of(ref, [one, two, beside, settled])] == ["3"]
    assert latest_of("stages/other", [one]) == []


def test_of_a_tag_the_newest_event_counts_whatever_it_names():
    one, two = moving("a", 1, "tags/x", "1"), moving("b", 2, "tags/x", None)
    assert latest_of("tags/x", [one, two]) == [Latest("b", 2, None)]
    assert latest_of("tags/x", [two, moving("c", 2, "tags/x", "3")]) == [Latest("c", 2, "3")]
