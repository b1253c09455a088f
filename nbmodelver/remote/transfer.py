"""What push, fetch and clone share: the state of a remote as one operation sees it, and progress."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, RefMoved, RemoteChanged, StoreFull, StoreReadOnly
from nbmodelver.remote.heads import AREAS, ReadHead
from nbmodelver.remote.known import Inventory, listings_of
from nbmodelver.remote.lazy import RemoteParts
from nbmodelver.repo.core.named_versions import TRACKED
from nbmodelver.store.block_cache import BlockCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Progress, VersionId
    from nbmodelver.model.versions import Json
    from nbmodelver.remote.heads import Area, Head, Listing
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.repo.core.open_store import OpenStore

BRANCHES, TAGS = "heads/", "tags/"


def ancestors_here(store: OpenStore, version: VersionId, inventory: Inventory) -> dict[VersionId, None]:
    """Return the version and all its ancestors in the store, forgotten ones included, children first.

    The records of versions that the remote has are not read: its inventory names their parents. Raises Damaged.
    """
    found: dict[VersionId, None] = {}
    waiting = [version]
    records = store.history.records
    forgotten = records.forgotten.all()
    while waiting:
        at = waiting.pop()
        if at in found:
            continue
        found[at] = None
        if at in inventory.versions:
            waiting += inventory.parents(at)
        elif at in forgotten:
            waiting += forgotten[at].parents
        elif records.exists(at):
            waiting += records.read(at).parents
    return found


@dataclass(frozen=True)
class Selection:
    """What to push or to fetch. Empty: the current branch for a push, everything for a fetch.

    names: fetch only the parts of these variables; the others are loaded when they are needed.
    """

    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    everything: bool = False
    names: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if it names nothing."""
        return not (self.branches or self.tags or self.models or self.everything)


@dataclass
class Meter:
    """Counts bytes and reports them. total: known in advance, 0 if not. what: "bytes sent"."""

    progress: Progress | None
    what: str
    total: int = 0
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def __call__(self, size: int) -> None:
        """Count `size` more bytes."""
        self.done += size
        if self.progress is not None:
            self.progress(self.done, max(self.total, self.done), self.what)

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.started


