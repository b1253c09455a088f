"""The interface of an encoding: a number, an encoder and a decoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nbmodelver.store.lanes import Buffer


class BlockEncoder(Protocol):
    """Encodes the raw bytes of a block. Immutable; created for one part, used by many threads at once."""

    @property
    def number(self) -> int:
        """The encoding's number in the pack. A number is never reused for another encoding."""
        ...

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return the stored bytes in pieces, or None if the encoding cannot represent this block.

        raw: 1-D uint8; only read; may be live memory. base: the bytes that the decoder will get, empty without a base.
        The pieces may be scratch memory: the caller joins them before the next call in this thread.
        """
        ...


Decode = Callable[[memoryview, memoryview, Buffer], None]
"""(stored, out, base): decodes into `out` (writable uint8). Encodings 7 and 8 accept `base` in the memory of `out`.
Raises ValueError, IndexError or struct.error for malformed bytes. Allocates no more than `out` and `base` justify."""
