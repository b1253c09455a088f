"""What a store knows of a remote: copies of its heads and segments, in the store's folder `remotes/`. A cache.

Deleting it costs one download of all segments, and the memory of what the remote had: a remote that lost something is
noticed only by comparison with it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, StoreError, StoreReadOnly
from nbmodelver.remote import heads, segments
from nbmodelver.remote.heads import AREAS, Head
from nbmodelver.store.elsewhere import KnownPacks
from nbmodelver.store.framed import id_of
from nbmodelver.store.packs import contents_of_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from nbmodelver.model import Backend, VersionId
    from nbmodelver.model.remotes import ObjectStorage
    from nbmodelver.remote.heads import Area, Listing
    from nbmodelver.remote.segments import Segment, SegmentIndex
    from nbmodelver.store.packs import Block, Contents

FOLDER = "remotes"
MOST_HEAD_BYTES = 64 << 20


class Inventory:
    """What the segments of a remote list together. Immutable."""

    def __init__(self, indexes: Iterable[SegmentIndex], doomed: Iterable[str] = ()) -> None:
        self.versions: dict[VersionId, tuple[int, tuple[VersionId, ...]]] = {}
        self.forgotten: dict[VersionId, tuple[int, tuple[VersionId, ...]]] = {}
        self.replaced: dict[VersionId, VersionId] = {}
        self.events: dict[str, str] = {}
        self.packs: dict[str, int] = {}
        self.writers: dict[VersionId, str] = {}
        for index in indexes:
            self.versions |= index.versions
            self.forgotten |= index.forgotten
            self.replaced |= index.replaced
            self.events |= index.events
            self.packs |= index.packs
            self.writers |= {id_: index.writers.get(id_, index.writer) for id_ in index.versions}
        for pack in doomed:
            self.packs.pop(pack, None)

    def parents(self, version: VersionId) -> tuple[VersionId, ...]:
        """Return the parents of a version or of a forgotten one, () for an unknown id."""
        return (self.versions.get(version) or self.forgotten.get(version) or (0, ()))[1]

    def ancestors(self, starts: Iterable[VersionId], known: Callable[[VersionId], bool]) -> list[VersionId]:
        """Return the versions that lead to `starts`, these included, without those that are `known` and what is below.

        Children come before their parents.
        """
        found: dict[VersionId, None] = {}
        waiting = list(starts)
        while waiting:
            at = waiting.pop()
            if at in found or known(at):
                continue
            found[at] = None
            waiting += reversed(self.parents(at))
        return [id_ for id_ in found if id_ in self.versions]


class Known:
    """The copies of one remote in one store. remote: its id, 32 hex digits."""

    def __init__(self, backend: Backend, remote: str) -> None:
        self._backend, self.remote = backend, remote
        self._indexes: dict[str, SegmentIndex] = {}
        self._inventory: tuple[tuple[str, ...], Inventory] | None = None
        self._parts: tuple[tuple[str, ...], KnownPacks] | None = None

    # -- heads

    def head(self, area: Area) -> Head | None:
        """Return the head as it was last seen, None if it never was. A damaged copy counts as never seen."""
        try:
            return heads.decode(bytes(self._backend.read(self._key(area), 0, MOST_HEAD_BYTES)), self._key(area))
        except (KeyError, Damaged):
            return None

    def remember(self, head: Head, *, even_older: bool = False) -> None:
        """Keep a head as the last one that was seen, unless another process of this store saw a newer one.

        even_older: the user accepted a remote that went back. Raises StoreReadOnly, StoreFull.
        """
        for _ in range(100):
            now = self.head(head.area)
            if now is not None and now.sequence > head.sequence and not even_older:
                return
            try:
                before: bytes | None = bytes(self._backend.read(self._key(head.area), 0, MOST_HEAD_BYTES))
            except KeyError:
                before = None
            if self._backend.swap(self._key(head.area), before, heads.encode(head)):
                return
        raise StoreError(f"the copy of {head.area} is being changed by another process", "run the same command again")

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The segments of both heads, as they were last seen."""
        return listings_of(self.head(area) for area in AREAS)

    # -- segments

    def bring(
        self, storage: ObjectStorage, wanted: Iterable[Listing], progress: Callable[[int], None] = lambda _bytes: None
    ) -> list[Listing]:
        """Download the segments that are not here, one request each, and return them. Raises RemoteError, Damaged."""
        new = []
        for listing in wanted:
            if self._has(listing):
                continue
            try:
                stored = segments.verify(storage.read(listing.key, 0, listing.size_bytes), listing.key)
            except KeyError as error:
                raise Damaged(
                    f"{listing.key} is missing at {storage.where}",
                    "run the same command again; if it stays, the remote lost data: push again from a complete store",
                ) from error
            self._indexes[listing.key] = segments.read_index(stored, listing.key)
            self.keep(listing.key, stored)
            progress(listing.size_bytes)
            new.append(listing)
        return new

    def keep(self, key: str, stored: bytes) -> bool:
        """Keep the bytes of a segment. Return False if they were here."""
        return self._backend.create(self._key(key.rpartition("/")[2]), [stored])

    def _has(self, listing: Listing) -> bool:
        """Return True if a segment is here and intact. A damaged copy is deleted."""
        try:
            return self.index(listing) is not None
        except Damaged:
            return False

    def stored(self, listing: Listing) -> bytes:
        """Return the bytes of a segment that is here. Raises Damaged, also if it is not."""
        key = self._key(listing.key.rpartition("/")[2])
        try:
            return segments.verify(bytes(self._backend.read(key, 0, listing.size_bytes + 1)), listing.key)
        except KeyError as error:
            raise Damaged(f"the copy of {listing.key} is not here", "bring it again: %mv_fetch") from error
        except Damaged:
            with suppress(StoreReadOnly):
                self._backend.delete(key)
            raise

    def segment(self, listing: Listing) -> Segment:
        """Return a segment that is here. Raises Damaged."""
        return segments.decode(self.stored(listing), listing.key)

    def index(self, listing: Listing) -> SegmentIndex:
        """Return what a segment has. Raises Damaged."""
        if listing.key not in self._indexes:
            self._indexes[listing.key] = segments.read_index(self.stored(listing), listing.key)
        return self._indexes[listing.key]

    def tidy(self, listed: Iterable[Listing]) -> None:
        """Delete copies of segments that no head lists any more."""
        wanted = {listing.key.rpartition("/")[2] for listing in listed}
        for key in list(self._backend.list(f"{FOLDER}/{self.remote}/")):
            name = key.rpartition("/")[2]
            if len(name) == 40 and name not in wanted:
                self._backend.delete(key, durable=False)

    # -- what the remote has

    def inventory(self, listed: Iterable[Listing] | None = None, doomed: Iterable[str] = ()) -> Inventory:
        """Return what segments list. listed: None for those of the heads that were last seen.

        Raises Damaged, also if one is not here.
        """
        chosen = tuple(self.listings if listed is None else listed)
        key = (*(one.key for one in chosen), *doomed)
        if self._inventory is None or self._inventory[0] != key:
            self._inventory = key, Inventory([self.index(one) for one in chosen], doomed)
        return self._inventory[1]

    def parts(
        self,
        packs: Mapping[str, int],
        listed: Iterable[Listing],
        read_block: Callable[[Contents, Block], bytes] | None = None,
    ) -> KnownPacks:
        """Return the index of the parts in these packs. read_block: reads their blocks. Raises Damaged."""
        chosen = tuple(listed)
        key = ("read" if read_block is not None else "", *(one.key for one in chosen), *packs)
        if self._parts is None or self._parts[0] != key:
            index = KnownPacks()
            found: list[Contents] = []
            for listing in chosen:
                if not listing.packs:
                    continue
                for pack in self.segment(listing).packs:
                    if pack.name in packs:
                        contents = contents_of_ends(pack_key(pack.name), pack.size_bytes, pack.ends)
                        if read_block is not None:
                            contents.read_block = _PackBlocks(contents, read_block)
                        found.append(contents)
            index.add_all({c.pack: c for c in found}.values())
            self._parts = key, index
        return self._parts[1]

    @cached_property
    def folder(self) -> str:
        """The prefix of all its keys in the store."""
        return f"{FOLDER}/{self.remote}/"

    def _key(self, name: str) -> str:
        return f"{FOLDER}/{self.remote}/{name}"


class _PackBlocks:
    """Reads the blocks of one pack at the remote."""

    def __init__(self, contents: Contents, read: Callable[[Contents, Block], bytes]) -> None:
        self._contents, self._read = contents, read

    def __call__(self, block: Block) -> bytes:
        return self._read(self._contents, block)


def pack_key(name: str) -> str:
    """Return the key of a pack at a remote. name: 32 hex digits."""
    return f"packs/{name[:2]}/{name}"


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name of a pack, or one that follows from it if it is taken, so that the same call returns the same.

    name: 32 hex digits, as the result.
    """
    found, number = name, 0
    while found in taken:
        number += 1
        found = id_of(f"{name}/{number}".encode())[:32]
    return found


def listings_of(found: Iterable[Head | None]) -> tuple[Listing, ...]:
    """Return the segments that heads list, each once."""
    return tuple({s.key: s for head in found if head is not None for s in head.segments}.values())
