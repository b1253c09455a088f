"""A store as the heads and segments of a remote, made in memory. Nothing is written into the store.

The copies that a reader keeps of a remote (`known`) are continued: segments whose whole content the store still has
stay as they are, and the rest comes in a new one. Equal content has the same head, and other content the next sequence
number, so a reader never takes a store for one that went back in time. What the store lost is missing in the view, and
its reader notices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from nbmodelver.errors import AllForgotten, Damaged, UnknownVersion
from nbmodelver.model import VersionId
from nbmodelver.remote import segments
from nbmodelver.remote.compaction import MANY, SMALL_BYTES
from nbmodelver.remote.heads import Head, Listing
from nbmodelver.remote.known import Inventory
from nbmodelver.remote.registry_head import registry_of
from nbmodelver.remote.segment_contents import events_of, forgotten_among, records_of, replaced_in
from nbmodelver.remote.segments import Segment, SentPack
from nbmodelver.remote.transfer import BRANCHES, TAGS
from nbmodelver.store import condemned
from nbmodelver.store.index import PREFIX as PACKS
from nbmodelver.store.packs import read_ends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model.events import EventId
    from nbmodelver.model.versions import Json
    from nbmodelver.remote.heads import Area
    from nbmodelver.remote.known import Known
    from nbmodelver.remote.segments import SegmentIndex
    from nbmodelver.repo.core.open_store import OpenStore

MOST_WRITER_CHARACTERS = 200
REMOTE = "remote:"
"""The beginning of the origin of a fetched version: "remote:ADDRESS#WRITER"."""


@dataclass(frozen=True)
class StoreView:
    """The heads of a store as a remote; an area without one has nothing.

    segments: the bytes of those that the reader does not have, by key. refs: the branches and tags of the store as they
    are written in it.
    """

    heads: Mapping[Area, Head]
    segments: Mapping[str, bytes]
    refs: Mapping[str, str] = field(default_factory=dict)


def view_of(store: OpenStore, remote: str, known: Known | None) -> StoreView:
    """Return the view of a store. remote: the id that it has as a remote. known: what the reader saw last, if ever.

    Refs are read first, then versions and events, then packs: whatever others commit meanwhile, all that a ref needs is
    in the view. Raises Damaged, and KeyError if a file was removed meanwhile.
    """
    refs = {ref: text for prefix in (BRANCHES, TAGS) for ref, text in store.refs.all(prefix).items()}
    registry = registry_of(store) if store.moves.has_events else {}
    work = _Viewing(store, remote, known)
    listings, made = work.segments()
    heads: dict[Area, Head] = {}
    for area, own in (("work", work.work_refs(refs)), ("registry", registry)):
        head = work.head(area, own, listings)  # type: ignore[arg-type]  # areas
        if head is not None:
            heads[head.area] = head
    return StoreView(heads, made, refs)


class _Viewing:
    """One view in the making."""

    def __init__(self, store: OpenStore, remote: str, known: Known | None) -> None:
        self.store, self.remote, self.known = store, remote, known
        self.seen = Inventory([]) if known is None else _inventory(known)
        self.versions = store.history.records.ids()
        events = store.moves.head() if store.moves.has_events else None
        self.history = "" if events is None else events.store
        self.author = str(store.settings["author"])[:MOST_WRITER_CHARACTERS]

    # -- heads

    def work_refs(self, refs: Mapping[str, str]) -> dict[str, Json]:
        """Return branches and tags with the versions that they name now, after versions were forgotten and purged."""
        present = set(self.versions)
        found: dict[str, Json] = {ref: text for ref, text in refs.items() if ref.startswith(TAGS) and text in present}
        for ref, text in refs.items():
            if not ref.startswith(BRANCHES):
                continue
            try:
                found[ref] = self.store.history.version(VersionId(text)).id
            except AllForgotten:
                continue
            except (UnknownVersion, Damaged):  # The reader finds that the version is missing.
                found[ref] = text
        return found

    def head(self, area: Area, refs: Mapping[str, Json], listings: Sequence[Listing]) -> Head | None:
        """Return the last head that the reader saw, or the one that follows it; None if there was and is nothing."""
        before = None if self.known is None else self.known.head(area)
        own = tuple(listings) if area == "work" else ()
        if before is None and not (refs or own):
            return None
        if before is not None and self._is_same(before, refs, listings):
            return before
        by, at_utc = self._newest()
        start = before or Head(area, self.remote, "")
        return start.next(
            refs=dict(sorted(refs.items())), segments=own, history=self.history, by=by, at_utc=at_utc, doomed={},
            condemned={},
        )  # fmt: skip

    def _is_same(self, head: Head, refs: Mapping[str, Json], listings: Sequence[Listing]) -> bool:
        if dict(head.refs) != dict(refs) or head.history != self.history:
            return False
        return head.segments == tuple(listings) if head.area == "work" else set(head.segments) <= set(listings)

    def _newest(self) -> tuple[str, str]:
        """Return author and time of the newest version, for display."""
        newest = next(iter(islice(self.store.history.records.newest(), 1)), None)
        if newest is None:
            return self.author, ""
        version = self.store.history.version(newest)
        return version.author or self.author, version.saved_at_utc

    # -- segments

    def segments(self) -> tuple[list[Listing], dict[str, bytes]]:
        """Return all listings, oldest first, and the bytes of those that the reader does not have."""
        events = self.store.moves.log.keys() if self.store.moves.has_events else {}
        packs, replaced = self._packs(), replaced_in(self.store)
        kept = self._kept(_Content(set(self.versions), set(events), packs, replaced))
        have = Inventory([index for _, index in kept])
        new = [v for v in self.versions if v not in have.versions]
        segment = Segment(
            self.author,
            tuple(self._ends({name: size for name, size in packs.items() if name not in have.packs})),
            tuple(sorted(records_of(self.store, new), key=lambda record: (record.number, record.id))),
            tuple(events_of(self.store, (e for e in sorted(events) if e not in have.events))),
            self._forgotten(new, have),
            {old: replacement for old, replacement in replaced.items() if old not in have.replaced},
            self._writers(new),
        )
        made = {}
        listings = [listing for listing, _ in kept]
        for run in segments.runs(segment) if not segment.is_empty else ():
            data = segments.encode(run)
            key = segments.key_of(data)
            made[key] = data
            listings.append(Listing(key, len(data), len(run.records), len(run.events), len(run.packs)))
        return listings, made

    def _kept(self, content: _Content) -> list[tuple[Listing, SegmentIndex]]:
        """Return the segments that the reader has and whose whole content the store still has."""
        found = []
        for listing in () if self.known is None else self.known.listings:
            try:
                index = self.known.index(listing)  # type: ignore[union-attr]  # not None here
            except Damaged:
                continue
            if content.has(index):
                found.append((listing, index))
        if len(found) > MANY:  # A push merges small segments too. Their content comes in the new one.
            return [(listing, index) for listing, index in found if listing.size_bytes >= SMALL_BYTES]
        return found

    def _packs(self) -> dict[str, int]:
        """Return name -> size of every pack that counts."""
        backend = self.store.backend
        gone = condemned.read(backend)
        return {key.removeprefix(PACKS): backend.size(key) for key in backend.list(PACKS) if key not in gone}

    def _ends(self, packs: Mapping[str, int]) -> Iterator[SentPack]:
        """Yield packs with their tables of contents. A damaged one does not count, as for the store itself."""
        for name, size in packs.items():
            try:
                yield SentPack(name, size, read_ends(self.store.backend, PACKS + name))
            except Damaged:
                continue

    def _forgotten(
        self, new: Sequence[VersionId], have: Inventory
    ) -> dict[VersionId, tuple[int, tuple[VersionId, ...]]]:
        """Return forgotten ancestors of new versions, and forgotten versions that the reader saw here."""
        parents = [p for id_ in new for p in self.store.history.records.read(id_).parents]
        seen = [*self.seen.versions, *self.seen.forgotten]
        return forgotten_among(self.store, [*parents, *seen], have.forgotten.keys())

    def _writers(self, new: Sequence[VersionId]) -> dict[VersionId, str]:
        """Return who sent versions that were fetched into the store. All others count as sent by its author."""
        origins = self.store.fetched_from.all()
        return {id_: origins[id_].rpartition("#")[2] for id_ in new if origins.get(id_, "").startswith(REMOTE)}


@dataclass(frozen=True)
class _Content:
    """What a store has now: ids of versions and events, packs with their sizes, purged versions."""

    versions: set[VersionId]
    events: set[EventId]
    packs: Mapping[str, int]
    replaced: Mapping[VersionId, VersionId]

    def has(self, index: SegmentIndex) -> bool:
        """Return True if the store has the whole content of a segment."""
        return (
            index.versions.keys() <= self.versions
            and index.events.keys() <= self.events
            and all(self.packs.get(name) == size for name, size in index.packs.items())
            and all(self.replaced.get(old) == new for old, new in index.replaced.items())
        )


def _inventory(known: Known) -> Inventory:
    """Return what the reader saw; nothing if its copies are incomplete."""
    try:
        return known.inventory()
    except Damaged:
        return Inventory([])
