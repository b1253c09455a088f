"""Whose turn it is to change variables: one at a time, in the main thread, never while a cell runs.

Requests come in any thread: JupyterLab sends comm messages to a subshell, which answers while a cell runs. What reads
is answered there. What changes variables is handed to the main thread's loop, where cells run too: so no cell begins
in the middle of it, and it begins in the middle of none. Without a loop (no kernel) it runs where it was asked for.
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
    """Something that wants to change variables. Exactly one of `run` and `refuse` is called, once.

    waits: True to wait for a running cell, False to be refused then.
    """

    run: Callable[[], None]
    refuse: Callable[[NbmodelverError], None]
    waits: bool = False


class MutationQueue:
    """Gives turns. post: calls a function in the main thread's loop, soon; None where there is no loop."""

    def __init__(self, cells: CellLog, post: Callable[[Callable[[], None]], None] | None = None) -> None:
        self._cells = cells
        self._post = post
        self._lock = threading.Lock()
        self._waiting: deque[Task] = deque()
        self._running: Task | None = None

    @property
    def queued(self) -> list[Task]:
        """Those that wait, in order."""
        with self._lock:
            return list(self._waiting)

    def ask(self, turn: Task) -> None:
        """Let it have its turn, from any thread. Raises Busy while a cell runs, if it may not wait."""
        if self._cells.busy and not turn.waits:
            raise Busy(*BUSY)
        with self._lock:
            self._waiting.append(turn)
        if self._cells.busy:
            return
        if self._post is None or threading.current_thread() is threading.main_thread():
            self.give()
        else:
            self._post(self.give)

    def give(self) -> None:
        """Run what waits; nothing while a cell runs, or from inside a turn. To be called in the main thread."""
        while not self._cells.busy and self._running is None:
            with self._lock:
                if not self._waiting:
                    return
                turn = self._running = self._waiting.popleft()
            try:
                with _interruptible():
                    turn.run()
            finally:
                self._running = None

    def cell_starts(self) -> None:
        """Refuse what came just before the cell and may not wait for it."""
        with self._lock:
            refused = [t for t in self._waiting if not t.waits]
            self._waiting = deque(t for t in self._waiting if t.waits)
        for turn in refused:
            turn.refuse(Busy(*BUSY))

    def withdraw(self, turn: Task) -> None:
        """Refuse one that waits; nothing for the one that has its turn."""
        with self._lock:
            waited = turn in self._waiting
            if waited:
                self._waiting.remove(turn)
        if waited:
            turn.refuse(Cancelled("withdrawn before it began"))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let the kernel's interrupt reach a turn: outside cells ipykernel ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
