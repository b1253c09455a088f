"""What a push sends into another store, until that store receives it. Nothing of it is written to the other store."""

from __future__ import annotations

import tempfile
import threading
from typing import TYPE_CHECKING, BinaryIO, cast

from nbmodelver.store.index import PREFIX as PACKS
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.objects.ranges import read_joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbmodelver.model import Backend


class Outbox(MemoryStorage):
    """A storage with heads and segments in memory, and packs where they are.

    A pack of the sender is read from the sender; one that was assembled for this push is in a temporary file. backend:
    of the sender.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend.where)
        self._backend = backend
        self._assembled: dict[str, tuple[int, int]] = {}
        self._own: dict[str, int] = {}
        self._file: BinaryIO | None = None
        self._one_at_a_time = threading.Lock()

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object. Return False if the key exists."""
        if not key.startswith(PACKS):
            return super().create(key, data)
        if key in self._own or key in self._assembled:
            return False
        self.put(key, [data], len(data))
        return True

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Write an object. The chunks of a pack that the sender has as a file are not read."""
        if not key.startswith(PACKS):
            super().put(key, chunks, size_bytes)
        elif self._is_own(key, size_bytes):
            self._own[key] = size_bytes
        else:
            self._keep(key, chunks)

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the object ends. Raises KeyError."""
        if not key.startswith(PACKS):
            return super().read(key, start, length)
        wanted = max(self.size(key) - start, 0) if length is None else min(length, max(self.size(key) - start, 0))
        if key in self._own:
            return bytes(self._backend.read(own_pack_key(key), start, wanted))
        file = cast("BinaryIO", self._file)
        with self._one_at_a_time:
            file.seek(self._assembled[key][0] + start)
            return file.read(wanted)

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range. Raises KeyError, Truncated."""
        return read_joined(ranges, lambda start, length: self.read(key, start, length), f"{self.where}/{key}")

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        if not key.startswith(PACKS):
            return super().size(key)
        return self._own[key] if key in self._own else self._assembled[key][1]

    def close(self) -> None:
        """Delete the temporary file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _is_own(self, key: str, size_bytes: int) -> bool:
        try:
            return self._backend.size(own_pack_key(key)) == size_bytes
        except KeyError:
            return False

    def _keep(self, key: str, chunks: Iterable[bytes | memoryview]) -> None:
        if self._file is None:
            self._file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  # `close` closes it
        start = self._file.seek(0, 2)
        for chunk in chunks:
            self._file.write(chunk)
        self._assembled[key] = start, self._file.tell() - start


def own_pack_key(key: str) -> str:
    """Return the key in a store of a pack that has this key at a remote."""
    return PACKS + key.rpartition("/")[2]
