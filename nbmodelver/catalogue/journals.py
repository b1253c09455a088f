"""All journals of a store: where a record lies that is no file of its own. Read when first asked, then kept."""

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

_KEY = re.compile(r"journals/[0-9a-f]{32}")
_CACHED_BLOCKS = 64


class Journals:
    """The journals of one store. Any thread may ask."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._guard = threading.RLock()
        self._read: dict[str, Journal] = {}
        self._unreadable: dict[str, Damaged | StoreTooNew] = {}
        self._blocks: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._loaded = False
        self._counted: tuple[object, int] = (None, 0)

    def all(self) -> list[Journal]:
        """The readable ones, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        with self._guard:
            return list(self._read.values())

    def unreadable(self) -> dict[str, Damaged | StoreTooNew]:
        """Those whose index is damaged or newer: what lies in them is not known."""
        if not self._loaded:
            self.refresh()
        with self._guard:
            return dict(self._unreadable)

    def keys(self) -> list[str]:
        """What the place lists now."""
        return list(self._backend.list(PREFIX))

    def refresh(self, keys: list[str] | None = None) -> None:
        """Read the indices of new journals, drop those that are gone. Costs one listing when nothing changed."""
        with self._guard:
            listed = set(self.keys() if keys is None else keys)
            for key in sorted(listed - self._read.keys() - self._unreadable.keys()):
                try:
                    if not _KEY.fullmatch(key):
                        raise Damaged(f"{key} is no journal", "move it out of the store")
                    self._read[key] = Journal(self._backend, key)
                except KeyError:  # Replaced by a larger one since the listing.
                    continue
                except (Damaged, StoreTooNew) as error:
                    self._unreadable[key] = error
            self._read = {k: j for k, j in self._read.items() if k in listed}
            self._unreadable = {k: e for k, e in self._unreadable.items() if k in listed}
            self._loaded = True

    def holds(self, id_: VersionId) -> bool:
        """Whether a journal lists the record, as of the last refresh."""
        return any(journal.find(bytes.fromhex(id_)) for journal in self.all())

    def disjoint(self) -> bool:
        """Whether their ranges of numbers do not overlap, so that no record is in two of them."""
        ranges = sorted((j.row(0).number, j.row(j.count - 1).number) for j in self.all() if j.count)
        return all(a[1] < b[0] for a, b in pairwise(ranges))

    def count(self, without: Collection[VersionId]) -> int:
        """How many records they hold but for these; only right when they are disjoint."""
        key = tuple(sorted(j.key for j in self.all())), len(without)
        if self._counted[0] != key:
            self._counted = key, sum(j.count for j in self.all()) - sum(map(self.holds, without))
        return self._counted[1]

    def raw(self, id_: VersionId) -> bytes | None:
        """The record's JSON as it lies in a journal, its hash not compared; None when no readable journal has it.

        Raises Damaged when its block cannot be read.
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
                except KeyError:  # Replaced since the refresh.
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
