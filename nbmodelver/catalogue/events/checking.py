"""Checks the event log: every byte, every link, and the order of every chain.

It reports what is changed, missing, reordered or cut off. What it cannot detect is a log that ends earlier, or that was
rewritten as a whole together with the refs: only a checkpoint or a copy elsewhere shows that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue.events import keys, lines
from nbmodelver.catalogue.events.log import FOLDED, PREFIX, key_of
from nbmodelver.catalogue.events.unconfirmed import REGISTRY
from nbmodelver.errors import StoreError
from nbmodelver.model import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nbmodelver.catalogue.events.log import EventLog
    from nbmodelver.model import Json
    from nbmodelver.model.events import Event, EventId, Signature


@dataclass(frozen=True)
class Latest:
    """A value that an event gave to a ref and that no other event replaced."""

    event: str
    order: int
    value: Json


@dataclass
class EventCheck:
    """The result of a check. latest: ref -> its values that were not replaced; more than one if it diverged.

    frontier: the ids of events that no other event names. events: the number of different events. writers: of chains.
    accepted: (what, object) of the problems that an `accept` event names. signers: (event of the policy in force, or of
    the policy itself; public key) -> number of valid signatures. unchecked: signatures that nothing here can verify.
    broken: refs whose history lacks an event. unconfirmed: the ids of unconfirmed events; their moves of the registry
    are in none of these fields.
    """

    events: int = 0
    writers: int = 0
    frontier: tuple[str, ...] = ()
    latest: dict[str, list[Latest]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    accepted: set[tuple[str, str]] = field(default_factory=set)
    signers: dict[tuple[str, str], int] = field(default_factory=dict)
    unchecked: int = 0
    broken: frozenset[str] = frozenset()
    unconfirmed: frozenset[str] = frozenset()


class _Checking:
    """One check: reads all events once, then looks at their links."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.orders: dict[str, int] = {}
        self.links: dict[str, tuple[str, ...]] = {}
        self.chains: dict[str, dict[int, str]] = {}
        self.previous: dict[str, str] = {}
        self.moved: list[tuple[str, Mapping[str, Any], list[str]]] = []
        self.set_by: dict[tuple[str, str], Json] = {}
        self.replaced: set[tuple[str, str]] = set()
        self.claims: list[tuple[str, str, str, Json]] = []
        self.blank: set[str] = set()
        self.erased: set[str] = set()
        self.accepted: set[tuple[str, str]] = set()
        self.signers: dict[tuple[str, str], int] = {}
        self.unchecked = 0

    def read(self, log: EventLog) -> None:
        for where, raw in log.raw():
            try:
                if isinstance(raw, StoreError):
                    raise raw
                id_, header, erased, signature = lines.check(raw, where)
            except StoreError as error:
                self.problems.append(Problem(error.message, where))
                continue
            self._place(header, where)
            if id_ not in self.orders:  # Else it is in its file and in a journal, after a kill.
                self._add(id_, header)
                if erased:
                    self.blank.add(id_)
                if signature is not None:
                    self._verify(id_, header, signature)

    def _verify(self, id_: EventId, header: Mapping[str, Any], signature: Signature) -> None:
        verdict = keys.verdict(signature)
        if verdict == "unchecked":
            self.unchecked += 1
        elif verdict == "wrong":
            self._report(id_, f"its signature is not one of the key {keys.short(signature.key)}")
        else:
            signer = (id_ if header["kind"] == "policy" else header["policy"], signature.key)
            self.signers[signer] = self.signers.get(signer, 0) + 1

    def _place(self, header: Mapping[str, Any], where: str) -> None:
        if where.startswith(PREFIX) and where != key_of(header["writer"], header["seq"]):
            self.problems.append(Problem("the file holds another event than its name says", where))
        if where.startswith(FOLDED) and not where.endswith(f" {header['order']}"):
            self.problems.append(Problem("the index of the journal has another order than the event", where))

    def _add(self, id_: EventId, header: Mapping[str, Any]) -> None:
        previous, seen, data = header["prev"], header["seen"], header["data"]
        self.orders[id_] = header["order"]
        self.links[id_] = (previous, *seen) if previous else tuple(seen)
        self.previous[id_] = previous
        if header["kind"] == "erase" and isinstance(data.get("events"), list):
            self.erased |= {str(one) for one in data["events"]}
        if header["kind"] == "accept" and isinstance(data.get("problems"), list):
            self.accepted |= {(str(p[0]), str(p[1])) for p in data["problems"] if isinstance(p, list) and len(p) == 2}
        other = self.chains.setdefault(header["writer"], {}).setdefault(header["seq"], id_)
        if other != id_:
            self._report(id_, f"writer {header['writer'][:8]} has two events with number {header['seq']}")
        self.moved += [(id_, move, _ids(data.get("settles"))) for move in header["moves"]]

    def _report(self, id_: str, what: str) -> None:
        self.problems.append(Problem(what, id_))

    def count_moves(self, unconfirmed: Collection[str]) -> None:
        """Look at the moves. unconfirmed: events whose moves of the registry do not count."""
        for id_, move, settled in self.moved:
            ref, since = move["ref"], move["after"]
            if id_ in unconfirmed and ref.startswith(REGISTRY):
                continue
            self.replaced |= {(one, ref) for one in settled}
            self.set_by[id_, ref] = move["to"]
            if since:
                self.replaced.add((since, ref))
                self.claims.append((id_, since, ref, move["from"]))

    def links_hold(self) -> None:
        for id_, links in self.links.items():
            missing = [link for link in links if link not in self.orders]
            for link in missing:
                self._report(id_, f"it names event {link}, which is missing")
            if not missing and self.orders[id_] != 1 + max((self.orders[link] for link in links), default=0):
                self._report(id_, "its order does not follow from the events that it names")
        for id_, since, ref, before in self.claims:
            if since in self.orders and self.set_by.get((since, ref), _NOTHING) != before:
                self._report(id_, f"it moves {ref} from a value that event {since} did not set")

    def erasures_hold(self) -> None:
        for id_ in sorted(self.blank - self.erased):
            self._report(id_, "a sealed text was removed, and no event of an erasure names it")

    def chains_hold(self) -> None:
        for writer, chain in self.chains.items():
            last = ""
            for expected, (sequence, id_) in enumerate(sorted(chain.items()), 1):
                if sequence != expected:
                    self._report(id_, f"event {expected} of writer {writer[:8]} is missing")
                    break
                if self.previous[id_] != last:
                    self._report(id_, f"event {sequence} of writer {writer[:8]} does not continue event {sequence - 1}")
                last = id_

    def latest(self) -> dict[str, list[Latest]]:
        found: dict[str, list[Latest]] = {}
        for (id_, ref), value in self.set_by.items():
            if (id_, ref) not in self.replaced:
                found.setdefault(ref, []).append(Latest(id_, self.orders[id_], value))
        return {ref: sorted(values, key=lambda v: (v.order, v.event)) for ref, values in sorted(found.items())}


