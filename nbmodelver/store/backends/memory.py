"""The backend in memory, for tests, dry runs and bundles that are only inspected."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError
from nbmodelver.store.backends.keys import check
from nbmodelver.store.locks import MemoryLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager


class MemoryBackend:
    """The Backend protocol over a dictionary; model.Backend states the contract. Its data ends with the process."""

    where = "memory"

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._objects: dict[str, bytes] = {}
        self._made_at: dict[str, float] = {}
        self._locks: dict[str, MemoryLock] = {}

    def local_path(self) -> None:
        """Return None: there is no folder."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> memoryview:
        """Return a read-only view without copying. Raises KeyError."""
        end = None if length is None else start + length
        return memoryview(self._objects[check(key)])[start:end]

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        return len(self._objects[check(key)])

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a new object. Return False if the key exists."""
        check(key)
        if key in self._objects:
            return False
        data = b"".join(chunks)
        with self._guard:
            if key in self._objects:
                return False
            self._put(key, data)
            return True

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace, create or delete (new: None) a small value if it equals `expected`. Else return False."""
        with self._guard:
            if self._objects.get(check(key)) != expected:
                return False
            if new is None:
                self._objects.pop(key, None)
            else:
                self._put(key, bytes(new))
            return True

    def list(self, prefix: str) -> Iterator[str]:
        """Return every key that starts with `prefix`, sorted."""
        with self._guard:
            return iter(sorted(k for k in self._objects if k.startswith(prefix)))

    def delete(self, key: str, *, durable: bool = True) -> None:
        """Delete `key`; a missing key is not an error."""
        del durable
        with self._guard:
            self._objects.pop(check(key), None)

    def move(self, key: str, new: str) -> None:
        """Rename `key` to `new`. Raises KeyError; StoreError if `new` exists."""
        with self._guard:
            if check(new) in self._objects:
                raise StoreError(f"{new} already exists, so nothing was moved", "move that file away")
            self._objects[new] = self._objects.pop(check(key))
            self._made_at[new] = self._made_at.pop(key)

    def age_s(self, key: str) -> float:
        """Return the seconds since `key` was written, by a monotonic clock. Raises KeyError."""
        return time.monotonic() - self._made_at[check(key)]

    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> AbstractContextManager[None]:
        """Hold the lock `name`, exclusive or shared, for the block. Raises StoreLocked after `timeout_s`."""
        with self._guard:
            lock = self._locks.setdefault(name, MemoryLock())
        return lock.hold(f"{name} of the store in {self.where}", timeout_s, shared=shared)

    def sweep(self) -> int:
        """Return 0: there are no temporary files."""
        return 0

    def _put(self, key: str, data: bytes) -> None:
        self._objects[key] = data
        self._made_at[key] = time.monotonic()
