"""`EventLog`: appends events, and reads them in causal order.

A new event is a file, `events/WRITER-SEQUENCE`. Older ones lie in journals, whose format they share with records: the
number of a row is the `order` of the event. Events that no other event names yet (the frontier) are always files.
"""

from __future__ import annotations

import heapq
import re
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from nbmodelver.catalogue import folding
from nbmodelver.catalogue.events import lines
from nbmodelver.catalogue.events.chain import Chain
from nbmodelver.catalogue.events.topics import Topics
from nbmodelver.catalogue.events.unconfirmed import REGISTRY, Unconfirmed, moves_registry
from nbmodelver.catalogue.journal import Record, cut
from nbmodelver.catalogue.journals import Journals
from nbmodelver.errors import Damaged, StoreError, StoreTooNew
from nbmodelver.model.events import Event, EventId
from nbmodelver.model.ids import VersionId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from nbmodelver.catalogue.events.keys import PrivateKey
    from nbmodelver.catalogue.journal import JournalRow
    from nbmodelver.model import Backend

PREFIX = "events/"
FOLDED = "eventlogs/"
MANY = 128
KEPT = 32
"""Events are folded into a journal when there are more than MANY files; the newest KEPT stay files."""

MOST_PARSED = 2048
"""So many events of journals are kept parsed, by their bytes. Without it, registering n versions parses n² events."""

_KEY = re.compile(r"events/([0-9a-f]{32})-(\d{12})")


