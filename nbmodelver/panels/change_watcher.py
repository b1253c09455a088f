"""Compares the live variables in the background after the notebook has been idle for a moment, never while a cell runs.

A thread is started when a comparison is due and ends when none is due.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE_S = 0.25
"""Cells that follow each other faster than this ("run all") have no comparison in between."""

ENDS_S = 0.2
"""Longest time that a cell waits for a comparison: it holds buffers that the cell may resize."""


class ChangeWatcher:
    """Calls `compare` in a thread of its own when it is due. Any thread may call `ask` and `hold`."""

    def __init__(self, compare: Callable[[], None]) -> None:
        self._compare = compare
        self._changed = threading.Condition()
        self._due_s: float | None = None
        self._is_comparing = False
        self._thread: threading.Thread | None = None

    def ask(self, after_s: float = 0.0) -> None:
        """Schedule one comparison after `after_s` seconds. An earlier schedule is replaced."""
        with self._changed:
            self._due_s = time.monotonic() + after_s
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nbmodelver-compare", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def hold(self) -> None:
        """A cell begins: cancel the scheduled comparison, and wait up to ENDS_S for a running one."""
        with self._changed:
            self._due_s = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_comparing, ENDS_S)

    def _run(self) -> None:
        while self._take():
            try:
                self._compare()
            finally:
                with self._changed:
                    self._is_comparing = False
                    self._changed.notify_all()

    def _take(self) -> bool:
        """Wait until a comparison is due. Returns False, which ends the thread, if none is scheduled."""
        with self._changed:
            while self._due_s is not None:
                left_s = self._due_s - time.monotonic()
                if left_s <= 0:
                    self._due_s, self._is_comparing = None, True
                    return True
                self._changed.wait(left_s)
            self._thread = None
            return False
