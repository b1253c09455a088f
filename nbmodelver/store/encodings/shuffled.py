"""Encoding 2: byte lanes of elements of equal width, after a transform; each lane is compressed on its own or raw.

Stored: width (1 byte), transform (1 byte), the bytes left over at the end, then the lanes (FORMAT.md, "Lanes").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.frames import last_lanes, pack_lanes

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

WIDTHS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Shuffled:
    """For numbers. modes: how each lane is compressed (frames.RAW, ZSTD, ENTROPY), low byte first."""

    width: int
    transform: int
    modes: tuple[int, ...]
    level: int = 1
    number = 2

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview]:
        """Return head, rest and lanes."""
        rest = bytes(raw[len(raw) - len(raw) % self.width :])
        split = lanes.split(raw, self.width, self.transform)
        return [bytes((self.width, self.transform)), rest, *pack_lanes(split, self.modes, self.level)]


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Shuffled.encode."""
    width, transform = stored[0], stored[1]
    if width not in WIDTHS or transform not in (lanes.NONE, lanes.ROTATE, lanes.STEP):
        raise ValueError("unknown lanes")
    count, rest = divmod(len(out), width)
    lanes.join(last_lanes(stored[2 + rest :], width, count), transform, out)
    out[len(out) - rest :] = stored[2 : 2 + rest]
