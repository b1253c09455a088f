"""A stored part as bytes that are decoded only where someone looks: the base of a delta too large to be held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nbmodelver.store.lanes import room

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer

RUN_BYTES = 8 << 20
"""So much of a large base is decoded at a time: a few blocks."""

Fill = Callable[[memoryview, int, bool], None]
"""(out, start, wide): put the bytes from `start` on into `out`; wide: with all threads."""


class Stretch:
    """A run of a stored part. Slices of it are stretches too; `read` decodes."""

    def __init__(self, fill: Fill, start: int, end: int, wide: bool = False) -> None:
        """wide: decode with all threads; not for a task of the pool itself."""
        self._fill, self._start, self._end, self._wide = fill, start, end, wide

    def __len__(self) -> int:
        return self._end - self._start

    def __getitem__(self, where: slice) -> Stretch:
        start, end, _ = where.indices(len(self))
        return Stretch(self._fill, self._start + start, self._start + max(end, start), self._wide)

    def with_all_threads(self) -> Stretch:
        """The same run, for whoever is no task of the pool."""
        return Stretch(self._fill, self._start, self._end, wide=True)

    def pieces(self, size: int) -> Iterator[memoryview]:
        """The bytes, `size` at a time, in memory that the next piece uses again."""
        window = room(min(size, len(self)))
        for at in range(0, len(self), size):
            yield self[at : at + size].read(window)

    def read(self, into: memoryview | None = None) -> memoryview:
        """The bytes; into: memory of at least that length to decode into."""
        out = room(len(self)) if into is None else into[: len(self)]
        self._fill(out, self._start, self._wide)
        return out


Base = memoryview | Stretch


def bytes_of(base: Buffer | Stretch) -> Buffer:
    """The bytes of a base, in memory already or decoded now."""
    return base.read() if isinstance(base, Stretch) else base
