"""The refs of the head `registry`: what a push writes there, and which events of a remote they confirm.

An entry is `{"event": id, "value": value}`: the event that set the ref, and the value, None if it deleted the ref.
"also", in an entry, lists further events that moved the ref at the same time and that no event replaced. Only who may
write the head can confirm an event, so the moves of all others have no effect in a store that fetches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.checking import latest_of, settled_by
from nbmodelver.catalogue.events.unconfirmed import REGISTRY, moves_registry
from nbmodelver.errors import Diverged
from nbmodelver.model.events import EventId
from nbmodelver.model.remotes import RefChange
from nbmodelver.repo.core.joining import Confirmation
from nbmodelver.repo.core.ref_states import RefState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.catalogue.events.checking import Latest
    from nbmodelver.model.events import Event
    from nbmodelver.model.versions import Json
    from nbmodelver.repo.core.open_store import OpenStore


def events_of(entry: Json) -> list[str]:
    """Return the ids of the events that an entry names, the one that set the ref first; [] for an invalid entry."""
    if not isinstance(entry, dict) or not isinstance(entry.get("event"), str):
        return []
    also = entry.get("also")
    return [str(entry["event"]), *(map(str, also) if isinstance(also, list) else ())]


def registry_of(store: OpenStore) -> dict[str, Json]:
    """Return the entries of all refs of the registry of a store, as a head would have them. Raises Damaged."""
    here = RegistryHere(store)
    refs = [topic for topic in store.moves.log.subjects() if topic.startswith(REGISTRY)]
    return {ref: entry for ref in refs if (entry := here.entry(ref)) is not None}


class RegistryHere:
    """The refs of the registry of a store, as they are now."""

    def __init__(self, store: OpenStore) -> None:
        self._log = store.moves.log
        self.own = {ref: state for prefix in REGISTRY for ref, state in store.moves.states(prefix).items()}

    def differing(self, there: Mapping[str, Json]) -> list[str]:
        """Return the refs that a head has with another event or value, sorted. Reads events of deleted refs only."""
        found = [ref for ref, state in self.own.items() if not _is_same(there.get(ref), state)]
        deleted = [r for r, e in there.items() if r.startswith(REGISTRY) and r not in self.own and not _is_gone(e)]
        return sorted([*found, *(ref for ref in deleted if latest_of(ref, self._log.about(ref)))])

    def changes(self, refs: Sequence[str], there: Mapping[str, Json], remote: str) -> list[RefChange]:
        """Return how a head must change so that it has these refs as the store. A ref stays if nothing here is newer.

        there: the refs of the head. remote: the name of the remote. Raises Diverged if an event that moved one of them
        there is not here, or does not count here. A ref that was deleted here stays then.
        """
        unknown = self._unknown({ref: there[ref] for ref in refs if ref in there})
        missing = next((ref for ref in unknown if ref in self.own), None)
        if missing is not None:
            raise Diverged(f"{remote} has another value of {missing}", "bring it first: %mv_pull")
        entries = ((ref, self.entry(ref, there.get(ref))) for ref in refs if ref not in unknown)
        return [RefChange(ref, there.get(ref), e) for ref, e in entries if e is not None and e != there.get(ref)]

    def _unknown(self, there: Mapping[str, Json]) -> list[str]:
        """Return the refs whose entries name events that are not here or do not count here."""
        known = {str(id_) for id_ in self._log.keys().keys() - self._log.unconfirmed.ids()} if there else set()
        named = {ref: events_of(entry) for ref, entry in there.items()}
        return [ref for ref, events in named.items() if not events or not known.issuperset(events)]

    def entry(self, ref: str, there: Json = None) -> Json:
        """Return the entry of a ref, None without an event that moved it.

        there: the present entry. If several events were not replaced, its event stays, else the one of the ref here.
        """
        latest = latest_of(ref, self._log.about(ref))
        own = self.own[ref].event if ref in self.own else ""
        chosen = _first_of(latest, [*events_of(there)[:1], own])
        if chosen is None:
            return None
        also = sorted(one.event for one in latest if one.event != chosen.event)
        return {"event": chosen.event, "value": chosen.value, **({"also": [*also]} if also else {})}


def _first_of(latest: Sequence[Latest], events: Iterable[str]) -> Latest | None:
    """Return the first of these events that is among the latest, else the newest of the latest."""
    by_event = {one.event: one for one in latest}
    return next((by_event[e] for e in events if e in by_event), latest[-1] if latest else None)


def _is_same(entry: Json, state: RefState) -> bool:
    return isinstance(entry, dict) and (entry.get("event"), entry.get("value")) == (state.event, state.value)


def _is_gone(entry: Json) -> bool:
    return isinstance(entry, dict) and entry.get("value") is None


def confirmation(remote: str, refs: Mapping[str, Json], events: Iterable[Event]) -> Confirmation:
    """Return which of these events the refs of a head confirm: those that it names, and those that led to them.

    remote: the name of the remote. events: those that are new here or were unconfirmed. Events that move no ref of the
    registry need no confirmation.
    """
    entries = {ref: entry for ref, entry in refs.items() if ref.startswith(REGISTRY)}
    waiting_for = {event.id: event for event in events if moves_registry(event)}
    starts = (id_ for ref, entry in entries.items() for id_ in _named(ref, entry, waiting_for))
    confirmed = _leading_to(starts, waiting_for)
    named = {
        ref: RefState(entry.get("value"), events_of(entry)[0])
        for ref, entry in entries.items()
        if isinstance(entry, dict) and events_of(entry)
    }
    return Confirmation(remote, named, confirmed, waiting_for.keys() - confirmed)


def _named(ref: str, entry: Json, events: Mapping[EventId, Event]) -> Iterator[EventId]:
    """Yield the events that an entry names and that moved the ref as it states."""
    for position, id_ in enumerate(map(EventId, events_of(entry))):
        moves = [move for move in events[id_].moves if move.ref == ref] if id_ in events else []
        if any(position or (isinstance(entry, dict) and move.after == entry.get("value")) for move in moves):
            yield id_


def _leading_to(starts: Iterable[EventId], events: Mapping[EventId, Event]) -> set[EventId]:
    """Return these events, and those that set the values which they replaced."""
    found: set[EventId] = set()
    waiting = list(starts)
    while waiting:
        id_ = waiting.pop()
        if id_ in found or id_ not in events:
            continue
        found.add(id_)
        event = events[id_]
        waiting += [EventId(move.since) for move in event.moves if move.ref.startswith(REGISTRY)]
        waiting += map(EventId, settled_by(event))
    return found
