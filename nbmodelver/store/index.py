"""The index from part ids to packs. It is kept in memory and built from the packs' tables of contents.

A part counts as stored if a sealed pack with a valid checksum lists it. If several packs have the same part, the copy
with the smallest depth is used, so two parts can never be each other's base.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.store import condemned
from nbmodelver.store.packs import Contents, Entry, read_contents
from nbmodelver.store.part_rows import ROW_BITS, SortedIds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbmodelver.model import Backend, ObjectId

PREFIX = "packs/"
MANY_PARTS = 4096
"""From this many new parts on, they are sorted into a SortedIds; fewer go into a dict one by one."""

MOST_SORTED = 8
"""With more sorted runs than this, all are sorted again into one: each lookup searches every run."""


class Place(NamedTuple):
    """Where a part is: the pack's table of contents and the entry in it."""

    contents: Contents
    entry: Entry


class PartIndex:
    """The parts of all packs. Built on first use, refreshed when a part is not found. Any thread may call it.

    Entries are integers (pack number and row) until they are looked up, because a store has many parts and a commit
    uses few. Entries of a removed pack stay in the sorted runs and are filtered on lookup.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._guard = threading.RLock()
        self._packs: dict[str, Contents] = {}
        self._unreadable: dict[str, Damaged | StoreTooNew] = {}
        self._numbered: dict[int, Contents] = {}
        self._next = 0
        self._numbers: dict[str, int] = {}
        self._recent: dict[bytes, tuple[int, ...]] = {}
        self._sorted: list[SortedIds] = []
        self._loaded = False

    def find(self, id_: ObjectId) -> Place | None:
        """Return where the part is, or None. Refreshes the index once if the part is not in it."""
        place = self._place(id_)
        if place is None:
            self.refresh()
            place = self._place(id_)
        return place

    def known(self, id_: ObjectId) -> Place | None:
        """Return where the part is, as of the last refresh, or None."""
        if not self._loaded:
            self.refresh()
        return self._place(id_)

    def has(self, id_: ObjectId) -> bool:
        """Return True if the part was stored at the last refresh."""
        if not self._loaded:
            self.refresh()
        with self._guard:
            return bool(self._living(bytes.fromhex(id_)))

    def packs(self) -> dict[str, Contents]:
        """Refresh, and return all readable packs by key."""
        self.refresh()
        with self._guard:
            return dict(self._packs)

    def unreadable(self) -> dict[str, Damaged | StoreTooNew]:
        """Refresh, and return the error for each pack that is damaged or too new. Its parts count as not stored."""
        self.refresh()
        with self._guard:
            return dict(self._unreadable)

    def parts(self) -> Iterator[Place]:
        """Refresh, and return every part once, at the copy that is read."""
        self.refresh()
        with self._guard:
            packs = list(self._packs.values())
        shallowest: dict[ObjectId, Place] = {}
        for contents in packs:
            for entry in contents.entries:
                other = shallowest.get(entry.id)
                if other is None or (entry.depth, contents.pack) < (other.entry.depth, other.contents.pack):
                    shallowest[entry.id] = Place(contents, entry)
        return iter(shallowest.values())

    def refresh(self) -> None:
        """Read the tables of contents of new packs and drop removed packs. Costs one listing if none changed."""
        with self._guard:
            keys = set(self._backend.list(PREFIX)) - condemned.read(self._backend)
            gone = [k for k in (*self._packs, *self._unreadable) if k not in keys]
            new = [self._read(key) for key in sorted(keys - self._packs.keys() - self._unreadable.keys())]
            self._take([contents for contents in new if contents is not None])
            for key in gone:
                self._unreadable.pop(key, None)
                if key in self._packs:
                    self._drop(self._packs.pop(key))
            self._loaded = True

    def add(self, contents: Contents) -> None:
        """Add a pack that this process has just sealed."""
        with self._guard:
            if contents.pack in self._packs:
                self._drop(self._packs[contents.pack])
            self._take([contents])

    def add_all(self, packs: Iterable[Contents]) -> None:
        """Add packs that the index does not have."""
        with self._guard:
            self._take([contents for contents in packs if contents.pack not in self._packs])

    def _take(self, new: list[Contents]) -> None:
        for contents in new:
            self._packs[contents.pack] = contents
            self._numbers[contents.pack] = self._next
            self._numbered[self._next] = contents
            self._next += 1
        if sum(contents.count for contents in new) < MANY_PARTS:
            for contents in new:
                first = self._numbers[contents.pack] << ROW_BITS
                for row, id_ in enumerate(contents.ids(), first):
                    self._recent[id_] = (*self._recent.get(id_, ()), row)
            return
        if len(self._sorted) == MOST_SORTED:
            new = list(self._packs.values())
            self._sorted, self._recent = [], {}
        self._sorted.append(SortedIds({self._numbers[contents.pack]: contents.rows() for contents in new}))

    def _read(self, key: str) -> Contents | None:
        try:
            return read_contents(self._backend, key)
        except KeyError:  # Merged or collected since the listing.
            return None
        except (Damaged, StoreTooNew) as error:
            self._unreadable[key] = error
            return None

    def _drop(self, contents: Contents) -> None:
        """Remove a pack. Parts that are also in another pack are found there from now on."""
        number = self._numbers.pop(contents.pack)
        del self._numbered[number]
        if contents.count < MANY_PARTS:
            for id_ in contents.ids():
                places = tuple(at for at in self._recent.get(id_, ()) if at >> ROW_BITS != number)
                if places:
                    self._recent[id_] = places
                else:
                    self._recent.pop(id_, None)

    def _living(self, id_: bytes) -> list[int]:
        """Return the entries of a part (20 bytes) in existing packs."""
        found = [*self._recent.get(id_, ()), *(at for ids in self._sorted for at in ids.find(id_))]
        return [at for at in found if at >> ROW_BITS in self._numbered]

    def _place(self, id_: ObjectId) -> Place | None:
        with self._guard:
            living = self._living(bytes.fromhex(id_))
            if not living:
                return None
            contents, row = self._split(living[0] if len(living) == 1 else min(living, key=self._rank))
        return Place(contents, contents.entry(row))

    def _split(self, at: int) -> tuple[Contents, int]:
        return self._numbered[at >> ROW_BITS], at & (1 << ROW_BITS) - 1

    def _rank(self, at: int) -> tuple[int, str]:
        contents, row = self._split(at)
        return contents.entry(row).depth, contents.pack
