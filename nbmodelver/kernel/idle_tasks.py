"""Runs scheduled tasks in the pauses between cells, for `%mv_schedule --idle`, until the kernel ends.

A task runs in a process of its own, with the command that cron would start. The start of a cell ends that process, so
it never runs beside a cell; what was interrupted is run again in the next pause. A store survives such an end (D2, D7).
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import TYPE_CHECKING

from nbmodelver import system

if TYPE_CHECKING:
    from nbmodelver.actions.schedule.installing import PlannedSchedule
    from nbmodelver.kernel.cells import CellLog

log = logging.getLogger("nbmodelver")

IDLE_S = 5.0
"""Cells that follow each other faster than this have no task in between."""
ENDS_S = 2.0
"""Longest time that the start of a cell waits for the end of a running task, whose process is killed."""
LOOKS_S = 0.05
LONGEST_S = 600.0
"""A pause looks at the clock so often, because a sleeping machine does not count."""


class IdleTasks:
    """The tasks of one notebook."""

    def __init__(self, cells: CellLog) -> None:
        self._cells = cells
        self._tasks: dict[str, PlannedSchedule] = {}
        self._since: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def add(self, plan: PlannedSchedule) -> None:
        """Run a task when it is due, in a pause. One of the same name is replaced."""
        with self._lock:
            self._tasks[plan.schedule.name] = plan
            self._since[plan.schedule.name] = _now()
        for events, call in ((self._cells.on_start, self.stop), (self._cells.on_end, self.cell_ended)):
            if call not in events:
                events.append(call)  # type: ignore[arg-type]  # each has the type of its list

    def remove(self, name: str) -> bool:
        """Run a task no longer. Returns False if it is not there."""
        with self._lock:
            return self._tasks.pop(name, None) is not None

    def described(self) -> list[str]:
        """Return a sentence for each task."""
        with self._lock:
            return [f"{name} runs {plan.schedule.when} while no cell runs" for name, plan in self._tasks.items()]

    def cell_ended(self, _ok: bool) -> None:
        """Start to wait for the next task that is due."""
        with self._lock:
            if not self._tasks:
                return
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._wait, args=(self._stop,), name="nbmodelver-tasks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End a running task, until the next cell has ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(ENDS_S)

    def _wait(self, stop: threading.Event) -> None:
        """Run what is due until a cell starts."""
        if stop.wait(IDLE_S):
            return
        while not stop.is_set():
            due = self._due()
            if due is not None:
                self._run(due, stop)
            elif stop.wait(self._pause_s()):
                return

    def _due(self) -> PlannedSchedule | None:
        now = _now()
        with self._lock:
            return next((p for n, p in self._tasks.items() if p.times.last(now) > self._since[n]), None)

    def _pause_s(self) -> float:
        now = _now()
        with self._lock:
            left = [(p.times.next(now) - now).total_seconds() for p in self._tasks.values()]
        return max(LOOKS_S, min([*left, LONGEST_S]))

    def _run(self, plan: PlannedSchedule, stop: threading.Event) -> None:
        """Run one task to its end, or end it when a cell starts. A failed run waits until it is due again."""
        started = _now()
        try:
            child = system.port.start_group(plan.command)
        except OSError:
            log.warning("%s could not be started", plan.schedule.name, exc_info=True)
            self._done(plan, started)
            return
        try:
            while child.poll() is None:
                if stop.wait(LOOKS_S):
                    return
            if child.returncode:
                log.warning("%s failed with status %s: see %%mv_schedule", plan.schedule.name, child.returncode)
            self._done(plan, started)
        finally:
            system.port.end_group(child)
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()

    def _done(self, plan: PlannedSchedule, started: datetime) -> None:
        with self._lock:
            self._since[plan.schedule.name] = started


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005  # schedules count local time
