"""The event log: chains, causal order, folding, and many writers at once."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver.catalogue.events import checking, lines, log
from nbmodelver.catalogue.events.log import EventLog
from nbmodelver.errors import Damaged, StoreError
from nbmodelver.model.events import EventId
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.events.test_lines import EVENT

if TYPE_CHECKING:
    from nbmodelver.model import Backend
    from nbmodelver.model.events import Event

ROOT = Path(__file__).parents[3]
DRAFT = replace(EVENT, moves=(), tips={}, policy="", kind="access", subject="models/churn")


def append(events: EventLog, subject: str = "models/churn") -> Event:
    event, raw = events.next(replace(DRAFT, subject=subject))
    events.write(event, raw)
    return event


def chain(backend: Backend, count: int) -> list[Event]:
    events = EventLog(backend)
    return [append(events) for _ in range(count)]


def test_a_writer_continues_its_own_chain():
    first, second, third = chain(MemoryBackend(), 3)
    assert [e.sequence for e in (first, second, third)] == [1, 2, 3]
    assert (first.previous, second.previous, third.previous) == ("", first.id, second.id)
    assert [e.order for e in (first, second, third)] == [1, 2, 3]


def test_an_event_names_the_newest_events_of_other_writers_once():
    backend = MemoryBackend()
    one, other = EventLog(backend), EventLog(backend)
    a, b = append(one), append(other)
    c, d = append(one), append(one)
    assert b.seen == (a.id,)
    assert c.seen == (b.id,)
    assert d.seen == ()
    assert [e.id for e in other.frontier()] == [d.id]


def test_the_order_does_not_depend_on_the_clock():
    backend = MemoryBackend()
    events = EventLog(backend)
    made = []
    for at in ("2036", "2016", "2026"):
        event, raw = events.next(replace(DRAFT, at_utc=f"{at}-11-28T16:50:00.000000Z"))
        events.write(event, raw)
        made.append(event.id)
    assert [e.id for e in EventLog(backend).newest()] == made[::-1]


def test_old_events_are_folded_and_stay_readable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "MANY", 20)
    monkeypatch.setattr(log, "KEPT", 5)
    backend = MemoryBackend()
    events = EventLog(backend)
    made = []
    for number in range(100):
        made.append(append(events, f"models/m{number % 3}"))
        if events.is_long:
            events.fold()
    assert len(list(backend.list("events/"))) <= 21
    fresh = EventLog(backend)
    assert [e.id for e in fresh.newest()] == [e.id for e in reversed(made)]
    assert fresh.count() == 100
    assert all(fresh.get(e.id) == e for e in made)
    assert [e.id for e in fresh.about("models/m1")] == [e.id for e in made[1::3]]
    assert checking.check(fresh).problems == []


def test_the_frontier_is_never_folded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "MANY", 4)
    monkeypatch.setattr(log, "KEPT", 1)
    backend = MemoryBackend()
    other = EventLog(backend)
    lonely, raw = other.next(DRAFT)
    chain(backend, 8)
    other.write(lonely, raw)  # It was prepared before the others, so no event names it.
    EventLog(backend).fold()
    assert lonely.id in {e.id for e in EventLog(backend).frontier()}
    newest = {e.id for e in EventLog(backend).frontier()}
    assert len(newest) == 2
    assert append(EventLog(backend)).seen == tuple(sorted(newest))


def test_an_event_in_a_file_and_in_a_journal_counts_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "MANY", 4)
    backend = MemoryBackend()
    chain(backend, 40)
    monkeypatch.setattr(type(backend), "delete", lambda *_args, **_more: None)  # Killed before the files are deleted.
    EventLog(backend).fold()
    fresh = EventLog(backend)
    assert fresh.count() == len({e.id for e in fresh.newest()}) == len(list(fresh.newest())) == 40
    assert checking.check(fresh).problems == []


def test_a_damaged_file_is_named_when_events_are_listed():
    backend = MemoryBackend()
    chain(backend, 3)
    key = next(iter(backend.list("events/")))
    raw = bytes(backend.read(key))
    backend.delete(key)
    backend.create(key, [raw.replace(b"churn", b"burns")])
    with pytest.raises(Damaged, match="checksum"):
        list(EventLog(backend).newest())


def test_an_event_that_is_too_large_is_refused():
    events = EventLog(MemoryBackend())
    event, raw = events.next(replace(DRAFT, private={"why": "x" * (5 << 20)}))
    with pytest.raises(StoreError, match="limit"):
        events.write(event, raw)
    assert events.count() == 0


def write_many(folder: str, count: int) -> None:
    events = EventLog(LocalBackend(folder))
    for _ in range(count):
        append(events)
        if events.is_long:
            with LocalBackend(folder).lock("fold"):
                events.fold()


def test_four_writers_lose_no_event(tmp_path: Path):
    LocalBackend(tmp_path / "s", create=True)
    code = f"from tests.catalogue.events.test_log import write_many; write_many({str(tmp_path / 's')!r}, 1000)"
    processes = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    found = checking.check(EventLog(LocalBackend(tmp_path / "s")))
    assert (found.events, found.writers, found.problems) == (4000, 4, [])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_starts_its_own_chain(tmp_path: Path):
    backend = LocalBackend(tmp_path / "s", create=True)
    events = EventLog(backend)
    before = append(events)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Other threads of the test runner: the child needs none.
        child = os.fork()
    if child == 0:
        append(events)
        os._exit(0)
    os.waitpid(child, 0)
    append(events)
    found = checking.check(EventLog(backend))
    assert (found.events, found.writers, found.problems) == (3, 2, [])
    assert before.id not in found.frontier


def test_an_event_that_was_deleted_meanwhile_is_about_nothing():
    backend = MemoryBackend()
    events = EventLog(backend)
    first, second, third = append(events), append(events), append(events)
    assert events.about("models/churn") == [first, second, third]
    backend.delete(log.key_of(second.writer, second.sequence))
    assert events.about("models/churn") == [first, third]


def stored(backend: Backend) -> list[tuple[str, bytes]]:
    events = EventLog(backend)
    return [events.stored(id_) for id_ in events.keys()]  # noqa: SIM118  # no mapping


def test_events_of_another_store_are_added_once():
    source, target = MemoryBackend(), MemoryBackend()
    made = chain(source, 3)
    events = EventLog(target)
    assert sorted(e.id for e in events.add(stored(source))) == sorted(e.id for e in made)
    assert events.add(stored(source)) == []
    assert EventLog(target).keys() == EventLog(source).keys()
    assert checking.check(EventLog(target)).problems == []


def test_the_newest_of_many_added_events_stay_files_so_that_the_log_goes_on():
    source, target = MemoryBackend(), MemoryBackend()
    chain(source, log.MANY + 20)
    chain(source, 2)
    events = EventLog(target)
    assert len(events.add(stored(source))) == log.MANY + 22
    assert len(list(target.list("eventlogs/"))) == 1
    frontier = {e.id for e in EventLog(source).frontier()}
    assert {e.id for e in EventLog(target).frontier()} == frontier
    append(EventLog(target))
    assert checking.check(EventLog(target)).problems == []
    assert EventLog(target).count() == log.MANY + 23


def test_keys_name_the_file_of_an_event_and_nothing_for_a_folded_one():
    backend = MemoryBackend()
    made = chain(backend, log.MANY + 5)
    events = EventLog(backend)
    assert events.keys()[made[0].id] == f"{made[0].writer}-000000000001"
    events.fold()
    assert events.keys()[made[0].id] == ""
    assert len(events.keys()) == log.MANY + 5
    assert events.stored(made[0].id) == (
        f"{made[0].writer}-000000000001",
        dict(stored(backend))[f"{made[0].writer}-000000000001"],
    )
    with pytest.raises(KeyError):
        events.stored(EventId("0" * 40))


def test_a_malformed_or_renamed_event_adds_nothing():
    source, target = MemoryBackend(), MemoryBackend()
    chain(source, 2)
    (name, raw), other = stored(source)
    for bad in ((name, raw[:-3]), (name, b""), (other[0], raw), ("../x", raw), (name, b"x" * (5 << 20))):
        with pytest.raises(Damaged):
            EventLog(target).add([other, bad])
        assert list(target.list("")) == []


def test_two_events_of_one_name_are_refused_before_anything_is_written():
    one, other = MemoryBackend(), MemoryBackend()
    events = EventLog(one)
    append(events)
    name, raw = stored(one)[0]
    forked, forked_raw = events.next(replace(DRAFT, subject="models/other"))
    again = lines.encode(replace(forked, sequence=1, previous="", seen=(), order=1))
    assert raw != again
    assert forked_raw
    target = EventLog(other)
    with pytest.raises(Damaged, match="another event has its name"):
        target.add([(name, raw), (name, again)])
    assert list(other.list("")) == []
    target.add([(name, raw)])
    with pytest.raises(Damaged, match="another event has its name"):
        target.add([(name, again)])
    assert EventLog(other).count() == 1
