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
    """The parts of all packs; made on first use, brought up to date when something is not found."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._guard = threading.RLock()
        self._packs: dict[str, Contents] = {}
        self._unreadable: dict[str, Damaged | StoreTooNew] = {}
        self._places: dict[ObjectId, Place] = {}
        self._loaded = False

    def find(self, id_: ObjectId) -> Place | None:
        """Where the part is, or None when no pack has it, not even one written a moment ago by someone else."""
        place = self._places.get(id_)
        if place is None:
            self.refresh()
            place = self._places.get(id_)
        return place

    def known(self, id_: ObjectId) -> Place | None:
        """Where the part is, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        return self._places.get(id_)

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
            return iter(list(self._places.values()))

    def refresh(self) -> None:
        """Read the tables of contents of new packs, forget packs that are gone. Costs one listing when none changed."""
        with self._guard:
            keys = set(self._backend.list(PREFIX)) - condemned.read(self._backend)
            gone = [k for k in (*self._packs, *self._unreadable) if k not in keys]
            for key in sorted(keys - self._packs.keys() - self._unreadable.keys()):
                self._read(key)
            for key in gone:
                self._packs.pop(key, None)
                self._unreadable.pop(key, None)
            if gone:
                self._places = {}
                for contents in self._packs.values():
                    self._add(contents)
            self._loaded = True

    def add(self, contents: Contents) -> None:
        """Take in a pack that this process has just sealed."""
        with self._guard:
            self._packs[contents.pack] = contents
            self._add(contents)

    def _read(self, key: str) -> None:
        try:
            contents = read_contents(self._backend, key)
        except KeyError:  # Merged or collected since the listing.
            return
        except (Damaged, StoreTooNew) as error:
            self._unreadable[key] = error
            return
        self.add(contents)

    def _add(self, contents: Contents) -> None:
        for entry in contents.entries:
            known = self._places.get(entry.id)
            if known is None or _rank(contents, entry) < _rank(*known):
                self._places[entry.id] = Place(contents, entry)


def _rank(contents: Contents, entry: Entry) -> tuple[int, str]:
    return entry.depth, contents.pack
