"""The backend for dry runs: it reads another backend and keeps writes, deletions and moves in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from nbmodelver.model import Backend


class Overlay:
    """The Backend protocol over another backend, which is only read. Locks are those of the overlay alone.

    Used to find out what a gc or a repair would do.
    """

    def __init__(self, below: Backend) -> None:
        self._below = below
        self._above = MemoryBackend()
        self._gone: set[str] = set()
        self._moved: dict[str, str] = {}

    @property
    def where(self) -> str:
        """The place of the backend below, for messages."""
        return self._below.where

    def local_path(self) -> None:
        """Return None: new objects are in memory, not in a folder."""

    def _place(self, key: str) -> tuple[Backend, str]:
        """Return the backend that has the bytes of a key, and the key there. Raises KeyError for a deleted key."""
        if key in self._moved:
            return self._below, self._moved[key]
        if self._is_above(key):
            return self._above, key
        if key in self._gone:
            raise KeyError(key)
        return self._below, key

    def _is_above(self, key: str) -> bool:
        try:
            self._above.size(key)
        except KeyError:
            return False
        return True

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes | memoryview:
        """Return `length` bytes from byte `start` on. Raises KeyError."""
        backend, real = self._place(key)
        return backend.read(real, start, length)

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        backend, real = self._place(key)
        return backend.size(real)

    def age_s(self, key: str) -> float:
        """Return the seconds since `key` was written. Raises KeyError."""
        backend, real = self._place(key)
        return backend.age_s(real)

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a new object into memory. Return False if the key exists in either place."""
        try:
            self.size(key)
        except KeyError:
            return self._above.create(key, chunks)
        return False

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace, create or delete a small value in memory if its current value equals `expected`."""
        try:
            now: bytes | None = bytes(self.read(key))
        except KeyError:
            now = None
        if now != expected:
            return False
        self.delete(key)
        return new is None or self.create(key, [new])

    def list(self, prefix: str) -> Iterator[str]:
        """Return every key of both places, without deleted ones, sorted."""
        below = set(self._below.list(prefix)) - self._gone
        moved = {key for key in self._moved if key.startswith(prefix)}
        return iter(sorted({*below, *self._above.list(prefix), *moved}))

    def delete(self, key: str, *, durable: bool = True) -> None:
        """Hide `key`; a missing key is not an error."""
        del durable
        self._moved.pop(key, None)
        self._above.delete(key)
        self._gone.add(key)

    def move(self, key: str, new: str) -> None:
        """Rename `key` to `new` in memory. Raises KeyError; StoreError if `new` exists."""
        backend, real = self._place(key)
        backend.size(real)
        if new in set(self.list(new)):
            raise StoreError(f"{new} already exists, so nothing was moved", "move that file away")
        if backend is self._above:
            self._above.move(key, new)
        else:
            self._moved.pop(key, None)
            self._moved[new] = real
        self._gone.add(key)

    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> AbstractContextManager[None]:
        """Hold a lock of this overlay; the backend below is not locked."""
        return self._above.lock(name, timeout_s, shared=shared)

    def sweep(self) -> int:
        """Return 0: there are no temporary files."""
        return 0
