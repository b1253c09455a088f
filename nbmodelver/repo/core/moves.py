"""Moves refs together with the event that says who moved them, when and why: both happen, or neither.

Under the lock "moves": the ref `events` first names the coming event, then the event is written, then the refs are
swapped, then `events` names it as applied. Whoever finds a coming event carries it out if its file exists, and drops it
otherwise, so a kill at any point leaves the state before or after.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.catalogue.events.checking import check
from nbmodelver.errors import Damaged, RefMoved, StoreError, StoreFull, StoreReadOnly, UsageError
from nbmodelver.model.events import SIGNED_KINDS, Event, EventId, Person, RefMove
from nbmodelver.release import __version__
from nbmodelver.repo.core import joining
from nbmodelver.repo.core.events_head import EventsHead, head_text, parse_events_head
from nbmodelver.repo.core.head import parse_head
from nbmodelver.repo.core.intact import SetRef, has_set, require_intact
from nbmodelver.repo.core.joining import EVERYTHING
from nbmodelver.repo.core.ref_states import PLAIN, RefState, state_of, text_of
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.core.signing import SigningKey
from nbmodelver.store import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nbmodelver.catalogue.events.checking import Latest
    from nbmodelver.catalogue.events.keys import PrivateKey
    from nbmodelver.catalogue.events.log import EventLog
    from nbmodelver.model import Backend, Json, VersionId
    from nbmodelver.repo.core.identity import Identities
    from nbmodelver.repo.core.joining import Confirmation
    from nbmodelver.repo.core.settings import Settings
    from nbmodelver.store.refs import Refs

EVENTS = "events"
POLICY = "policy"
FORMAT = 3
"""The first format of a store that has events."""

JOINING = "joining"
"""Stands in the ref `events` for the coming event while events of another store are added."""

READING = ("access", "export", "import", "pull")
"""Kinds of events that are also written while the log is damaged, because they record that somebody read."""


class Wanted(NamedTuple):
    """A ref to move. before: its state as the caller saw it, None if it did not exist. after: None deletes it."""

    ref: str
    before: RefState | None
    after: Json


@dataclass(frozen=True)
class EventDraft:
    """What an event says. private: personal and free texts, sealed so that they can be erased."""

    kind: str
    subject: str = ""
    why: str = ""
    data: Mapping[str, Json] | None = None
    private: Mapping[str, Json] | None = None


class Moves:
    """The only way to move branches (except by a commit), tags, models, stages, aliases, states and the policy."""

    def __init__(self, backend: Backend, refs: Refs, log: EventLog, identities: Identities, settings: Settings) -> None:
        self.log = log
        self._backend, self._refs = backend, refs
        self._identities, self._settings = identities, settings
        self._signing = SigningKey()
        self._has_events = False
        self.has_version: Callable[[VersionId], bool] = lambda _version: True
        """Tells if a version is in the store."""
        self.on_event: Callable[[Event], None] = lambda _event: None
        """Called after each event was written, without a lock. It must not raise."""

    # -- read

    @property
    def has_events(self) -> bool:
        """True if the store's format has events."""
        self._has_events = self._has_events or layout.number(self._backend) >= FORMAT
        return self._has_events

    def require_events(self) -> None:
        """Raise UsageError if the store's format has no events."""
        if not self.has_events:
            raise UsageError(
                f"this store has format {layout.number(self._backend)}, which has no event log",
                "upgrade it: %mv_gc --upgrade (older releases can then only read it)",
            )

    def state(self, ref: str) -> RefState | None:
        """Return the state of a ref, None if it does not exist. Raises Damaged."""
        for event in self._coming():
            for move in event.moves:
                if move.ref == ref:
                    return None if move.after is None else RefState(move.after, event.id)
        return state_of(ref, self._refs.get(ref))

    def states(self, prefix: str) -> dict[str, RefState]:
        """Return ref -> state of every readable ref with this prefix, sorted."""
        found = {ref: state_of(ref, text) for ref, text in self._refs.readable(prefix)[0].items()}
        for event in self._coming():
            for move in event.moves:
                if move.ref.startswith(prefix):
                    found[move.ref] = None if move.after is None else RefState(move.after, event.id)
        return {ref: state for ref, state in sorted(found.items()) if state is not None}

    def head(self) -> EventsHead | None:
        """Return the ref `events`, None before the first event. Raises Damaged."""
        text = self._refs.get(EVENTS)
        return None if text is None else parse_events_head(text)

    def _coming(self) -> list[Event]:
        """Return the event that a killed process wrote without moving its refs.

        A damaged ref `events` does not stop readers; moves, and a check of the log, report it.
        """
        try:
            head = self.head() if self.has_events else None
        except Damaged:
            return []
        if head is None or not head.coming:
            return []
        event = self._find(head.coming)
        return [] if event is None else [event]

    def _find(self, id_: str) -> Event | None:
        try:
            return self.log.get(EventId(id_))
        except KeyError:
            return None

    def person(self) -> Person:
        """Return the user as events of this store name them."""
        with self._lock():
            head = self._finished()
        return self._person(head.store)

    def signer(self) -> PrivateKey | None:
        """Return the key that signs the user's events; None without one, or if the setting `sign` is off.

        Raises UsageError if the key cannot be used, MissingLibrary.
        """
        return self._signing.private() if self._settings["sign"] else None

    def _person(self, store: str) -> Person:
        return self._identities.person(store, str(self._settings["author"]))

    # -- write

    def run(self, draft: EventDraft, wanted: Sequence[Wanted]) -> Event:
        """Move refs and write the event that says so. The caller holds the lock "refs" if versions must stay.

        Raises RefMoved if one of them is no longer as the caller saw it, which names who moved it; UsageError in a
        store without events; Damaged, StoreReadOnly, StoreError. Nothing was moved then.
        """
        self.require_events()
        with self._lock():
            head = self._finished()
            for one in wanted:
                self._require_unmoved(one)
            self._require_intact(head, wanted)
            moves = tuple(RefMove(w.ref, *self._values(w)) for w in wanted)
            event = self._carry_out(draft, moves, head)
        self._fold()
        self.on_event(event)
        return event

    def accept(self, draft: EventDraft, moves: Sequence[RefMove]) -> Event:
        """Write the event that accepts damage of the log. It sets refs to the values of its moves, whatever they are.

        Raises Damaged if the ref `events` is missing, StoreReadOnly, StoreError.
        """
        self.require_events()
        with self._lock():
            return self._carry_out(draft, tuple(moves), self._finished())

    def _carry_out(self, draft: EventDraft, moves: tuple[RefMove, ...], head: EventsHead) -> Event:
        with self.log.appending():
            event, raw = self.log.next(self._event(draft, moves, head.store), self._signer_of(draft))
            self._set_head(replace(head, coming=event.id))
            self.log.write(event, raw)
        self._apply(event)
        self._set_head(replace(head, applied=event.id, coming="", heads=(event.id,)))
        return event

    def _signer_of(self, draft: EventDraft) -> PrivateKey | None:
        return self.signer() if draft.kind in SIGNED_KINDS else None

    def _require_intact(self, head: EventsHead, wanted: Sequence[Wanted] = ()) -> None:
        refs = [
            SetRef(w.ref, w.before.value, w.before.event)
            for w in wanted
            if w.before is not None and not w.ref.startswith(PLAIN)
        ]
        require_intact(self.log, {head.applied, *head.heads} - {""}, refs)

    def note(self, draft: EventDraft) -> Event:
        """Write an event that moves nothing. The next move covers it. Raises as `run`."""
        self.require_events()
        head = self.head()
        if head is None:
            with self._lock():
                head = self._finished()
        if draft.kind not in READING:
            self._require_intact(head)
        with self.log.appending():
            event, raw = self.log.next(self._event(draft, (), head.store), self._signer_of(draft))
            self.log.write(event, raw)
        self._fold()
        self.on_event(event)
        return event

    def rebuild(self) -> list[str]:
        """Make refs agree with the log where it states one value, and return the names of changed refs. For a repair.

        It makes missing refs again, and moves those on that are behind, as after the events of a copy were added. Other
        refs stay as they are. The ref `events` is made from the newest events.
        """
        found = check(self.log)
        with self._lock():
            made = [ref for ref, latest in found.latest.items() if self._made_again(ref, latest)]
            newest = next(iter(self.log.newest()), None) if not found.problems else None
            if newest is not None and self._refs.get(EVENTS) is None:
                applied = max((v for values in found.latest.values() for v in values), key=lambda v: v.order)
                head = EventsHead(newest.store, applied.event, heads=found.frontier)
                self._refs.move(EVENTS, None, head_text(head))
                made.append(EVENTS)
        return made

    def join(
        self,
        events: Iterable[tuple[str, bytes]],
        store: str,
        also: Iterable[str] = (),
        confirmation: Confirmation = EVERYTHING,
    ) -> tuple[list[Event], list[RefMove]]:
        """Add the events of another store, and move the refs that they moved on, where this store is behind.

        events: (name of the file, its bytes). store: the id that this store gets if it has no events of its own.
        also: further refs to look at, such as tags whose versions came now. A tag of a version that is not here stays
        away. confirmation: which moves of the registry count; the others have no effect here. Returns the events that
        are new, and the moves that were made. A ref that both stores moved stays as it is here. Raises Damaged,
        StoreError; after an error or a kill, the next move or opening of the store completes it.
        """
        self.require_events()
        with self._lock():
            head = self.head()
            if head is None and store and self.log.count() == 0:
                self._refs.move(EVENTS, None, head_text(EventsHead(store)))
            head = self._finished()
            if confirmation.unconfirmed:  # Before the events: a kill must not let them count.
                self.log.unconfirmed.add(set(confirmation.unconfirmed) - self.log.keys().keys(), confirmation.remote)
            self._set_head(replace(head, coming=JOINING))
            new = self.log.add(events)
            refs = {m.ref for e in new for m in e.moves} | set(also) | self._confirmed(confirmation.confirmed)
            made = self._joined(head, refs, confirmation.named)
        self._fold()
        return new, made

    def _confirmed(self, ids: Iterable[EventId]) -> set[str]:
        """Let the moves of unconfirmed events count, and return the refs that they moved."""
        chosen = self.log.unconfirmed.ids() & set(ids)
        self.log.unconfirmed.confirm(chosen)
        events = (self._find(id_) for id_ in chosen)
        return {move.ref for event in events if event is not None for move in event.moves}

    def _joined(
        self, head: EventsHead, refs: Iterable[str], named: Mapping[str, RefState] = EVERYTHING.named
    ) -> list[RefMove]:
        """Let refs follow the log after the events of another store were added, and end what JOINING began."""
        made = joining.followed(self.log, self._refs, refs, self.has_version, named)
        self._set_head(replace(head, coming="", heads=tuple(e.id for e in self.log.frontier())))
        return made

    def _made_again(self, ref: str, latest: Sequence[Latest]) -> bool:
        """Set a ref to the value that the newest event gave it. Branches are known from the versions."""
        text, current = text_of(ref, latest[-1].value, latest[-1].event), self._refs.get(ref)
        if ref.startswith("heads/") or text == current or (current is not None and not self._is_behind(ref, latest)):
            return False
        joining.put(self._refs, ref, current, text)
        return True

    def _is_behind(self, ref: str, latest: Sequence[Latest]) -> bool:
        """Return True if a ref has the value that an event gave it, and the log states one newer value."""
        with suppress(Damaged):
            state = None if ref.startswith(PLAIN) else state_of(ref, self._refs.get(ref))
            return state is not None and len(latest) == 1 and has_set(self.log, SetRef(ref, state.value, state.event))
        return False

    def finish(self) -> None:
        """Carry out what a killed process left, if anything is left and the store can be written.

        A damaged ref `events` does not stop readers; moves, and a check of the log, report it.
        """
        try:
            head = self.head() if self.has_events else None
        except Damaged:
            return
        with suppress(StoreReadOnly, StoreFull):
            if head is not None and head.coming:
                with self._lock():
                    self._finished()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with self._backend.lock("moves"):
            yield

    def _event(self, draft: EventDraft, moves: tuple[RefMove, ...], store: str) -> Event:
        texts: dict[str, Json] = {**({"why": draft.why} if draft.why else {}), **(draft.private or {})}
        branch, version = parse_head(self._refs.get("HEAD"))
        return Event(
            id=EventId(""), store=store, writer="", sequence=1, previous="", seen=(), order=1,
            at_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            kind=draft.kind, by=self._person(store), subject=draft.subject, moves=moves,
            tips={} if version is None else {branch: version}, policy=self._policy(),
            data=draft.data or {}, private=Searcher().hidden_everywhere(texts) if texts else {},
            software=f"nbmodelver {__version__}",
        )  # fmt: skip

    def _finished(self) -> EventsHead:
        """Carry out or drop the coming event of a killed process, and return the head. Call it under the lock."""
        head = self.head()
        if head is None:
            return self._started()
        if not head.coming:
            return head
        if head.coming == JOINING:
            self._joined(head, {m.ref for e in self.log.newest() for m in e.moves})
            return self.head() or head
        event = self._find(head.coming)
        done = replace(head, coming="")
        if event is not None:
            self._apply(event)
            done = replace(done, applied=event.id, heads=(event.id,))
        self._set_head(done)
        return done

    def _policy(self) -> str:
        """Return the event that set the policy in force, "" without a policy."""
        state = self.state(POLICY)
        return state.event if state is not None else ""

    def _started(self) -> EventsHead:
        """Create the ref `events`. Tags of a store that was upgraded get a first event that lists them.

        Raises Damaged if there are events but no ref.
        """
        if self.log.count():
            raise Damaged("the ref 'events' is missing", "see what is affected: %mv_audit --verify")
        head = EventsHead(secrets.token_hex(16))
        tags = tuple(RefMove(ref, state.value, state.value) for ref, state in self.states("tags/").items())
        if tags:
            event, raw = self.log.next(self._event(EventDraft("upgrade"), tags, head.store))
            self._refs.move(EVENTS, None, head_text(replace(head, coming=event.id)))
            self.log.write(event, raw)
            head = replace(head, applied=event.id, heads=(event.id,))
        self._refs.move(EVENTS, self._refs.get(EVENTS), head_text(head))
        return head

    def _set_head(self, head: EventsHead) -> None:
        self._refs.move(EVENTS, self._refs.get(EVENTS), head_text(head))

    def _apply(self, event: Event) -> None:
        """Swap the refs of an event. A ref that has another value than before the event was changed by hand: it stays.

        `check_events` reports such a ref.
        """
        for move in event.moves:
            current, after = self._refs.get(move.ref), text_of(move.ref, move.after, event.id)
            if current == after:
                continue
            if event.kind == "accept" or current == text_of(move.ref, move.before, move.since):
                joining.put(self._refs, move.ref, current, after)

    def _require_unmoved(self, wanted: Wanted) -> None:
        now = state_of(wanted.ref, self._refs.get(wanted.ref))
        if now == wanted.before:
            return
        raise RefMoved(f"{wanted.ref} was moved in the meantime{self._by_whom(now)}", "look at it and run it again")

    def _by_whom(self, state: RefState | None) -> str:
        event = self._find(state.event) if state is not None and state.event else None
        if event is None:
            return " by another process"
        return f" by {event.by.shown} at {event.at_utc[:16]}" + (f": {event.why}" if event.why else "")

    def _values(self, wanted: Wanted) -> tuple[Json, Json, str]:
        """Return the value before, the value after, and the event that set the value before.

        A ref that is created again names the event that deleted it. Otherwise two moves would start from no event, as
        they do where two stores created the ref independently.
        """
        if wanted.before is not None:
            return wanted.before.value, wanted.after, wanted.before.event
        last = None if wanted.ref.startswith(PLAIN) else next(reversed(self.log.about(wanted.ref)), None)
        was_deleted = last is not None and any(m.ref == wanted.ref and m.after is None for m in last.moves)
        return None, wanted.after, last.id if last is not None and was_deleted else ""

    def _fold(self) -> None:
        """Fold old events. An error here must not make a finished move fail; gc meets the same error."""
        if self.log.is_long:
            with suppress(StoreError), self._backend.lock("fold", 0):
                self.log.fold()
