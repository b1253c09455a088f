"""A store as it would be: what is written goes to memory, what is deleted is only left out, nothing is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from nbmodelver.model import Backend


class Overlay:
    """The Backend protocol over another backend, which is only read: for a gc that finds out what a gc would free."""

    def __init__(self, below: Backend) -> None:
        self._below = below
        self._above = MemoryBackend()
        self._gone: set[str] = set()

    @property
    def where(self) -> str:
        """The place below, for messages."""
        return self._below.where

    def _has(self, key: str) -> Backend:
        """Where the key is. Raises KeyError."""
        if key in self._gone:
            raise KeyError(key)
        try:
            self._above.size(key)
        except KeyError:
            return self._below
        return self._above

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes | memoryview:
        """Bytes of `key`, from above if they are there."""
        return self._has(key).read(key, start, length)

    def size(self, key: str) -> int:
        """Bytes under `key`."""
        return self._has(key).size(key)

    def age_s(self, key: str) -> float:
        """Seconds since `key` was written."""
        return self._has(key).age_s(key)

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """A new object above; False when the key exists in either place."""
        try:
            self.size(key)
        except KeyError:
            self._gone.discard(key)
            self._above.delete(key)
            return self._above.create(key, chunks)
        return False

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace a small value above if it is `expected` as seen from above."""
        try:
            now: bytes | None = bytes(self.read(key))
        except KeyError:
            now = None
        if now != expected:
            return False
        self.delete(key)
        return new is None or self.create(key, [new])

    def list(self, prefix: str) -> Iterator[str]:
        """Every key of both places but those that were deleted, sorted."""
        return iter(sorted({*self._below.list(prefix), *self._above.list(prefix)} - self._gone))

    def delete(self, key: str) -> None:
        """Leave `key` out from now on."""
        self._above.delete(key)
        self._gone.add(key)

    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> AbstractContextManager[None]:
        """A lock of this overlay alone."""
        return self._above.lock(name, timeout_s, shared=shared)

    def sweep(self) -> int:
        """Nothing is ever left over."""
        return 0
