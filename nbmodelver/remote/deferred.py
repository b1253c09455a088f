"""A storage that is opened by its first request, so that a store can be opened without a network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model.remotes import Listed, ObjectStorage, Tagged


class Deferred:
    """The `ObjectStorage` protocol over one that `opened` returns. address: for messages before that."""

    def __init__(self, opened: Callable[[], ObjectStorage], address: str = "") -> None:
        self._opened, self._address = opened, address
        self._guard = threading.Lock()
        self._storage: ObjectStorage | None = None

    @property
    def _real(self) -> ObjectStorage:
        with self._guard:
            if self._storage is None:
                self._storage = self._opened()
            return self._storage

    @property
    def where(self) -> str:
        """The address."""
        return self._address if self._storage is None and self._address else self._real.where

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """As ObjectStorage."""
        return self._real.read(key, start, length)

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """As ObjectStorage."""
        return self._real.read_many(key, ranges)

    def read_tagged(self, key: str) -> Tagged:
        """As ObjectStorage."""
        return self._real.read_tagged(key)

    def size(self, key: str) -> int:
        """As ObjectStorage."""
        return self._real.size(key)

    def create(self, key: str, data: bytes) -> bool:
        """As ObjectStorage."""
        return self._real.create(key, data)

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """As ObjectStorage."""
        return self._real.replace(key, data, tag)

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """As ObjectStorage."""
        self._real.put(key, chunks, size_bytes)

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """As ObjectStorage."""
        return self._real.list(prefix, after)

    def delete(self, keys: Sequence[str]) -> None:
        """As ObjectStorage."""
        self._real.delete(keys)

    def close(self) -> None:
        """Close the storage if it was opened."""
        with self._guard:
            if self._storage is not None:
                self._storage.close()
                self._storage = None
