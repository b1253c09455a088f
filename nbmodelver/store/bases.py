"""Raw bytes of parts that were stored as deltas lately: what changed in the last version will change in the next.

Without them, a delta needs its whole chain decoded first: for small training steps that was two thirds of a commit.
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
    """The latest of them, up to a limit in all. From any thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._guard = threading.Lock()
        self._kept: OrderedDict[ObjectId, memoryview] = OrderedDict()
        self._bytes = 0

    def get(self, id_: ObjectId) -> memoryview | None:
        """The raw bytes of a part, read only, if they are here."""
        with self._guard:
            found = self._kept.get(id_)
            if found is not None:
                self._kept.move_to_end(id_)
            return found

    def keep(self, id_: ObjectId, raw: memoryview) -> None:
        """Copy the bytes of a part. Live memory may have changed: what has not this id is not kept."""
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
        """Forget one: a newer part stands in its place."""
        with self._guard:
            gone = self._kept.pop(id_, None)
            self._bytes -= len(gone) if gone is not None else 0
