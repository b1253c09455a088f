"""A storage around another one that encrypts objects before they are sent, and decrypts what is read.

Each object is a file of the format age. Keys of objects, their number and their sizes stay visible, and so do the
objects below CLEAR.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from nbmodelver.errors import Damaged, Truncated
from nbmodelver.model.remotes import Tagged
from nbmodelver.store.objects import age_files
from nbmodelver.store.objects.age_files import CHUNK_BYTES, HEADER_BYTES, SEALED_BYTES, UnreadableFile
from nbmodelver.store.objects.ranges import cut, together, truncated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model.remotes import Listed, ObjectStorage
    from nbmodelver.store.objects.age_files import AgeKey, OpenedFile

T = TypeVar("T")
CLEAR = ("format", "keys/", "probe/", "tmp/")
MOST_OPENED = 4096
"""The keys of so many objects are remembered, so that a further range of one needs no further request."""


class EncryptingStorage:
    """The ObjectStorage protocol over another storage. unlock: gives the key of the remote when it is first needed."""

    def __init__(self, storage: ObjectStorage, unlock: Callable[[], AgeKey]) -> None:
        self.storage, self._unlock = storage, unlock
        self._lock = threading.Lock()
        self._files: OrderedDict[str, tuple[OpenedFile, int]] = OrderedDict()

    @property
    def where(self) -> str:
        """The address of the storage."""
        return self.storage.where

    @cached_property
    def _key(self) -> AgeKey:
        return self._unlock()

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return decrypted bytes. The first range of an object needs two further requests.

        Raises KeyError, Damaged if the object cannot be decrypted, RemoteError.
        """
        if _is_clear(key):
            return self.storage.read(key, start, length)
        if start == 0 and length is None:
            return self._decrypted(key, self.storage.read(key))
        return self._with_file(key, lambda file, size: self._range(key, file, size, start, length))

    def _range(self, key: str, file: OpenedFile, size: int, start: int, length: int | None) -> bytes:
        end = size if length is None else min(size, start + length)
        if start >= end:
            return b""
        (aligned, covered) = _aligned(start, end - start, size)
        stored = self.storage.read(key, _stored_at(aligned), _stored_length(covered))
        plain = file.chunks(aligned // CHUNK_BYTES, stored, until_end=aligned + covered == size)
        return plain[start - aligned : end - aligned]

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the decrypted bytes of each range. Raises KeyError, Truncated, Damaged, RemoteError."""
        if _is_clear(key):
            return self.storage.read_many(key, ranges)
        return self._with_file(key, lambda file, size: self._ranges(key, file, size, ranges))

    def _ranges(self, key: str, file: OpenedFile, size: int, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        beyond = next((start + length for start, length in ranges if length > 0 and start + length > size), None)
        if beyond is not None:
            raise truncated(f"{self.where}/{key}", beyond, size)
        spans = together([_aligned(start, length, size) for start, length in ranges if length > 0], 1)
        stored = self.storage.read_many(key, [(_stored_at(at), _stored_length(length)) for at, length in spans])
        plain = [
            file.chunks(at // CHUNK_BYTES, piece, until_end=at + length == size)
            for (at, length), piece in zip(spans, stored, strict=True)
        ]
        return cut(ranges, spans, plain, f"{self.where}/{key}")

    def read_tagged(self, key: str) -> Tagged:
        """Return a decrypted object and its tag. Raises KeyError, Damaged, RemoteError."""
        tagged = self.storage.read_tagged(key)
        return tagged if _is_clear(key) else Tagged(self._decrypted(key, tagged.data), tagged.tag)

    def size(self, key: str) -> int:
        """Return the size of the plaintext in bytes. Raises KeyError, RemoteError."""
        stored = self.storage.size(key)
        return stored if _is_clear(key) else age_files.plain_size(stored)

    # -- writing

    def create(self, key: str, data: bytes) -> bool:
        """Encrypt, and write a new object. Return False if the key exists."""
        return self.storage.create(key, self._encrypted(key, data))

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Encrypt, and replace an object that has this tag. Return the new tag, None if it has another one."""
        return self.storage.replace(key, self._encrypted(key, data), tag)

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Encrypt, and write an object. Needs memory for a few chunks, or for all of them if they are a list."""
        if _is_clear(key):
            return self.storage.put(key, chunks, size_bytes)
        self._forget(key)
        sealed: Iterable[bytes] = age_files.encrypted(chunks, self._key.public)
        if isinstance(chunks, list | tuple):  # So that it can be repeated.
            sealed = list(sealed)
        return self.storage.put(key, sealed, age_files.stored_size(size_bytes))

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects with the sizes of their plaintext."""
        for one in self.storage.list(prefix, after):
            yield one if _is_clear(one.key) else replace(one, size_bytes=age_files.plain_size(one.size_bytes))

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects."""
        for key in keys:
            self._forget(key)
        self.storage.delete(keys)

    def close(self) -> None:
        """Close the storage."""
        self.storage.close()

    # -- internal

    def _encrypted(self, key: str, data: bytes) -> bytes:
        if _is_clear(key):
            return data
        self._forget(key)
        return b"".join(age_files.encrypted([data], self._key.public))

    def _decrypted(self, key: str, stored: bytes) -> bytes:
        try:
            return age_files.decrypted(stored, self._key)
        except UnreadableFile:
            raise self._unreadable(key) from None

    def _with_file(self, key: str, read: Callable[[OpenedFile, int], T]) -> T:
        """Read with the key of an object. If the object was replaced since it was remembered, it is read once more."""
        with self._lock:
            known = self._files.get(key)
        if known is not None:
            try:
                return read(*known)
            except (UnreadableFile, Truncated):
                self._forget(key)
        try:
            file = age_files.opened(self.storage.read(key, 0, HEADER_BYTES), self._key)
            size = age_files.plain_size(self.storage.size(key))
            found = read(file, size)
        except UnreadableFile:
            raise self._unreadable(key) from None
        with self._lock:
            self._files[key] = file, size
            while len(self._files) > MOST_OPENED:
                self._files.popitem(last=False)
        return found

    def _forget(self, key: str) -> None:
        with self._lock:
            self._files.pop(key, None)

    def _unreadable(self, key: str) -> Damaged:
        return Damaged(
            f"{key} at {self.where} cannot be decrypted: it was changed, or encrypted with another key",
            "send it again from a complete store: %mv_push --all --again",
        )


def _is_clear(key: str) -> bool:
    return key.startswith(CLEAR)


def _aligned(start: int, length: int, size: int) -> tuple[int, int]:
    """Return the range of whole chunks that cover a range of the plaintext."""
    first = start - start % CHUNK_BYTES
    return first, min(size, -(-(start + length) // CHUNK_BYTES) * CHUNK_BYTES) - first


def _stored_at(aligned: int) -> int:
    return HEADER_BYTES + aligned // CHUNK_BYTES * SEALED_BYTES


def _stored_length(length: int) -> int:
    return age_files.stored_size(length) - HEADER_BYTES
