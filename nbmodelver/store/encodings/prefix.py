"""Encoding 9: one zstd frame with the base as prefix, so it can refer to any earlier byte of the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store.encodings.frames import can_write_prefix, compress_after, decompress

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer


_LEAST_BASE_BYTES = 8  # The shortest dictionary that the library accepts.


@dataclass(frozen=True)
class Prefix:
    """For bytes that resemble sections of the base at any offset."""

    level: int = 1
    number = 9

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return one frame, or None if no library here can write it."""
        return (
            [compress_after(raw, base, self.level)] if can_write_prefix() and len(base) >= _LEAST_BASE_BYTES else None
        )


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Prefix.encode."""
    out[:] = decompress(stored, len(out), prefix=base)
