"""The index of events by ref and by subject."""

from __future__ import annotations

from dataclasses import replace

from nbmodelver.catalogue import journal
from nbmodelver.catalogue.events import lines
from nbmodelver.catalogue.events.topics import Topics
from nbmodelver.catalogue.journal import Journal, Record, pieces_of
from nbmodelver.model.events import RefMove
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.events.test_lines import EVENT

MOVED = replace(EVENT, subject='models/"churn"', moves=(RefMove("tags/größe", None, "a" * 40),))


def test_an_event_is_found_by_its_subject_and_by_each_ref_that_it_moves() -> None:
    topics = Topics()
    topics.add(MOVED)
    topics.add(MOVED)
    assert topics.of('models/"churn"') == topics.of("tags/größe") == [MOVED.id]
    assert topics.of("tags/other") == []


def test_events_of_a_journal_are_found_as_if_they_were_added() -> None:
    raw = lines.encode(MOVED)
    backend, name = MemoryBackend(), bytes(16)
    key = f"journals/{name.hex()}"
    backend.create(key, journal.written(name, pieces_of([Record(lines.id_of(raw), 1, raw)])))  # type: ignore[arg-type]
    topics = Topics()
    found = Journal(backend, key)
    topics.add_journal(found)
    assert topics.of('models/"churn"') == topics.of("tags/größe") == [lines.id_of(raw)]
    backend.delete(key)
    topics.add_journal(found)  # It is read once.
