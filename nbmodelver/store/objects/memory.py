"""Objects in memory, for tests. `memory://name` is the same storage everywhere in a process."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING

from nbmodelver.errors import NotSupported, RemoteDenied
from nbmodelver.model.remotes import Listed, Tagged
from nbmodelver.store.backends.keys import check, check_prefix
from nbmodelver.store.objects.ranges import read_joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class MemoryStorage:
    """The ObjectStorage protocol over a dictionary. Its data ends with the process; `close` does nothing.

    where: the address, for messages. swaps: False makes `replace` raise NotSupported. writes: False makes every write
    raise RemoteDenied. clock: the time in seconds that ages are computed with; a test may set it.
    """

    def __init__(
        self,
        where: str = "memory://",
        *,
        swaps: bool = True,
        writes: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.where = where
        self.swaps = swaps
        self.writes = writes
        self.clock = clock
        self._guard = threading.Lock()
        self._objects: dict[str, Tagged] = {}
        self._written_at: dict[str, float] = {}
        self._tags = itertools.count(1)

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the object ends. Raises KeyError."""
        data = self._objects[check(key)].data
        return data[start : None if length is None else start + length]

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range. Raises KeyError, Truncated."""
        data = self._objects[check(key)].data
        return read_joined(ranges, lambda start, length: data[start : start + length], f"{self.where}/{key}")

    def read_tagged(self, key: str) -> Tagged:
        """Return the object and its tag. Raises KeyError."""
        return self._objects[check(key)]

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        return len(self._objects[check(key)].data)

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object. Return False if the key exists."""
        with self._guard:
            self._check_write(key)
            if key in self._objects:
                return False
            self._put(key, data)
            return True

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Replace an object that has this tag, and return the new tag. Return None if it has another or is missing."""
        with self._guard:
            self._check_write(key)
            if not self.swaps:
                raise NotSupported(f"{self.where} has no compare-and-swap", "use heads with numbers")
            now = self._objects.get(key)
            if now is None or now.tag != tag:
                return None
            return self._put(key, data)

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Write an object, replacing an existing one."""
        del size_bytes
        data = b"".join(chunks)
        with self._guard:
            self._check_write(key)
            self._put(key, data)

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects whose keys start with `prefix` and are greater than `after`, as they are now."""
        check_prefix(prefix)
        with self._guard:
            now = self.clock()
            return iter(
                [
                    Listed(key, len(self._objects[key].data), now - self._written_at[key])
                    for key in sorted(self._objects)
                    if key.startswith(prefix) and key > after
                ]
            )

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; missing ones are not an error."""
        with self._guard:
            for key in keys:
                self._check_write(key)
                self._objects.pop(key, None)

    def close(self) -> None:
        """Do nothing: others may have opened the same storage."""

    def _check_write(self, key: str) -> None:
        check(key)
        if not self.writes:
            raise RemoteDenied(f"{self.where} is read-only", "use credentials that allow writing")

    def _put(self, key: str, data: bytes) -> str:
        tag = f'"{next(self._tags)}"'
        self._objects[key] = Tagged(bytes(data), tag)
        self._written_at[key] = self.clock()
        return tag


_named: dict[str, MemoryStorage] = {}
_guard = threading.Lock()


def named(name: str) -> MemoryStorage:
    """Return the storage `memory://name` of this process, the same object for the same name."""
    with _guard:
        if name not in _named:
            _named[name] = MemoryStorage(f"memory://{name}")
        return _named[name]


def forget(name: str) -> None:
    """Drop the storage `memory://name`. The next `named` returns an empty one."""
    with _guard:
        _named.pop(name, None)
