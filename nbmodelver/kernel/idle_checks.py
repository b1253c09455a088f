"""Finishes the checks of commits that did not fit into their time limit, while no cell runs.

A thread is started when a cell has ended and something is left to check, and it ends when that is done. The start of a
cell cancels it: a check stops between two columns or blocks of rows and is restarted in the next pause. The thread
reads the store through a `Repo` of its own, never live variables, and loads no model.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from nbmodelver.repo import open_repo
from nbmodelver.repo.notices import telling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbmodelver.kernel.cells import CellLog
    from nbmodelver.model import Finding, Version, VersionId

log = logging.getLogger("nbmodelver")

IDLE_S = 1.0
"""Cells that follow each other faster than this have no check in between."""
ENDS_S = 0.2
"""Longest time that the start of a cell waits for a running check. One that is loading data ends after it."""


class IdleChecks:
    """The checks that are left in one notebook. on_found: called in the thread after a check found something."""

    def __init__(self, cells: CellLog, on_found: Callable[[], None]) -> None:
        self._cells = cells
        self._on_found = on_found
        self._due: dict[VersionId, Path] = {}
        self._found: list[Finding] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def add(self, version: Version, store: Path | None) -> None:
        """Finish the checks of a version in the next pause. store: its folder; None for a store without one."""
        if store is None:
            return
        with self._lock:
            self._due[version.id] = store
        for events, call in ((self._cells.on_start, self.cell_starts), (self._cells.on_end, self.cell_ended)):
            if call not in events:
                events.append(call)  # type: ignore[arg-type]  # each has the type of its list

    def take(self) -> list[Finding]:
        """Return what was found since the last call, to be reported once."""
        with self._lock:
            found, self._found = self._found, []
        return found

    def cell_ended(self, _ok: bool) -> None:
        """Start the thread if something is left to check."""
        with self._lock:
            before = self._thread if self._thread is not None and self._thread.is_alive() else None
            if not self._due or (before is not None and not self._stop.is_set()):
                return
            self._stop = threading.Event()
            args = self._stop, before
            self._thread = threading.Thread(target=self._run, args=args, name="nbmodelver-checks", daemon=True)
        self._thread.start()

    def cell_starts(self) -> None:
        """Cancel the checks, and wait a moment for their end."""
        self.stop()

    def stop(self) -> None:
        """Cancel the checks until the next cell has ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(ENDS_S)

    def _run(self, stop: threading.Event, before: threading.Thread | None) -> None:
        """Finish what is left. before: the thread of the last pause, if it was cancelled and has not ended yet."""
        if before is not None:
            before.join()
        if stop.wait(IDLE_S):
            return
        for version, store in list(self._due.items()):
            try:
                repo = open_repo(store)
                found = repo.finish_checks(version, is_cancelled=stop.is_set)
                telling.of_alarms(repo, repo.history.version(version), found)
            except Exception:  # A store that is gone, or damaged: no caller waits for this thread.
                log.warning("the checks of a version could not be finished", exc_info=True)
                found = ()
            with self._lock:
                self._found += found
                if not stop.is_set():
                    self._due.pop(version, None)
            if found:
                self._on_found()
            if stop.is_set():
                return