class EventLog:
    """The events of one store. Any thread and any process may append."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.journals = Journals(backend, FOLDED)
        self.topics = Topics()
        self.unconfirmed = Unconfirmed(backend)
        self._guard = threading.RLock()
        self._chain = Chain()
        self._files: dict[str, Event] = {}
        self._ids: dict[EventId, Event] | None = None
        """The events of `_files` by id, made when they are needed."""
        self._unreadable: dict[str, StoreError] = {}

    # -- append

    @contextmanager
    def appending(self) -> Iterator[None]:
        """Keep other threads of this process from appending between `next` and `write`."""
        with self._guard:
            yield

    def next(self, draft: Event, signer: PrivateKey | None = None) -> tuple[Event, bytes]:
        """Return the draft as the next event of this process, and its bytes. Nothing is written.

        draft: `id`, `writer`, `sequence`, `previous`, `seen` and `order` are ignored. signer: signs the event. Call it
        within `appending`.
        """
        with self._guard:
            frontier = self.frontier()
            if not self._chain.is_own or not self._holds(self._chain.last):
                self._chain = Chain()
            chain = self._chain
            known = [*frontier, *([self.get(EventId(chain.last))] if chain.last else [])]
            newest = max((e.order for e in known), default=0) or next((n for n, _ in self._folded()), 0)
            event = replace(
                draft,
                writer=chain.writer,
                sequence=chain.sequence + 1,
                previous=chain.last,
                seen=tuple(sorted(e.id for e in frontier if e.id != chain.last)),
                order=newest + 1,
            )
        raw = lines.encode(event, signer)
        return lines.parse(raw) if signer is not None else replace(event, id=lines.id_of(raw)), raw

    def _holds(self, id_: str) -> bool:
        """Return False for an event that somebody removed. "" is the link of the first event of a chain."""
        return not id_ or EventId(id_) in self._by_id() or self.journals.holds(VersionId(id_))

    def write(self, event: Event, raw: bytes) -> None:
        """Write an event of `next` durably, within the same `appending`. Raises StoreError."""
        if len(raw) > lines.MAX_BYTES:
            raise StoreError(f"the event has {len(raw)} bytes; the limit is {lines.MAX_BYTES}", "shorten its texts")
        key = key_of(event.writer, event.sequence)
        with self._guard:
            if not self._backend.create(key, [raw]):
                raise StoreError(f"{key} already exists", "run the same command again")
            self._files[key], self._ids = event, None
            self.topics.add(event)
            if event.writer == self._chain.writer:
                self._chain.sequence, self._chain.last = event.sequence, event.id

    # -- read

    def refresh(self) -> None:
        """Read new files. Costs two listings if nothing changed. Files are listed first, see `Records`."""
        with self._guard:
            keys = set(self._backend.list(PREFIX))
            for key in sorted(keys - self._files.keys() - self._unreadable.keys()):
                self._read(key)
            if self._files.keys() - keys:
                self._files, self._ids = {k: e for k, e in self._files.items() if k in keys}, None
            self._unreadable = {k: e for k, e in self._unreadable.items() if k in keys}
            self.journals.refresh()

    def _read(self, key: str) -> None:
        try:
            event = read_file(self._backend, key)
        except KeyError:  # Folded since the listing.
            return
        except (Damaged, StoreTooNew) as error:
            self._unreadable[key] = error
            return
        self._files[key], self._ids = event, None
        self.topics.add(event)

    def frontier(self) -> list[Event]:
        """Return the events that no other event names, newest first. Refreshes."""
        self.refresh()
        with self._guard:
            named = {link for e in self._files.values() for link in (e.previous, *e.seen)}
            return sorted((e for e in self._files.values() if e.id not in named), key=lambda e: (-e.order, e.id))

    def get(self, id_: EventId) -> Event:
        """Return the event with this id. Raises KeyError, Damaged."""
        found = self._by_id().get(id_)
        if found is not None:
            return found
        raw = self.journals.raw(VersionId(id_))
        if raw is not None:
            return _checked(raw, id_)
        self.refresh()
        return self._by_id()[id_]

    def _by_id(self) -> dict[EventId, Event]:
        with self._guard:
            if self._ids is None:
                self._ids = {e.id: e for e in self._files.values()}
            return self._ids

    def unreadable(self) -> dict[str, StoreError]:
        """Return key -> error of every file of events and journal that cannot be read. Refreshes."""
        self.refresh()
        with self._guard:
            return {**self._unreadable, **self.journals.unreadable()}

    def dangling(self) -> dict[EventId, str]:
        """Return event -> the event that it names and that is missing, for events that are not folded yet."""
        with self._guard:
            links = [(e.id, link) for e in self._files.values() for link in (e.previous, *e.seen) if link]
            return {id_: link for id_, link in links if not self._holds(link)}

    def newest(self, *, strict: bool = True) -> Iterator[Event]:
        """Iterate over all events, each one before all that it knew.

        strict: raise Damaged or StoreTooNew if an event is unreadable; otherwise leave it out.
        """
        for problem in self.unreadable().values() if strict else ():
            raise problem
        self.refresh()
        with self._guard:
            files = sorted(((e.order, e.id) for e in self._files.values()), reverse=True)
        last: EventId | None = None
        for _, id_ in heapq.merge(files, self._folded(), reverse=True):
            if id_ != last:
                yield self.get(id_)
            last = id_

    def _folded(self) -> Iterator[tuple[int, EventId]]:
        runs = [journal.newest() for journal in self.journals.all()]
        return ((order, EventId(id_)) for order, id_ in heapq.merge(*runs, reverse=True))

    def about(self, topic: str) -> list[Event]:
        """Return the events that move the ref `topic` or have it as subject, oldest first. Raises Damaged.

        topic: if it is a ref of the registry, events that move the registry and are unconfirmed are left out.
        """
        found = self.all_about(topic)
        if not topic.startswith(REGISTRY) or not any(map(moves_registry, found)):
            return found
        without_effect = self.unconfirmed.ids()
        return [e for e in found if e.id not in without_effect or not moves_registry(e)]

    def subjects(self) -> list[str]:
        """Return the refs that events move and the subjects of events, sorted. Raises Damaged."""
        with self._guard:
            self._read_topics()
            return self.topics.all()

    def _read_topics(self) -> None:
        self.refresh()
        for journal in self.journals.all():
            self.topics.add_journal(journal)

    def all_about(self, topic: str) -> list[Event]:
        """Return the same with unconfirmed events. Raises Damaged."""
        with self._guard:
            self._read_topics()
            found: dict[EventId, Event] = {}
            for id_ in self.topics.of(topic):
                with suppress(KeyError):  # It was deleted since it was read. A check of the log reports that.
                    found[id_] = self.get(id_)
        chosen = [e for e in found.values() if e.subject == topic or any(m.ref == topic for m in e.moves)]
        return sorted(chosen, key=lambda e: (e.order, e.id))

    def count(self) -> int:
        """Return the number of events."""
        self.refresh()
        with self._guard:
            own = {e.id for e in self._files.values() if not self.journals.holds(VersionId(e.id))}
            return len(own) + self.journals.count(())

    def keys(self) -> dict[EventId, str]:
        """Return event -> "WRITER-SEQUENCE" of every event in a file of its own, and "" for those in journals."""
        self.refresh()
        with self._guard:
            found = {EventId(id_): "" for journal in self.journals.all() for id_ in journal.ids}
            return found | {e.id: key.removeprefix(PREFIX) for key, e in self._files.items()}

    def stored(self, id_: EventId) -> tuple[str, bytes]:
        """Return the name of an event's file, "WRITER-SEQUENCE", and its bytes. Raises KeyError, Damaged."""
        event = self.get(id_)
        key = key_of(event.writer, event.sequence)
        return key.removeprefix(PREFIX), self._raw_of(id_, key)

    def add(self, events: Iterable[tuple[str, bytes]]) -> list[Event]:
        """Add events of another store durably, and return those that are new. events: (name of the file, its bytes).

        Raises Damaged if one is malformed or is another event than its name says; nothing was added then.
        """
        parsed = {event.id: (f"{PREFIX}{name}", raw, event) for name, raw in events for event in (_named(name, raw),)}
        known = self.keys()
        new = [(key, raw, event) for id_, (key, raw, event) in parsed.items() if id_ not in known]
        new.sort(key=lambda one: one[2].order)  # After a kill between two, no event lacks one that it names.
        self._require_one_name(new, set(known.values()))
        folded = self._not_newest(new) if len(new) > MANY else set()
        records = [Record(VersionId(e.id), e.order, raw) for _, raw, e in new if e.id in folded]
        folding.fold(self._backend, self.journals, records)
        for key, raw, event in new:
            if event.id in folded:
                continue
            if not self._backend.create(key, [raw]) and bytes(self._backend.read(key)) != raw:
                raise _forked(key)
            with self._guard:
                self._files[key], self._ids = event, None
                self.topics.add(event)
        self.refresh()
        return [event for _, _, event in new]

    @staticmethod
    def _require_one_name(new: Sequence[tuple[str, bytes, Event]], names: Collection[str]) -> None:
        """Raise Damaged if two events have one name."""
        seen: set[str] = set()
        for key, _, _ in new:
            if key in seen or key.removeprefix(PREFIX) in names:
                raise _forked(key)
            seen.add(key)

    def _not_newest(self, new: Sequence[tuple[str, bytes, Event]]) -> set[EventId]:
        """Return the ids of new events that another event names: all but these must stay files."""
        with self._guard:
            every = [*self._files.values(), *(event for _, _, event in new)]
        named = {link for event in every for link in (event.previous, *event.seen)}
        return {event.id for _, _, event in new if event.id in named}

    def raw(self) -> Iterator[tuple[str, bytes | StoreError]]:
        """Iterate over the place and the bytes of every event, oldest place first, for checks. Does not parse them."""
        for key in list(self._backend.list(PREFIX)):
            try:
                yield key, bytes(self._backend.read(key, 0, lines.MAX_BYTES + 1))
            except KeyError:
                continue
        self.journals.refresh()
        yield from self.journals.unreadable().items()
        for journal in self.journals.all():
            rows: dict[int, list[JournalRow]] = {}
            for row in map(journal.row, range(journal.count)):
                rows.setdefault(row.block, []).append(row)
            for block in range(journal.block_count):
                try:
                    raw = journal.block(block)
                except Damaged as error:
                    yield journal.key, error
                    continue
                yield from ((f"{journal.key}, event {row.number}", cut(raw, row)) for row in rows.get(block, ()))

    # -- erase

    def erase(self, ids: Iterable[EventId], names: frozenset[str]) -> int:
        """Remove the sealed texts of these names from events, everywhere. Returns the number of changed events.

        Ids, order and links stay as they are. The caller holds the lock "fold", and writes an event that says so.
        After a kill, some texts are gone; the same call removes the rest.
        """
        self.refresh()
        changed: list[EventId] = []
        for id_ in ids:
            event = self.get(id_)
            key = key_of(event.writer, event.sequence)
            if set(event.private) & names or ("who" in names and event.by.shown != event.by.pseudonym):
                self._replace(key, self._raw_of(id_, key), names)
                changed.append(id_)
        folding.leave_out(self._backend, self.journals, {VersionId(id_) for id_ in changed})
        return len(changed)

    def _replace(self, key: str, raw: bytes, names: frozenset[str]) -> None:
        """Write the event without the texts as a file, which counts before a journal."""
        erased = lines.erase(raw, names)
        if not self._backend.create(key, [erased]):
            self._backend.swap(key, bytes(self._backend.read(key)), erased)
        with self._guard:
            self._files[key], self._ids = lines.parse(erased, key), None

    def _raw_of(self, id_: EventId, key: str) -> bytes:
        try:
            return bytes(self._backend.read(key))
        except KeyError:
            raw = self.journals.raw(VersionId(id_))
            if raw is None:
                raise
            return raw

    # -- fold

    @property
    def is_long(self) -> bool:
        """True if there are more than MANY files, as of the last refresh."""
        return len(self._files) > MANY

    def fold(self) -> int:
        """Move files into a journal if there are more than MANY. Returns their number.

        The caller holds the lock "fold". After a kill, an event is in its file, or in both places.
        """
        frontier = {e.id for e in self.frontier()}
        with self._guard:
            if len(self._files) <= MANY:
                return 0
            oldest = sorted(self._files.items(), key=lambda item: (item[1].order, item[1].id))[:-KEPT]
            chosen = [(key, event) for key, event in oldest if event.id not in frontier]
            records = [Record(VersionId(e.id), e.order, bytes(self._backend.read(key))) for key, e in chosen]
            folding.fold(self._backend, self.journals, records)
            for key, _ in chosen:
                self._backend.delete(key, durable=False)
                del self._files[key]
            self._ids = None
            return len(chosen)


