"""Moves refs together with the event that says who moved them, when and why: both happen, or neither.

Under the lock "moves": the ref `events` first names the coming event, then the event is written, then the refs are
swapped, then `events` names it as applied. Whoever finds a coming event carries it out if its file exists, and drops it
otherwise, so a kill at any point leaves the state before or after.
"""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.catalogue.events.checking import check
from nbmodelver.catalogue.events.lines import canonical
from nbmodelver.errors import Damaged, RefMoved, StoreError, StoreFull, StoreReadOnly, UsageError
from nbmodelver.model.events import SIGNED_KINDS, Event, EventId, Person, RefMove
from nbmodelver.release import __version__
from nbmodelver.repo.core.events_head import EventsHead, head_text, parse_events_head
from nbmodelver.repo.core.head import parse_head
from nbmodelver.repo.core.intact import SetRef, has_set, require_intact
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.core.signing import SigningKey
from nbmodelver.store import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.catalogue.events.checking import Latest
    from nbmodelver.catalogue.events.keys import PrivateKey
    from nbmodelver.catalogue.events.log import EventLog
    from nbmodelver.model import Backend, Json
    from nbmodelver.repo.core.identity import Identities
    from nbmodelver.repo.core.settings import Settings
    from nbmodelver.store.refs import Refs

EVENTS = "events"
POLICY = "policy"
FORMAT = 3
"""The first format of a store that has events."""

READING = ("access", "export", "import", "pull")
"""Kinds of events that are also written while the log is damaged, because they record that somebody read."""

PLAIN = ("heads/", "tags/")
"""Refs whose value is the bare id of a version. All other refs that events move hold JSON."""


class RefState(NamedTuple):
    """The value of a ref and the event that set it; event: "" if no event did."""

    value: Json
    event: str = ""


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
        return _state(ref, self._refs.get(ref))

    def states(self, prefix: str) -> dict[str, RefState]:
        """Return ref -> state of every readable ref with this prefix, sorted."""
        found = {ref: _state(ref, text) for ref, text in self._refs.readable(prefix)[0].items()}
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

    def _made_again(self, ref: str, latest: Sequence[Latest]) -> bool:
        """Set a ref to the value that the newest event gave it. Branches are known from the versions."""
        text, current = _text(ref, latest[-1].value, latest[-1].event), self._refs.get(ref)
        if ref.startswith("heads/") or text == current or (current is not None and not self._is_behind(ref, latest)):
            return False
        if text is not None:
            self._refs.move(ref, current, text)
        elif current is not None:
            self._refs.delete(ref, current)
        return True

    def _is_behind(self, ref: str, latest: Sequence[Latest]) -> bool:
        """Return True if a ref has the value that an event gave it, and the log states one newer value."""
        with suppress(Damaged):
            state = None if ref.startswith(PLAIN) else _state(ref, self._refs.get(ref))
            return state is not None and len(latest) == 1 and has_set(self.log, SetRef(ref, state.value, state.event))
        return False

    def finish(self) -> None:
        """Carry out what a killed process left, if anything is left and the store can be written."""
        with suppress(StoreReadOnly, StoreFull):
            if self._coming():
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
            current, after = self._refs.get(move.ref), _text(move.ref, move.after, event.id)
            if current == after:
                continue
            if event.kind == "accept" or current == _text(move.ref, move.before, move.since):
                if after is not None:
                    self._refs.move(move.ref, current, after)
                elif current is not None:
                    self._refs.delete(move.ref, current)

    def _require_unmoved(self, wanted: Wanted) -> None:
        now = _state(wanted.ref, self._refs.get(wanted.ref))
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


def _text(ref: str, value: Json, event: str) -> str | None:
    """Return the text of a ref with this value, None for None."""
    if value is None:
        return None
    return str(value) if ref.startswith(PLAIN) else canonical({"value": value, "event": event}).decode()


def _state(ref: str, text: str | None) -> RefState | None:
    if text is None:
        return None
    if ref.startswith(PLAIN):
        return RefState(text)
    try:
        data = json.loads(text)
        return RefState(data["value"], str(data["event"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Damaged(f"the ref {ref} is damaged", "see what it should be: %mv_audit --verify") from None
