"""Encoding 10: elements gathered from a base through a row index that several parts share: sorted or filtered rows.

Stored: width (1 byte). The base of the block is the whole old part, followed by the index, one u32 per element: its
position in the old part.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lookups
from nbmodelver.store.encodings.shuffled import WIDTHS

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

INDEX_BYTES = 4
_HEAD = struct.Struct("<B")


@dataclass(frozen=True)
class Gather:
    """For the columns of a table whose rows were moved or left out."""

    width: int
    number = 10

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return the width, or None if the lengths do not match. The caller has verified the index."""
        count, rest = divmod(len(raw), self.width)
        old = len(base) - INDEX_BYTES * count
        return None if rest or old < 0 or old % self.width else [self.stored]

    @property
    def stored(self) -> bytes:
        """The stored bytes of every block with this width."""
        return _HEAD.pack(self.width)


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Gather.encode."""
    (width,) = _HEAD.unpack(stored)
    if width not in WIDTHS:
        raise ValueError("unknown width")
    _take(out, base, width)


def _take(out: memoryview, base: Buffer, width: int) -> None:
    count, rest = divmod(len(out), width)
    old = len(base) - INDEX_BYTES * count
    if rest or old < 0 or old % width:
        raise ValueError("the base of a gather has another length")
    lookups.gather(memoryview(base)[:old], memoryview(base)[old:], width, out)