def key_of(writer: str, sequence: int) -> str:
    """Return the key of the file of an event."""
    return f"{PREFIX}{writer}-{sequence:012}"


def read_file(backend: Backend, key: str) -> Event:
    """Return the event in a file. Raises Damaged, StoreTooNew, KeyError."""
    raw = bytes(backend.read(key, 0, lines.MAX_BYTES + 1))
    match = _KEY.fullmatch(key)
    event = lines.parse(raw, key)
    if match is None or (event.writer, event.sequence) != (match[1], int(match[2])):
        raise lines.damaged(key, "it is another event than its name says")
    return event


def _forked(key: str) -> Damaged:
    return lines.damaged(key, "another event has its name: a process was copied with its memory")


def _named(name: str, raw: bytes) -> Event:
    if len(raw) > lines.MAX_BYTES:
        raise lines.damaged(f"event {name}", f"it is above {lines.MAX_BYTES} bytes")
    event = lines.parse(raw, f"event {name}")
    if f"{PREFIX}{name}" != key_of(event.writer, event.sequence):
        raise lines.damaged(f"event {name}", "it is another event than its name says")
    return event


@lru_cache(maxsize=MOST_PARSED)
def _checked(raw: bytes, id_: EventId) -> Event:
    event = lines.parse(raw, f"event {id_}")
    if event.id != id_:
        raise lines.damaged(f"event {id_}", "its content has another hash")
    return event
