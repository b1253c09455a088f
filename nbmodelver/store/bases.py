"""A cache of the raw bytes of parts that were recently stored as deltas: they are the likely bases of the next commit.

Without it, the chain of each base is decoded first. For small training steps that took two thirds of a commit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from nbmodelver.store.hashes import id_of
from nbmodelver.store.lanes import copy, room

if TYPE_CHECKING:
    from nbmodelver.model import ObjectId

MOST_BYTES = 128 << 20
MOST_BYTES_EACH = 32 << 20


class Bases:
    """A least-recently-used cache, bounded in bytes. Any thread may call it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._guard = threading.Lock()
        self._kept: OrderedDict[ObjectId, memoryview] = OrderedDict()
        self._bytes = 0

    def get(self, id_: ObjectId) -> memoryview | None:
        """Return the raw bytes of a part (1-D uint8, read-only) or None."""
        with self._guard:
            found = self._kept.get(id_)
            if found is not None:
                self._kept.move_to_end(id_)
            return found

    def keep(self, id_: ObjectId, raw: memoryview) -> None:
        """Add a copy of the bytes of a part, unless their hash is not `id_`: live memory may have changed."""
        if len(raw) > min(MOST_BYTES_EACH, self._most_bytes) or self.get(id_) is not None:
            return
        made = room(len(raw))
        copy(made, raw)
        if id_of(made) != id_:
            return
        with self._guard:
            if id_ not in self._kept:
                self._kept[id_] = made.toreadonly()
                self._bytes += len(made)
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1])

    def drop(self, id_: ObjectId) -> None:
        """Remove a part, because a newer one replaces it as the likely base."""
        with self._guard:
            gone = self._kept.pop(id_, None)
            self._bytes -= len(gone) if gone is not None else 0
