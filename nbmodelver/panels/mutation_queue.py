"""Runs changes of variables one at a time in the main thread, never while a cell runs.

Requests arrive in any thread: JupyterLab sends comm messages to a subshell, which answers while a cell runs. Requests
that only read are answered there. Changes are handed to the event loop of the main thread, where cells run too, so a
change and a cell never overlap. Without a loop (no kernel) a change runs in the thread that asks.
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import Busy, Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.errors import NbmodelverError
    from nbmodelver.kernel.cells import CellLog

BUSY = ("a cell is running", "wait until it has ended, or interrupt it")


@dataclass(eq=False)
class Task:
    """A change of variables. Exactly one of `run` and `refuse` is called, once.

    waits: True to wait for a running cell, False to be refused while a cell runs.
    """

    run: Callable[[], None]
    refuse: Callable[[NbmodelverError], None]
    waits: bool = False


class MutationQueue:
    """The tasks of one kernel. post: schedules a function in the event loop of the main thread; None without a loop."""

    def __init__(self, cells: CellLog, post: Callable[[Callable[[], None]], None] | None = None) -> None:
        self._cells = cells
        self._post = post
        self._lock = threading.Lock()
        self._waiting: deque[Task] = deque()
        self._running: Task | None = None

    @property
    def queued(self) -> list[Task]:
        """The waiting tasks, in order."""
        with self._lock:
            return list(self._waiting)

    def ask(self, task: Task) -> None:
        """Queue a task, from any thread. Raises Busy while a cell runs if the task may not wait."""
        if self._cells.busy and not task.waits:
            raise Busy(*BUSY)
        with self._lock:
            self._waiting.append(task)
        if self._cells.busy:
            return
        if self._post is None or threading.current_thread() is threading.main_thread():
            self.give()
        else:
            self._post(self.give)

    def give(self) -> None:
        """Run the waiting tasks, unless a cell or a task runs. Call it in the main thread."""
        while not self._cells.busy and self._running is None:
            with self._lock:
                if not self._waiting:
                    return
                task = self._running = self._waiting.popleft()
            try:
                with _interruptible():
                    task.run()
            finally:
                self._running = None

    def cell_starts(self) -> None:
        """Refuse the waiting tasks that may not wait for a cell."""
        with self._lock:
            refused = [t for t in self._waiting if not t.waits]
            self._waiting = deque(t for t in self._waiting if t.waits)
        for task in refused:
            task.refuse(Busy(*BUSY))

    def withdraw(self, task: Task) -> None:
        """Refuse a waiting task. A running task is not affected."""
        with self._lock:
            waited = task in self._waiting
            if waited:
                self._waiting.remove(task)
        if waited:
            task.refuse(Cancelled("withdrawn before it began"))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt of the kernel reach a task: ipykernel ignores it outside of cells."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
