"""The output stream of a pack: kept in memory while it is small, written by a thread of its own once it is large."""

from __future__ import annotations

import queue
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Backend

HELD_BACK_BYTES = 4 << 20
_QUEUED = 16
_END = None


class _Aborted(BaseException):
    """Ends the writing thread after `Stream.abort`."""


class Stream:
    """A new object of the backend, written piece by piece. It becomes visible with `close`. For one thread."""

    def __init__(self, backend: Backend, key: str) -> None:
        self.bytes = 0
        self._backend = backend
        self._key = key
        self._held: list[bytes] = []
        self._queue: queue.Queue[bytes | type[_Aborted] | None] = queue.Queue(_QUEUED)
        self._thread: ThreadPoolExecutor | None = None
        self._writing: Future[bool] | None = None

    def write(self, piece: bytes) -> None:
        """Append `piece`. Raises the error of an earlier write as soon as it is known."""
        self.bytes += len(piece)
        if self._writing is not None:
            self._offer(piece)
            return
        self._held.append(piece)
        if self.bytes > HELD_BACK_BYTES:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="nbmodelver-pack")
            self._writing = self._thread.submit(self._backend.create, self._key, self._pieces())

    def close(self) -> None:
        """Make the object durable and visible. Raises StoreError if the key exists, and errors of the backend."""
        if self._writing is None:
            made = self._backend.create(self._key, self._held)
        else:
            self._offer(_END)
            made = self._writing.result()
            self._end_thread()
        if not made:
            raise StoreError(f"{self._key} exists already", "run the same command again")

    def abort(self) -> None:
        """Discard the object. Never raises."""
        self._held = []
        if self._writing is not None:
            with suppress(BaseException):
                self._offer(_Aborted)
            with suppress(BaseException):
                self._writing.result()
            self._end_thread()

    def _offer(self, piece: bytes | type[_Aborted] | None) -> None:
        assert self._writing is not None
        while True:
            if self._writing.done():  # Only an error, or an existing key, ends it before the last piece.
                self._writing.result()
                raise StoreError(f"{self._key} exists already", "run the same command again")
            with suppress(queue.Full):
                self._queue.put(piece, timeout=0.05)
                return

    def _pieces(self) -> Iterator[bytes]:
        yield from self._held
        self._held = []
        while (piece := self._queue.get()) is not _END:
            if isinstance(piece, type):
                raise piece
            yield piece

    def _end_thread(self) -> None:
        if self._thread is not None:
            self._thread.shutdown()
