"""Encodings 0 (raw bytes), 1 (one zstd frame) and 6 (a copy of the base)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store.encodings.frames import compress, decompress

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer


@dataclass(frozen=True)
class Raw:
    """For noise, which does not compress."""

    number = 0

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview]:
        """Return a copy of the block: live memory may change before it is written."""
        return [bytes(raw)]


@dataclass(frozen=True)
class Zstd:
    """For text, trees, pickles and unknown layouts."""

    level: int = 1
    number = 1

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview]:
        """Return one frame."""
        return [compress(raw, self.level)]


def decode_raw(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Copy `stored`."""
    out[:] = stored


def decode_zstd(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Decompress `stored`."""
    out[:] = decompress(stored, len(out))


def decode_copy(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Copy `base`. A copy has no stored bytes."""
    if len(stored):
        raise ValueError("a copy has stored bytes")
    out[:] = base
