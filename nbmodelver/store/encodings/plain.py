"""0: the bytes as they are. 1: one zstd frame. 6: the bytes of the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store.encodings.frames import compress, decompress

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer


@dataclass(frozen=True)
class Raw:
    """For noise: compressing it costs time and gains nothing."""

    number = 0

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview]:
        """The block itself, copied: live memory may change before it is written."""
        return [bytes(raw)]


@dataclass(frozen=True)
class Zstd:
    """For text, trees, pickles and whatever is unknown."""

    level: int = 1
    number = 1

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview]:
        """One frame."""
        return [compress(raw, self.level)]


def decode_raw(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Copy `stored`."""
    out[:] = stored


def decode_zstd(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Decompress `stored`."""
    out[:] = decompress(stored, len(out))


def decode_copy(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Copy `base`; nothing is stored."""
    if len(stored):
        raise ValueError("a copy holds bytes of its own")
    out[:] = base
