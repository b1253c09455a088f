"""A thread pool for work that releases the GIL: hashing, compression and reading."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
R = TypeVar("R")
MOST_THREADS = 8


class Workers:
    """A pool that starts its threads on first use. A task must never wait for another task: that could deadlock."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
        self._guard = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._pid = 0

    def submit(self, work: Callable[..., R], *args: Any) -> Future[R]:
        """Run `work(*args)` as soon as a thread is free."""
        return self._made().submit(work, *args)

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return the results in order. Raises the first error, after all tasks ended or were cancelled."""
        items = list(items)
        if len(items) < 2 or self.threads == 1:
            return [work(item) for item in items]
        running = [self.submit(work, item) for item in items]
        try:
            return [future.result() for future in running]
        finally:
            stop(running)

    def _made(self) -> ThreadPoolExecutor:
        with self._guard:
            if self._pool is None or self._pid != os.getpid():  # A forked child has the pool without its threads.
                self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="nbmodelver-store")
                self._pid = os.getpid()
            return self._pool


def stop(running: Iterable[Future[Any]]) -> None:
    """Cancel the tasks that have not begun and wait for the others, so that none reads a user's memory afterwards."""
    for future in [f for f in running if not f.cancel()]:
        future.exception()
