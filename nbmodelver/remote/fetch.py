"""Fetch: brings versions, events and the positions of branches from a remote. Nothing of the notebook changes.

Parts are written first, then who sent the versions, then their records, then events, then what was seen of the remote.
So an interrupted fetch leaves a complete store, and can be repeated.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import lines
from nbmodelver.catalogue.events.unconfirmed import moves_registry
from nbmodelver.catalogue.journal import Record
from nbmodelver.catalogue.records import id_of, version_of
from nbmodelver.errors import Damaged, NotPushed, RemoteChanged
from nbmodelver.model import VersionId
from nbmodelver.model.event_phrases import what
from nbmodelver.model.events import EventId
from nbmodelver.model.remotes import Fetched
from nbmodelver.remote.changed import require_events
from nbmodelver.remote.incoming import Incoming
from nbmodelver.remote.registry_head import confirmation
from nbmodelver.remote.transfer import BRANCHES, TAGS, Remote, Selection, ids_in
from nbmodelver.repo.core import joining
from nbmodelver.repo.core.history import COUNTER
from nbmodelver.repo.core.reachability import documents_of, groups_of
from nbmodelver.repo.core.states import event_of
from nbmodelver.store import layout
from nbmodelver.store.framed import broken
from nbmodelver.store.receiving import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model import Group, ObjectId, Progress, Version
    from nbmodelver.model.events import Event, RefMove
    from nbmodelver.remote.lazy import RemoteParts
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.remote.segments import SentRecord
    from nbmodelver.repo.core.joining import Confirmation
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.packs import Contents

EVERYTHING = Selection(everything=True)


@dataclass(frozen=True)
class FetchOptions:
    """How to fetch. lazy: bring no values. accept_older: accept a remote that went back or lost something."""

    selection: Selection = EVERYTHING
    lazy: bool = False
    accept_older: bool = False
    dry_run: bool = False


def fetch(
    store: OpenStore,
    connection: RemoteConnection,
    options: FetchOptions | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Bring what the store lacks. Branches of the store and the notebook stay as they are.

    Raises RemoteChanged if the remote went back in time or lost something, Damaged for wrong content, RemoteError,
    StoreFull, StoreReadOnly. The store is complete then, as before.
    """
    started = time.monotonic()
    store.wait_for_pending()
    layout.check(store.backend, for_writing=True)
    work = _Fetch(store, connection, options or FetchOptions(), progress)
    result = work.run()
    return _timed(result, time.monotonic() - started)


def _timed(result: Fetched, seconds: float) -> Fetched:
    return Fetched(**{**vars(result), "seconds": seconds})


