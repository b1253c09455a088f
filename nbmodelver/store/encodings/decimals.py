"""Encoding 5: float64 values that are decimal numbers with few digits, as integers. Others (NaN, 1/3) are exceptions.

Stored: digits after the point (1 byte), bytes of an integer (1 byte), transform (1 byte), the smallest integer
(8 bytes), number of exceptions (4 bytes), lanes of the integers less the smallest, lanes of the exceptions' gaps
(4 bytes each), lanes of the exceptions (8 bytes each). A value is exactly integer / 10**digits, verified bit by bit by
the encoder: division and conversion are exactly rounded in IEEE 754, so every machine decodes the same bits. A related
published scheme is ALP, adaptive lossless floating-point compression (Afroozeh, Kuffo and Boncz 2023).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.frames import ZSTD, last_lanes, pack_lanes, unpack_lanes
from nbmodelver.store.encodings.shuffled import WIDTHS

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

_HEAD = struct.Struct("<BBBqI")
MOST_DIGITS = 6
_GAP_BYTES, _FLOAT_BYTES = 4, 8


@dataclass(frozen=True)
class Decimals:
    """For prices, rounded measurements and integers as floats. modes: of the integers' lanes, low byte first."""

    digits: int
    modes: tuple[int, ...]
    level: int = 1
    number = 5

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return head and lanes, or None if too many values are exceptions."""
        found = None if len(raw) % _FLOAT_BYTES else lanes.to_decimals(raw, self.digits)
        if found is None:
            return None
        head = _HEAD.pack(self.digits, found.width, lanes.NONE, found.smallest, len(found.gaps))
        modes = (*self.modes, *[ZSTD] * found.width)[: found.width]
        return [
            head,
            *pack_lanes(lanes.as_lanes(found.integers()), modes, self.level),
            *pack_lanes(lanes.as_lanes(found.gaps, "gaps"), [ZSTD] * _GAP_BYTES, self.level),
            *pack_lanes(lanes.as_lanes(found.exceptions, "beside"), [ZSTD] * _FLOAT_BYTES, self.level),
        ]


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Decimals.encode."""
    digits, width, transform, smallest, exceptions = _HEAD.unpack_from(stored)
    count = len(out) // _FLOAT_BYTES
    if (
        digits > MOST_DIGITS
        or width not in WIDTHS
        or transform not in (lanes.NONE, lanes.STEP)
        or exceptions > count
        or len(out) % _FLOAT_BYTES
    ):
        raise ValueError("unknown decimals")
    integers, after = unpack_lanes(stored[_HEAD.size :], width, count)
    gaps, after = unpack_lanes(after, _GAP_BYTES, exceptions)
    values = last_lanes(after, _FLOAT_BYTES, exceptions)
    lanes.from_decimals(integers, transform, smallest, digits, out)
    lanes.apply_patch(lanes.from_lanes(gaps), lanes.from_lanes(values), out)
