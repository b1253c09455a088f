"""10: elements taken from a base, by an index that many parts have in common: rows sorted, shuffled, filtered.

Stored: width (1 byte). The base of the block is the whole old part, then one u32 for each element: its place there.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.shuffled import WIDTHS

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

INDEX_BYTES = 4
_HEAD = struct.Struct("<B")


@dataclass(frozen=True)
class Gather:
    """For columns whose rows were moved or left out together."""

    width: int
    number = 10

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Next to nothing, or None where the lengths do not fit. That the index is right was found out before."""
        count, rest = divmod(len(raw), self.width)
        old = len(base) - INDEX_BYTES * count
        return None if rest or old < 0 or old % self.width else [self.stored]

    @property
    def stored(self) -> bytes:
        """The bytes of a block: the base and the index say everything else."""
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
        raise ValueError("the base of taken elements has another length")
    lanes.gather(memoryview(base)[:old], memoryview(base)[old:], width, out)
