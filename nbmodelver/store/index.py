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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Backend, ObjectId

PREFIX = "packs/"


class Place(NamedTuple):
    """A part in a pack."""

    contents: Contents
    entry: Entry


class Index:
    """The parts of all packs; made on first use, brought up to date when something is not found.

    A part is a number, pack and row, until it is asked for: a store of a hundred thousand versions has many parts, and
    a commit asks for few. Ids of parts are turned into places only then.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._guard = threading.RLock()
        self._packs: dict[str, Contents] = {}
        self._unreadable: dict[str, Damaged | StoreTooNew] = {}
        self._numbered: dict[int, Contents] = {}
        self._next = 0
        self._numbers: dict[str, int] = {}
        self._where: dict[bytes, int] = {}
        self._copies: dict[bytes, list[int]] = {}
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
        return bytes.fromhex(id_) in self._where

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
            rows = {pack: contents.entries for pack, contents in self._packs.items()}
            places = [self._split(at) for at in self._where.values()]
        return (Place(contents, rows[contents.pack][row]) for contents, row in places)

    def refresh(self) -> None:
        """Read the tables of contents of new packs, forget packs that are gone. Costs one listing when none changed."""
        with self._guard:
            keys = set(self._backend.list(PREFIX)) - condemned.read(self._backend)
            gone = [k for k in (*self._packs, *self._unreadable) if k not in keys]
            for key in sorted(keys - self._packs.keys() - self._unreadable.keys()):
                self._read(key)
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
            self._packs[contents.pack] = contents
            self._numbers[contents.pack] = number = self._next
            self._numbered[number] = contents
            self._next += 1
            first = number << _ROW_BITS
            new = dict(zip(contents.ids(), range(first, first + contents.count), strict=True))
            for id_ in self._where.keys() & new.keys():
                copies = self._copies.setdefault(id_, [self._where[id_]])
                copies.append(new[id_])
                new[id_] = min(copies, key=self._rank)
            self._where.update(new)

    def _read(self, key: str) -> None:
        try:
            contents = read_contents(self._backend, key)
        except KeyError:  # Merged or collected since the listing.
            return
        except (Damaged, StoreTooNew) as error:
            self._unreadable[key] = error
            return
        self.add(contents)

    def _drop(self, contents: Contents) -> None:
        """Forget a pack; a part that is in another one too is read there from now on."""
        number = self._numbers.pop(contents.pack)
        for id_ in contents.ids():
            copies = self._copies.get(id_)
            if copies is None:
                self._where.pop(id_, None)
                continue
            copies[:] = [at for at in copies if at >> _ROW_BITS != number]
            if copies:
                self._where[id_] = min(copies, key=self._rank)
            else:
                self._where.pop(id_, None)
            if len(copies) < 2:
                del self._copies[id_]
        del self._numbered[number]

    def _place(self, id_: ObjectId) -> Place | None:
        with self._guard:
            at = self._where.get(bytes.fromhex(id_))
            if at is None:
                return None
            contents, row = self._split(at)
        return Place(contents, contents.entry(row))

    def _split(self, at: int) -> tuple[Contents, int]:
        return self._numbered[at >> _ROW_BITS], at & (1 << _ROW_BITS) - 1

    def _rank(self, at: int) -> tuple[int, str]:
        contents, row = self._split(at)
        return contents.entry(row).depth, contents.pack


_ROW_BITS = 32