_NOTHING = object()


def latest_of(ref: str, events: Iterable[Event]) -> list[Latest]:
    """Return the values that these events gave to a ref and that none of them replaced, oldest first.

    events: in causal order. Moves of branches and tags do not name the event before them: there the newest one counts,
    and of concurrent ones the one with the greater id, so that all stores agree.
    """
    found: dict[str, Latest] = {}
    for event in events:
        for move in event.moves:
            if move.ref != ref:
                continue
            for one in settled_by(event):
                found.pop(one, None)
            if ref.startswith(("heads/", "tags/")):
                found.clear()
            found.pop(move.since, None)
            found[event.id] = Latest(event.id, event.order, move.after)
    return sorted(found.values(), key=lambda v: (v.order, v.event))


def settled_by(event: Event) -> list[str]:
    """Return the events whose values the event replaces in addition, for the refs that it moves."""
    return _ids(event.data.get("settles"))


def _ids(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def check(log: EventLog) -> EventCheck:
    """Read every event and return what is wrong. Raises no error for damage."""
    work = _Checking()
    work.read(log)
    unconfirmed = {str(id_) for id_ in log.unconfirmed.ids()}  # After the events, which are added after it.
    work.count_moves(unconfirmed)
    work.links_hold()
    work.chains_hold()
    work.erasures_hold()
    named = {link for links in work.links.values() for link in links}
    return EventCheck(
        len(work.orders),
        len(work.chains),
        tuple(sorted(id_ for id_ in work.orders if id_ not in named)),
        work.latest(),
        work.problems,
        work.accepted,
        work.signers,
        work.unchecked,
        frozenset(ref for _, since, ref, _ in work.claims if since not in work.orders),
        frozenset(unconfirmed & work.orders.keys()),
    )
