"""4: the distinct elements of a block once, and a code of one byte for each element.

Stored: width (1 byte), number of distinct elements less one (1 byte), the bytes left over at the end, the distinct
elements, one lane of codes. For columns with few values: labels, ratings, rounded numbers, flags as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.frames import last_lanes, pack_lanes
from nbmodelver.store.encodings.shuffled import WIDTHS

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

MOST_VALUES = 256


@dataclass(frozen=True)
class Dictionary:
    """values: the distinct elements of the samples; a block may have a few others."""

    width: int
    values: bytes
    mode: int
    level: int = 1
    number = 4

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Head, rest, values and codes, or None for a block with too many."""
        found = lanes.codes(raw, self.values, self.width, MOST_VALUES)
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
    lanes.look_up(codes, stored[values:coded], width, out)
    out[len(out) - rest :] = stored[2:values]
