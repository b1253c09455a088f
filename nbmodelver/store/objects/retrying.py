"""A storage around another one that repeats what may succeed next time.

Only RemoteUnreachable and Truncated are repeated. The answer of a conditional write can be lost after the write took
effect: the object is then read back, and if it has exactly our content, the write succeeded.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nbmodelver.errors import RemoteError, RemoteUnreachable, Truncated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model.remotes import Listed, ObjectStorage, Tagged

T = TypeVar("T")
REPLAYED_BYTES = 64 << 20
"""A `put` from an iterator is kept in memory up to this size, so that it can be repeated."""


@dataclass(frozen=True)
class Patience:
    """How often and how long something is repeated.

    attempts: the highest number, with the first. total_s: no attempt begins later than this. The pause before the n-th
    repetition is random between 0 and first_pause_s * 2**(n-1), at most longest_pause_s ("full jitter": concurrent
    writers do not meet again).
    """

    attempts: int = 6
    total_s: float = 120.0
    first_pause_s: float = 0.25
    longest_pause_s: float = 10.0


class Retrying:
    """The ObjectStorage protocol over another storage, with repetitions. sleep, clock: replaced by tests."""

    def __init__(
        self,
        storage: ObjectStorage,
        patience: Patience | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.storage = storage
        self.patience = patience or Patience()
        self._sleep, self._clock = sleep, clock

    @property
    def where(self) -> str:
        """The address of the storage."""
        return self.storage.where

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """`read` of the storage, repeated."""
        return self._repeated(lambda: self.storage.read(key, start, length))

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """`read_many` of the storage, repeated. An object that is too short is Truncated at each attempt."""
        return self._repeated(lambda: self.storage.read_many(key, ranges))

    def read_tagged(self, key: str) -> Tagged:
        """`read_tagged` of the storage, repeated."""
        return self._repeated(lambda: self.storage.read_tagged(key))

    def size(self, key: str) -> int:
        """`size` of the storage, repeated."""
        return self._repeated(lambda: self.storage.size(key))

    def create(self, key: str, data: bytes) -> bool:
        """`create` of the storage. After a lost answer: True if the object has this content."""
        ambiguous = False

        def attempt() -> bool:
            nonlocal ambiguous
            if ambiguous:
                written = self._written(key, data)
                if written is not None:
                    return written
            before, ambiguous = ambiguous, True
            if self.storage.create(key, data):
                return True
            return before and bool(self._written(key, data))

        return self._repeated(attempt)

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """`replace` of the storage. After a lost answer: the tag of the object if it has this content.

        If another writer replaced ours before it was read back, None is returned, as for a conflict.
        """
        ambiguous = False

        def attempt() -> str | None:
            nonlocal ambiguous
            if ambiguous:
                now = self._now(key)
                if now is None or now.data == data or now.tag != tag:
                    return now.tag if now is not None and now.data == data else None
            before, ambiguous = ambiguous, True
            new = self.storage.replace(key, data, tag)
            if new is None and before:
                now = self._now(key)
                return now.tag if now is not None and now.data == data else None
            return new

        return self._repeated(attempt)

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """`put` of the storage. Repeated if the chunks are a list or tuple, or up to REPLAYED_BYTES.

        A larger iterator cannot be read again, so a failure is raised at once.
        """
        if not isinstance(chunks, list | tuple):
            if size_bytes > REPLAYED_BYTES:
                return self.storage.put(key, chunks, size_bytes)
            chunks = [b"".join(chunks)]
        replayed = chunks
        return self._repeated(lambda: self.storage.put(key, replayed, size_bytes))

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """`list` of the storage. After a failure it continues behind the last object that was listed."""
        failures, began = 0, self._clock()
        while True:
            try:
                for one in self.storage.list(prefix, after):
                    after, failures = one.key, 0
                    yield one
                return
            except (RemoteUnreachable, Truncated) as error:
                failures += 1
                self._pause(failures, began, error)

    def delete(self, keys: Sequence[str]) -> None:
        """`delete` of the storage, repeated."""
        return self._repeated(lambda: self.storage.delete(keys))

    def close(self) -> None:
        """Close the storage."""
        self.storage.close()

    # -- internal

    def _repeated(self, act: Callable[[], T]) -> T:
        failures, began = 0, self._clock()
        while True:
            try:
                return act()
            except (RemoteUnreachable, Truncated) as error:
                failures += 1
                self._pause(failures, began, error)

    def _pause(self, failures: int, began: float, error: RemoteError) -> None:
        """Sleep before the next attempt. Raises `error` if no attempt is left."""
        patience = self.patience
        bound = min(patience.first_pause_s * 2 ** (failures - 1), patience.longest_pause_s)
        pause_s = random.uniform(0, bound)  # noqa: S311  # no secret
        if failures >= patience.attempts or self._clock() - began + pause_s > patience.total_s:
            raise error
        self._sleep(pause_s)

    def _written(self, key: str, data: bytes) -> bool | None:
        """Return True if the object has this content, False if it has another one, None if it is missing."""
        try:
            return self.storage.read(key) == data
        except KeyError:
            return None

    def _now(self, key: str) -> Tagged | None:
        try:
            return self.storage.read_tagged(key)
        except KeyError:
            return None
