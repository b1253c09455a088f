"""An index in memory: which events move a ref or have a subject. It is rebuilt from the events on first use."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from nbmodelver.catalogue.journal import cut
from nbmodelver.model.events import EventId

if TYPE_CHECKING:
    from nbmodelver.catalogue.journal import Journal
    from nbmodelver.model.events import Event

_TOPIC = re.compile(rb'"(?:ref|subject)":"((?:[^"\\]|\\.)*)"')


class Topics:
    """Topic -> events. It may name events that are not about the topic; the caller checks."""

    def __init__(self) -> None:
        self._events: dict[str, dict[EventId, None]] = {}
        self._journals: set[str] = set()

    def of(self, topic: str) -> list[EventId]:
        """Return the events that may be about the topic."""
        return list(self._events.get(topic, ()))

    def all(self) -> list[str]:
        """Return every topic, sorted."""
        return sorted(self._events)

    def add(self, event: Event) -> None:
        """Add one event."""
        for topic in {event.subject, *(m.ref for m in event.moves)}:
            self._events.setdefault(topic, {})[event.id] = None

    def add_journal(self, journal: Journal) -> None:
        """Add the events of a journal. Their headers are searched, not parsed. Raises Damaged."""
        if journal.key in self._journals:
            return
        block, raw = -1, b""
        rows = sorted((journal.row(at) for at in range(journal.count)), key=lambda row: row.block)
        for row in rows:
            if row.block != block:
                block, raw = row.block, journal.block(row.block)
            header = cut(raw, row).partition(b"\n")[0]
            for topic in _TOPIC.findall(header):
                self._events.setdefault(json.loads(b'"' + topic + b'"'), {})[EventId(row.id.hex())] = None
        self._journals.add(journal.key)
