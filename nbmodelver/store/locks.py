"""Locks with a timeout, exclusive or shared, not re-entrant.

`file_lock` works between processes; the operating system releases it when its holder ends. `MemoryLock` works between
threads, for stores in memory. Both raise StoreLocked after a timeout.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import StoreLocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST_PAUSE_S = 0.0005
LONGEST_PAUSE_S = 0.05
_PID_BYTES = 11


def _wait(take: Callable[[], bool], timeout_s: float, give_up: Callable[[], StoreLocked]) -> None:
    """Call `take` until it returns True. It polls, because a blocking file lock has no timeout."""
    deadline = time.monotonic() + timeout_s
    pause = FIRST_PAUSE_S
    while not take():
        if time.monotonic() >= deadline:
            raise give_up()
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


@contextmanager
def file_lock(fd: int, where: str, timeout_s: float, *, shared: bool = False) -> Iterator[None]:
    """Lock the open file `fd` for the block. where: its path, for messages. Writes the pid of the holder into it.

    Raises StoreLocked after `timeout_s`, OSError if the file system cannot lock.
    """
    port = system.port
    _wait(lambda: port.lock(fd, shared=shared), timeout_s, lambda: _locked(where, _holder(fd), timeout_s))
    try:
        port.write_holder(fd, f"{os.getpid():<{_PID_BYTES}}".encode())
        yield
    finally:
        with suppress(OSError):  # The caller closes the file next, which releases the lock in any case.
            port.unlock(fd)


def _holder(fd: int) -> str:
    pid = system.port.read_at(fd, _PID_BYTES, 0).strip()
    return f"process {pid.decode()}" if pid.isdigit() else "another process"


def _locked(where: str, holder: str, timeout_s: float) -> StoreLocked:
    return StoreLocked(
        f"{where} is locked by {holder} (waited {timeout_s:g} s)",
        "wait for it to finish, or end that process, which releases the lock",
    )


class MemoryLock:
    """A lock between threads that behaves as `file_lock`."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._shared = 0
        self._exclusive = False

    @contextmanager
    def hold(self, where: str, timeout_s: float, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock for the block. Raises StoreLocked after `timeout_s`."""
        _wait(lambda: self._take(shared), timeout_s, lambda: _locked(where, "another thread", timeout_s))
        try:
            yield
        finally:
            self._release(shared)

    def _take(self, shared: bool) -> bool:
        with self._guard:
            if self._exclusive or (self._shared and not shared):
                return False
            self._shared += shared
            self._exclusive = not shared
            return True

    def _release(self, shared: bool) -> None:
        with self._guard:
            self._shared -= shared
            self._exclusive = False
