"""Encoding 4: the distinct elements of a block, and a code of one byte for each element.

Stored: width (1 byte), number of distinct elements less one (1 byte), the bytes left over at the end, the distinct
elements, one lane of codes. For columns with few values: labels, ratings, rounded numbers, flags as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lookups
from nbmodelver.store.encodings.frames import last_lanes, pack_lanes
from nbmodelver.store.encodings.shuffled import WIDTHS

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

MOST_VALUES = 256


@dataclass(frozen=True)
class Dictionary:
    """For columns with few distinct values. values: those in the samples; a block may have a few others.

    mode: how the lane of codes is compressed (frames.RAW, ZSTD, ENTROPY).
    """

    width: int
    values: bytes
    mode: int
    level: int = 1
    number = 4

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return head, rest, values and codes, or None if the block has more than 256 distinct values."""
        found = lookups.codes(raw, self.values, self.width, MOST_VALUES)
        if found is None:
            return None
        codes, values = found
        rest = bytes(raw[len(raw) - len(raw) % self.width :])
        head = bytes((self.width, len(values) // self.width - 1))
        return [head, rest, values, *pack_lanes(codes.reshape(1, -1), (self.mode,), self.level)]


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Dictionary.encode."""
    width, count = stored[0], stored[1] + 1
    if width not in WIDTHS:
        raise ValueError("unknown width")
    rest = len(out) % width
    values = 2 + rest
    coded = values + count * width
    if len(stored) < coded:
        raise ValueError("values are missing")
    (codes,) = last_lanes(stored[coded:], 1, len(out) // width)
    lookups.look_up(codes, stored[values:coded], width, out)
    out[len(out) - rest :] = stored[2:values]
