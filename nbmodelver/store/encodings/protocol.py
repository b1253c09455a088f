"""What an encoding is: a number in the pack, a way to bytes and a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nbmodelver.store.lanes import Buffer


class BlockEncoder(Protocol):
    """Turns the raw bytes of one block into stored ones. Made for one part, used by many threads at once."""

    @property
    def number(self) -> int:
        """The encoding's number in the pack; given once, never to another encoding."""
        ...

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """The stored bytes in pieces, or None when this block does not fit the encoding.

        raw: only read, may be live memory. base: what the decoder will get, empty without a base.
        """
        ...


Decode = Callable[[memoryview, memoryview, Buffer], None]
"""(stored, out, base): fill `out`. `base` may be the memory of `out`. Raises ValueError for anything not written by
the encoder; never reads or writes outside of the three, never allocates more than `out` and `base` account for."""
