"""When the live names are compared in the background: once the notebook has been idle for a moment, never in a cell.

No thread stays: one is started when a look is due, and ends when none is.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE_S = 0.25
"""Cells that follow each other faster than this ("run all") are never looked between."""

ENDS_S = 0.2
"""A cell waits so long at most for a look to end: a look holds on to buffers, which a cell may want to resize."""


class ChangeWatcher:
    """Calls `look` in a thread of its own when it is due. Any thread may ask or hold."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._changed = threading.Condition()
        self._due_s: float | None = None
        self._is_looking = False
        self._thread: threading.Thread | None = None

    def ask(self, after_s: float = 0.0) -> None:
        """Look once, so many seconds from now; what was asked for before is put off until then."""
        with self._changed:
            self._due_s = time.monotonic() + after_s
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nbmodelver-look", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def hold(self) -> None:
        """A cell begins: forget what is due, and wait a little for the look that has begun."""
        with self._changed:
            self._due_s = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_looking, ENDS_S)

    def _run(self) -> None:
        while self._take():
            try:
                self._look()
            finally:
                with self._changed:
                    self._is_looking = False
                    self._changed.notify_all()

    def _take(self) -> bool:
        """Wait until a look is due and take it; False, and the end of the thread, when none is."""
        with self._changed:
            while self._due_s is not None:
                left_s = self._due_s - time.monotonic()
                if left_s <= 0:
                    self._due_s, self._is_looking = None, True
                    return True
                self._changed.wait(left_s)
            self._thread = None
            return False
