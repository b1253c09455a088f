"""Encoding 3: bytes that are 0 or 1, packed eight to a byte, in one zstd frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.frames import compress, decompress

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer


@dataclass(frozen=True)
class Bits:
    """For booleans."""

    level: int = 1
    number = 3

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return one frame, or None if a byte is neither 0 nor 1."""
        packed = lanes.pack_bits(raw)
        return None if packed is None else [compress(packed, self.level)]


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Bits.encode."""
    lanes.unpack_bits(decompress(stored, (len(out) + 7) // 8), out)