class _Fetch:
    """One fetch."""

    def __init__(
        self, store: OpenStore, connection: RemoteConnection, options: FetchOptions, progress: Progress | None
    ) -> None:
        self.store, self.connection, self.options, self.progress = store, connection, options, progress
        self.remote = Remote(store, connection)
        self.branches_before = self.remote.named(BRANCHES)
        self._new_moves: list[Event] = []
        """The new events that move the registry, known after `events`."""

    def run(self) -> Fetched:
        """Fetch."""
        known_before = {one.key for one in self.connection.known.listings}
        refs_before = self.remote.refs
        self.remote.read(accept_older=self.options.accept_older)
        if not self.options.accept_older:
            require_events(self.remote, refs_before)
        if self.options.dry_run:
            packs = [] if self.options.lazy else self._new_packs(Incoming(self.store, self.remote, None), known_before)
            return self._result(self.versions, sum(c.size for c in packs), 0, [])
        size = 0
        with ExitStack() as held:
            held.enter_context(self.store.parts.lease())
            held.enter_context(self.store.backend.lock("fold", 30))
            found, events = self.records, self.events  # All of it is verified before anything is written.
            if not self.options.lazy and (found or self._completes):
                size = self._bring_parts(known_before)
            if self.options.lazy:  # The parts must be found as soon as the records are there.
                self.remote.remember()
            self._add_records(found)
        moved = self._join(events)
        self.remote.remember()
        return self._result(self.versions, size, len(events), moved)

    def _result(self, new: Sequence[VersionId], size: int, events: int, moved: list[RefMove]) -> Fetched:
        now = self.remote.named(BRANCHES)
        names = sorted({*now, *self.branches_before})
        changed = {
            b: (self.branches_before.get(b), now.get(b)) for b in names if self.branches_before.get(b) != now.get(b)
        }
        present = self.store.history.records.present()
        gone = tuple(old for old in self.remote.inventory.replaced if old in present)
        return Fetched(
            self.remote.name, self.connection.config.address, tuple(new), size, events, tuple(moved), changed, gone,
            self.options.lazy, self.options.dry_run, unapplied=() if self.options.dry_run else self._unapplied(),
        )  # fmt: skip

    # -- versions

    @cached_property
    def _present(self) -> set[VersionId]:
        return self.store.history.records.present()

    @cached_property
    def _away(self) -> set[VersionId]:
        """The versions that were forgotten or purged here."""
        purged = self.store.refs.readable("forgotten/")[0]
        forgotten = self.store.history.records.forgotten.all()
        return {*forgotten, *(VersionId(ref.removeprefix("forgotten/")) for ref in purged)}

    @cached_property
    def versions(self) -> list[VersionId]:
        """The versions to bring, oldest first."""
        inventory, present = self.remote.inventory, self._present

        def is_here(id_: VersionId) -> bool:
            return id_ in present

        chosen = self.options.selection
        if chosen.everything or chosen.is_empty:
            found = [id_ for id_ in inventory.versions if id_ not in present]
        else:
            found = inventory.ancestors(self._starts(), is_here)
        found = [id_ for id_ in found if id_ not in self._away and id_ not in inventory.replaced]
        return sorted(found, key=lambda id_: (inventory.versions[id_][0], id_))

    def _starts(self) -> list[VersionId]:
        chosen, refs = self.options.selection, self.remote.refs
        wanted = [*(BRANCHES + b for b in chosen.branches), *(TAGS + t for t in chosen.tags)]
        missing = next((ref for ref in wanted if ref not in refs), None)
        if missing is not None:
            there = ", ".join(sorted(r.partition("/")[2] for r in refs if r.startswith((BRANCHES, TAGS))))
            raise NotPushed(
                f"{self.remote.name} has no {'branch' if missing.startswith(BRANCHES) else 'tag'} "
                f"'{missing.partition('/')[2]}'",
                f"choose one of: {there or 'none yet'}",
            )
        found = [VersionId(str(refs[ref])) for ref in wanted]
        for model in chosen.models:
            states = {
                ref: v for ref, v in refs.items() if ref.startswith(f"models/{model}/") or ref == f"models/{model}"
            }
            if not states:
                raise NotPushed(f"{self.remote.name} has no registered model '{model}'", "fetch everything: %mv_fetch")
            found += [VersionId(id_) for value in states.values() for id_ in ids_in(value)]
        return [id_ for id_ in found if id_ in self.remote.inventory.versions]

    def _records_of(self, wanted: set[VersionId]) -> Iterator[SentRecord]:
        left = set(wanted)
        for listing in self.remote.listings:
            if listing.versions and left & self.connection.known.index(listing).versions.keys():
                for record in self.connection.known.segment(listing).records:
                    if record.id in left:
                        left.discard(record.id)
                        yield record

    @cached_property
    def records(self) -> list[Record]:
        """The records of the versions to bring, verified: each alone, and that none lacks a parent. Raises Damaged."""
        inventory, where = self.remote.inventory, self.connection.storage.where
        found = []
        known = {*self.versions, *self._present, *self._away, *inventory.replaced, *inventory.forgotten}
        for sent in self._records_of(set(self.versions)):
            if id_of(sent.raw) != sent.id:
                raise broken(f"version v{sent.number} of {where}", "its record has another hash")
            version = version_of(sent.raw, sent.id)
            if (version.number, version.parents) != (sent.number, sent.parents):
                raise broken(f"version v{sent.number} of {where}", "its segment says something else than its record")
            lacking = next((parent for parent in version.parents if parent not in known), None)
            if lacking is not None:
                raise Damaged(
                    f"{where} lacks version {lacking}, the parent of {version.name}",
                    "send it again from a complete store: %mv_push --all",
                )
            found.append(Record(sent.id, sent.number, sent.raw))
        return found

    def _add_records(self, records: Sequence[Record]) -> None:
        """Write who sent the versions, which ancestors are gone, then their records, then the largest number."""
        if records:
            inventory = self.remote.inventory
            origins: dict[str, list[VersionId]] = {}
            for record in records:
                origins.setdefault(self._origin(inventory.writers.get(record.id, "")), []).append(record.id)
            self.store.fetched_from.add(origins)
            self._add_forgotten()
            self.store.history.records.add(records)
        self._raise_counter()

    def _origin(self, writer: str) -> str:
        return f"remote:{self.connection.config.address}#{writer}"

    def _raise_counter(self) -> None:
        """Let the next version of this store have a greater number than all of the remote."""
        highest = max((number for number, _ in self.remote.inventory.versions.values()), default=0)
        with self.store.backend.lock("refs"):
            value = self.store.refs.get(COUNTER)
            if value is None and not self.store.history.records.count():
                self.store.refs.move(COUNTER, None, str(highest))
            elif value is not None and value.isdecimal() and int(value) < highest:
                self.store.refs.move(COUNTER, value, str(highest))

    def _add_forgotten(self) -> None:
        """Take over forgotten and purged ancestors of versions, so that walks through them go on.

        A purged version is one whose parent is what replaced it.
        """
        inventory = self.remote.inventory
        known = {*self._away, *self._present, *inventory.versions}  # A later fetch may bring a version that is there.
        new = {id_: stone for id_, stone in inventory.forgotten.items() if id_ not in known}
        for id_, replacement in inventory.replaced.items():
            if id_ not in self._away and id_ not in self._present:
                number, _ = inventory.versions.get(id_) or inventory.forgotten.get(id_) or (0, ())
                new[id_] = number, (replacement,)
        if new:
            self.store.history.records.forgotten.add_elsewhere(new)

    # -- parts

    @property
    def _completes(self) -> bool:
        """True if values of versions that are here may be at the remote only, and are wanted now."""
        return bool(self.options.selection.names) or self.connection.config.lazy

    def _new_packs(self, incoming: Incoming, known_before: set[str]) -> list[Contents]:
        """Return the packs of segments that were not known before, most of whose parts are not here."""
        if not (self.options.selection.everything or self.options.selection.is_empty) or self.options.selection.names:
            return []
        new = [one for one in self.remote.listings if one.packs and one.key not in known_before]
        return incoming.most_of({pack.name for one in new for pack in self.connection.known.segment(one).packs})

    def _bring_parts(self, known_before: set[str]) -> int:
        """Bring the parts of the new versions, and return the bytes that were downloaded."""
        incoming = Incoming(self.store, self.remote, self.progress)
        incoming.bring((), self._new_packs(incoming, known_before))
        with self.store.parts.reading_from(incoming.parts):  # The recipes say which parts are needed.
            wanted = self._needed(incoming.parts)
        incoming.bring(wanted)
        lost = next((id_ for id_ in wanted if not self.store.parts.is_here(id_)), None)
        if lost is not None:
            raise Damaged(
                f"{self.connection.storage.where} lacks part {lost}, which its versions need",
                "send it again from a complete store: %mv_push --all --again; bring the rest: %mv_fetch --lazy",
            )
        clean(self.store.backend)
        return incoming.meter.done

    def _needed(self, remote: RemoteParts) -> set[ObjectId]:
        """Return the parts of the new versions, without bases. Their recipes are read by few requests."""
        chosen = self.versions
        if self.options.selection.names:
            chosen = [*chosen, *self._selected_heads()]
        elif self._completes:
            chosen = [
                id_ for id_ in self.remote.inventory.versions if id_ in self._present or id_ in set(self.versions)
            ]
        versions = [self._version(record) for record in self._records_of(set(chosen))]
        names = set(self.options.selection.names)
        groups = [g for v in versions for g in groups_of(v) if not names or names & set(g.names) or _is_shared(v, g)]
        remote.prepare(list({g.recipe for g in groups if not self.store.parts.is_here(g.recipe)}))
        needed = {part for group in _distinct(groups) for part in self.store.group_store.parts_of(group)}
        return needed | {part for version in versions for part in documents_of(version)}

    def _selected_heads(self) -> list[VersionId]:
        chosen = self.options.selection
        named = self.remote.named(BRANCHES)
        return [named[b] for b in (chosen.branches or named) if b in named]

    @staticmethod
    def _version(record: SentRecord) -> Version:
        return version_of(record.raw, record.id)

    # -- events and refs

    @cached_property
    def events(self) -> dict[EventId, tuple[str, bytes]]:
        """The events that are not here, verified: each alone, and that none names an event that nobody has."""
        if not self.remote.inventory.events or not self.store.moves.has_events:
            return {}
        own = self.store.moves.log.keys()
        wanted = {id_ for id_ in self.remote.inventory.events if id_ not in own}
        found: dict[EventId, tuple[str, bytes]] = {}
        for listing in self.remote.listings if wanted else ():
            if listing.events and wanted & self.connection.known.index(listing).events.keys():
                segment = self.connection.known.segment(listing)
                found |= {EventId(e.id): (e.key, e.raw) for e in segment.events if e.id in wanted}
        for id_, (key, raw) in found.items():
            event = lines.parse(raw, f"event {key} of {self.connection.storage.where}")
            if event.id != id_:
                raise broken(f"event {key} of {self.connection.storage.where}", "its content has another hash")
            lost = next((e for e in (event.previous, *event.seen) if e and e not in own and e not in found), None)
            if lost is not None and not self.options.accept_older:
                raise RemoteChanged(
                    f"{self.connection.storage.where} lacks event {lost[:12]}, which a later one names",
                    "send it again from a complete store: %mv_push --all, or accept that: --accept-older",
                )
            if moves_registry(event):
                self._new_moves.append(event)
        return found

    def _join(self, events: Mapping[EventId, tuple[str, bytes]]) -> list[RefMove]:
        """Add events, and return the refs that moved here: also tags whose versions came with this fetch."""
        moves = self.store.moves
        also = [TAGS + tag for tag in self.remote.named(TAGS) if self.store.refs.get(TAGS + tag) is None]
        if not moves.has_events:
            return []
        also += joining.behind(moves.log, self.store.refs, self._confirmation.named)
        if not (events or also or self._confirmation.confirmed):
            return []
        head = self.remote.head("work") or self.remote.head("registry")
        return moves.join(events.values(), "" if head is None else head.history, also, self._confirmation)[1]

    @cached_property
    def _confirmation(self) -> Confirmation:
        """Which moves of the registry count: those that the head `registry` confirms, of new events and of unconfirmed
        ones that an earlier fetch brought.
        """
        head = self.remote.head("registry")
        earlier = (event_of(self.store, id_) for id_ in self.store.moves.log.unconfirmed.ids())
        events = [*self._new_moves, *(event for event in earlier if event is not None)]
        return confirmation(self.remote.name, {} if head is None else head.refs, events)

    def _unapplied(self) -> tuple[str, ...]:
        """Return by whom and what each new event is that does not count here."""
        found = self._confirmation.unconfirmed if self._new_moves else ()
        return tuple(f"{e.by.shown}: {what(e, {})}" for e in self._new_moves if e.id in found)


def _distinct(groups: Sequence[Group]) -> list[Group]:
    return list({g.recipe: g for g in groups}.values())


def _is_shared(version: Version, group: Group) -> bool:
    """Return True for definitions and the session, which belong to no variable."""
    return group not in version.groups
