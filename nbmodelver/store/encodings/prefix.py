"""9: one zstd frame in which the bytes of the base count as already seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store.encodings.frames import can_write_prefix, compress_after, decompress

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer


_LEAST_BASE_BYTES = 8  # What the library takes for a dictionary at all.


@dataclass(frozen=True)
class Prefix:
    """For anything that resembles its base, wherever in it."""

    level: int = 1
    number = 9

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """One frame, or None where no library can write it."""
        return (
            [compress_after(raw, base, self.level)] if can_write_prefix() and len(base) >= _LEAST_BASE_BYTES else None
        )


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Prefix.encode."""
    out[:] = decompress(stored, len(out), prefix=base)