class Remote:
    """A remote as one operation sees it: both heads as they were read once, and all their segments at hand."""

    def __init__(self, store: OpenStore, connection: RemoteConnection) -> None:
        self.store, self.connection = store, connection
        self.heads: dict[Area, ReadHead] = {}
        self._accepts_older = False

    @property
    def name(self) -> str:
        """The name of the remote."""
        return self.connection.config.name

    def read(self, areas: tuple[Area, ...] = AREAS, *, accept_older: bool = False, meter: Meter | None = None) -> None:
        """Read heads, and download the segments that are not here.

        accept_older: accept a remote that went back in time. Raises RemoteChanged for that, RemoteError, Damaged.
        """
        known = self.connection.known
        self._accepts_older = accept_older
        seen = {area: known.head(area) for area in AREAS}  # Before the remote is read: another process may push.
        for area in areas:
            found = self.connection.read(area, None if accept_older else seen[area])
            if not accept_older:
                _require_newer(seen[area], found.head, self.connection.storage.where)
            self.heads[area] = found
        known.bring(self.connection.storage, self.listings, meter or (lambda _bytes: None))
        if not accept_older:
            self._require_complete(listings_of(seen.values()))

    def head(self, area: Area) -> Head | None:
        """Return the head that was read."""
        found = self.heads.get(area)
        return self.connection.known.head(area) if found is None else found.head

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The segments of both heads."""
        return listings_of(self.head(area) for area in AREAS)

    @property
    def doomed(self) -> tuple[str, ...]:
        """The names of packs and segments that are being deleted at the remote, or were within the last weeks."""
        work = self.head("work")
        return () if work is None else tuple(work.doomed)

    @property
    def condemned(self) -> frozenset[str]:
        """The packs that no version of the remote needs, and that a later gc deletes."""
        work = self.head("work")
        return frozenset() if work is None else frozenset(work.condemned)

    @property
    def inventory(self) -> Inventory:
        """What the remote has. Its segments must be here."""
        return self.connection.known.inventory(self.listings, self.doomed)

    @property
    def refs(self) -> dict[str, Json]:
        """All refs of the remote: branches, tags, and those of the registry."""
        return {ref: value for area in AREAS for ref, value in self._refs_of(area).items()}

    def _refs_of(self, area: Area) -> Mapping[str, Json]:
        head = self.head(area)
        return {} if head is None else head.refs

    def named(self, prefix: str) -> dict[str, VersionId]:
        """Return the branches or tags of the remote without the prefix."""
        return {ref.removeprefix(prefix): value for ref, value in self.refs.items() if ref.startswith(prefix)}  # type: ignore[misc]  # ids

    def parts(self) -> RemoteParts:
        """Return the parts of the remote, to read them by ranges."""
        return RemoteParts(
            self.connection, self.inventory.packs, self.listings, cache_of(self.store), self.store.parts.is_here
        )

    def remember(self) -> None:
        """Keep the heads as the last ones that were seen. A store that cannot be written forgets them."""
        known = self.connection.known
        with suppress(StoreReadOnly, StoreFull):
            for found in self.heads.values():
                if found.head is not None:
                    known.remember(found.head, even_older=self._accepts_older)
            self._track()
            self.store.parts.look_elsewhere_again()
            known.tidy([*self.listings, *known.listings])  # Another process of this store may have seen newer heads.

    def _track(self) -> None:
        """Keep where the branches of the remote are, as "REMOTE/BRANCH"."""
        prefix, refs = f"{TRACKED}{self.name}/", self.store.refs
        now, before = self.named(BRANCHES), refs.readable(prefix)[0]
        for branch, version in now.items():
            if before.get(prefix + branch) != version:
                with suppress(RefMoved):
                    refs.move(prefix + branch, before.get(prefix + branch), version)
        for ref in before.keys() - {prefix + branch for branch in now}:
            with suppress(RefMoved):
                refs.delete(ref, before[ref])

    def _require_complete(self, before: Sequence[Listing]) -> None:
        """Raise RemoteChanged if the remote lost versions or events that it had when it was last seen."""
        lost = next(self._lost(before), None)
        if lost is not None:
            raise RemoteChanged(
                f"{self.connection.storage.where} lost {lost}, which it had before",
                f"send it again from here: %mv_push {self.name} --all, or accept that: --accept-older",
            )

    def _lost(self, before: Sequence[Listing]) -> Iterator[str]:
        known = self.connection.known
        if {one.key for one in before} <= {one.key for one in self.listings}:
            return
        with suppress(Damaged):  # The copies of old segments were deleted, so nothing can be compared.
            old, now = known.inventory(before), self.inventory
            for id_, (number, _) in old.versions.items():
                if id_ not in now.versions and id_ not in now.forgotten and id_ not in now.replaced:
                    yield f"version v{number} ({id_[:12]})"
            yield from (f"event {id_[:12]}" for id_ in old.events.keys() - now.events.keys())


def cache_of(store: OpenStore) -> BlockCache:
    """Return the cache of a store, with the limit of its setting `cache_mb`."""
    limit_mb = store.settings["cache_mb"]
    return BlockCache(store.backend, int(limit_mb) * 1_000_000 if isinstance(limit_mb, int) else 0)


def _require_newer(known: Head | None, found: Head | None, where: str) -> None:
    """Raise RemoteChanged if a head is older than the one that was last seen, or another one of the same number."""
    if known is None:
        return
    hint = "somebody replaced it by an older copy; to accept that: --accept-older"
    if found is None or found.sequence < known.sequence:
        now = "nothing" if found is None else f"number {found.sequence}"
        raise RemoteChanged(f"{where} went back: its head '{known.area}' was number {known.sequence}, now {now}", hint)
    if found.sequence == known.sequence and found.id != known.id:
        raise RemoteChanged(f"{where} has another head '{known.area}' of number {found.sequence} than before", hint)


def ids_in(value: Json) -> Iterator[str]:
    """Yield the ids of versions in the value of a ref of the registry."""
    if isinstance(value, str) and len(value) == 40:
        yield value
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from ids_in(inner)
