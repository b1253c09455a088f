"""Which pack holds a part. In memory only: the packs' own tables of contents are the truth.

A part counts as stored only because a sealed pack with a matching checksum lists it. When several packs hold the
same part, the shallowest one is used: two parts can then never be each other's base.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.store import condemned
from nbmodelver.store.packs import Contents, Entry, read_contents
from nbmodelver.store.part_rows import ROW_BITS, SortedIds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Backend, ObjectId

PREFIX = "packs/"
MANY_PARTS = 4096
"""Read at once, so many parts are sorted; fewer are keys of a dict, which takes them one by one."""

MOST_SORTED = 8


class Place(NamedTuple):
    """A part in a pack."""

    contents: Contents
    entry: Entry


class PartIndex:
    """The parts of all packs; made on first use, brought up to date when something is not found.

    A part is a number, pack and row, until it is asked for: a store of a hundred thousand versions has many parts, and
    a commit asks for few. Parts of a pack that is gone are left where they are listed, and not found.
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
        """Where the part is, or None when no pack has it, not even one written a moment ago by someone else."""
        place = self._place(id_)
        if place is None:
            self.refresh()
            place = self._place(id_)
        return place

    def known(self, id_: ObjectId) -> Place | None:
        """Where the part is, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        return self._place(id_)

    def has(self, id_: ObjectId) -> bool:
        """Whether the part is stored, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        with self._guard:
            return bool(self._living(bytes.fromhex(id_)))

    def packs(self) -> dict[str, Contents]:
        """All readable packs by key."""
        self.refresh()
        with self._guard:
            return dict(self._packs)

    def unreadable(self) -> dict[str, Damaged | StoreTooNew]:
        """The packs whose tables of contents are damaged or newer; their parts are not stored, as far as is known."""
        self.refresh()
        with self._guard:
            return dict(self._unreadable)

    def parts(self) -> Iterator[Place]:
        """Every part once, at the place where it is read."""
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
        """Read the tables of contents of new packs, forget packs that are gone. Costs one listing when none changed."""
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
        """Take in a pack that this process has just sealed."""
        with self._guard:
            if contents.pack in self._packs:
                self._drop(self._packs[contents.pack])
            self._take([contents])

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
        """Forget a pack; a part that is in another one too is read there from now on."""
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
        """Where the part is, in packs that are not gone."""
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
