"""Encoding 7: the elements in which a block differs from a base of equal length: their distances and their new values.

Stored: width (1 byte), their number (4 bytes), the bytes left over at the end, lanes of the gaps, lanes of the values.
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

_HEAD = struct.Struct("<BI")
_GAP_BYTES = 4


@dataclass(frozen=True)
class Patch:
    """For a few scattered edits."""

    width: int
    level: int = 1
    number = 7

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return the changed elements, or None if the lengths differ."""
        if len(raw) != len(base):
            return None
        gaps, values = lanes.patch(raw, base, self.width)
        rest = bytes(raw[len(raw) - len(raw) % self.width :])
        return [
            _HEAD.pack(self.width, len(gaps)) + rest,
            *pack_lanes(lanes.as_lanes(gaps, "gaps"), [ZSTD] * _GAP_BYTES, self.level),
            *pack_lanes(lanes.as_lanes(values), [ZSTD] * self.width, self.level),
        ]


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Patch.encode."""
    width, count = _HEAD.unpack_from(stored)
    if width not in WIDTHS or len(base) != len(out) or count > len(out) // width:
        raise ValueError("unknown changes")
    rest = len(out) % width
    gaps, after = unpack_lanes(stored[_HEAD.size + rest :], _GAP_BYTES, count)
    values = last_lanes(after, width, count)
    out[:] = base
    lanes.apply_patch(lanes.from_lanes(gaps), lanes.from_lanes(values), out)
    out[len(out) - rest :] = stored[_HEAD.size : _HEAD.size + rest]
