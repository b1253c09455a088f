"""A lazily decoded byte range of a stored part: the base of a delta that is too large for memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nbmodelver.store.lanes import room

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

RUN_BYTES = 8 << 20
"""Bytes of a large base that are decoded at a time: eight blocks."""

Fill = Callable[[memoryview, int, bool], None]
"""(out, start, wide): decodes len(out) bytes from `start` on into `out`. wide: with all threads."""


class Stretch:
    """A range of a stored part. Slicing gives another Stretch; only `read` and `pieces` decode. Immutable."""

    def __init__(self, fill: Fill, start: int, end: int, wide: bool = False) -> None:
        """wide: decode with all threads; must be False in a task of the pool."""
        self._fill, self._start, self._end, self._wide = fill, start, end, wide

    def __len__(self) -> int:
        return self._end - self._start

    def __getitem__(self, where: slice) -> Stretch:
        start, end, _ = where.indices(len(self))
        return Stretch(self._fill, self._start + start, self._start + max(end, start), self._wide)

    def with_all_threads(self) -> Stretch:
        """Return the same range, decoded by all threads. Not for a task of the pool."""
        return Stretch(self._fill, self._start, self._end, wide=True)

    def pieces(self, size: int) -> Iterator[memoryview]:
        """Yield the bytes, `size` at a time. The memory of a piece is reused for the next one. Raises Damaged."""
        window = room(min(size, len(self)))
        for at in range(0, len(self), size):
            yield self[at : at + size].read(window)

    def read(self, into: memoryview | None = None) -> memoryview:
        """Return the bytes: 1-D uint8, writable, in new memory or in `into` (writable, at least as long).

        Raises Damaged, MissingPart.
        """
        out = room(len(self)) if into is None else into[: len(self)]
        self._fill(out, self._start, self._wide)
        return out


Base = memoryview | Stretch


def bytes_of(base: Buffer | Stretch) -> Buffer:
    """Return the bytes of a base; decodes a Stretch. Raises Damaged, MissingPart."""
    return base.read() if isinstance(base, Stretch) else base
