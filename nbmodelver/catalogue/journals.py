"""All journals of a store, with their indices in memory: they hold the records that are not files of their own."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from itertools import pairwise
from typing import TYPE_CHECKING

from nbmodelver.catalogue.journal import PREFIX, Journal, cut
from nbmodelver.errors import Damaged, StoreTooNew

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbmodelver.model import Backend, VersionId

_NAME = re.compile(r"[0-9a-f]{32}")
_CACHED_BLOCKS = 64


class Journals:
    """The journals of one store. Built on first use, refreshed on demand. Any thread may call it.

    prefix: the folder of their keys.
    """

    def __init__(self, backend: Backend, prefix: str = PREFIX) -> None:
        self._backend = backend
        self.prefix = prefix
        self._guard = threading.RLock()
        self._read: dict[str, Journal] = {}
        self._unreadable: dict[str, Damaged | StoreTooNew] = {}
        self._blocks: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._loaded = False
        self._counted: tuple[object, int] = (None, 0)

    def all(self) -> list[Journal]:
        """Return the readable journals, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        with self._guard:
            return list(self._read.values())

    def unreadable(self) -> dict[str, Damaged | StoreTooNew]:
        """Return the error for each journal whose index is damaged or too new, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        with self._guard:
            return dict(self._unreadable)

    def keys(self) -> list[str]:
        """List the keys of journals in the backend now."""
        return list(self._backend.list(self.prefix))

    def refresh(self, keys: list[str] | None = None) -> None:
        """Read the indices of new journals and drop deleted ones. Costs one listing if nothing changed.

        keys: an existing listing.
        """
        with self._guard:
            listed = set(self.keys() if keys is None else keys)
            for key in sorted(listed - self._read.keys() - self._unreadable.keys()):
                try:
                    if not _NAME.fullmatch(key.removeprefix(self.prefix)):
                        raise Damaged(f"{key} is not a journal", "move the file out of the store")
                    self._read[key] = Journal(self._backend, key)
                except KeyError:  # Replaced by a larger one since the listing.
                    continue
                except (Damaged, StoreTooNew) as error:
                    self._unreadable[key] = error
            self._read = {k: j for k, j in self._read.items() if k in listed}
            self._unreadable = {k: e for k, e in self._unreadable.items() if k in listed}
            self._loaded = True

    def holds(self, id_: VersionId) -> bool:
        """Return True if a journal lists the record, as of the last refresh."""
        return any(journal.find(bytes.fromhex(id_)) for journal in self.all())

    def are_disjoint(self) -> bool:
        """Return True if their ranges of version numbers do not overlap, so no record is in two journals."""
        ranges = sorted((j.row(0).number, j.row(j.count - 1).number) for j in self.all() if j.count)
        return all(a[1] < b[0] for a, b in pairwise(ranges))

    def count(self, without: Collection[VersionId]) -> int:
        """Return the number of records, without those in `without`. Correct only if the journals are disjoint."""
        key = tuple(sorted(j.key for j in self.all())), len(without)
        if self._counted[0] != key:
            self._counted = key, sum(j.count for j in self.all()) - sum(map(self.holds, without))
        return self._counted[1]

    def raw(self, id_: VersionId) -> bytes | None:
        """Return the record's JSON without verifying its hash, None if no readable journal has it.

        Raises Damaged if its block cannot be read.
        """
        wanted = bytes.fromhex(id_)
        problem: Damaged | None = None
        for again in (False, True):
            if again or not self._loaded:
                self.refresh()
            for journal in self.all():
                row = journal.find(wanted)
                if row is None:
                    continue
                try:
                    return cut(self._block(journal, row.block), row)
                except KeyError:  # The journal was replaced since the refresh.
                    continue
                except Damaged as error:
                    problem = error
        if problem is not None:
            raise problem
        return None

    def _block(self, journal: Journal, at: int) -> bytes:
        key = (journal.key, at)
        with self._guard:
            if key in self._blocks:
                self._blocks.move_to_end(key)
                return self._blocks[key]
        raw = journal.block(at)
        with self._guard:
            self._blocks[key] = raw
            while len(self._blocks) > _CACHED_BLOCKS:
                self._blocks.popitem(last=False)
        return raw
