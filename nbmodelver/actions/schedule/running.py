"""Runs a scheduled task once and writes the event that says how it ended."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.actions.schedule import kept
from nbmodelver.errors import NbmodelverError, StoreLocked
from nbmodelver.model.schedules import ScheduledRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.actions.schedule.installing import PlannedSchedule
    from nbmodelver.repo.core.open_store import OpenStore


class TaskFailed(NbmodelverError):
    """A scheduled task that failed. Its event is written."""


def run(store: OpenStore, plan: PlannedSchedule, work: Callable[[], tuple[bool, str]]) -> ScheduledRun:
    """Run a task and keep its outcome as an event. A second run of the same schedule does not start beside it.

    work: returns whether the task succeeded, and a line about it. An exception is a failed run.
    Raises TaskFailed after the event is written, StoreLocked if the run before has not ended.
    """
    due = plan.times.last(datetime.now())  # noqa: DTZ005  # cron and systemd count local time
    with ExitStack() as held:
        try:
            held.enter_context(store.backend.lock(f"schedule-{plan.schedule.id}", 0))
        except StoreLocked as error:
            raise StoreLocked(f"{plan.schedule.name}: the run before has not ended", error.hint) from None
        return _run(store, plan, due, work)


def _run(store: OpenStore, plan: PlannedSchedule, due: datetime, work: Callable[[], tuple[bool, str]]) -> ScheduledRun:
    started_s = time.perf_counter()
    cause: Exception | None = None
    try:
        is_done, said = work()
    except NbmodelverError as error:
        cause, is_done, said = error, False, error.message
    except Exception as error:  # A bug, or a library: nobody reads the traceback of a job of the night.
        cause, is_done, said = error, False, f"{type(error).__name__}: {error}"
    duration_s = time.perf_counter() - started_s
    one_line = " ".join(said.split())
    found = ScheduledRun(
        "done" if is_done else "failed", one_line, datetime.now(UTC).isoformat(), due.isoformat(), duration_s
    )
    kept.record(store, plan.schedule, found)
    if not is_done:
        hint = cause.hint if isinstance(cause, NbmodelverError) else ""
        raise TaskFailed(f"{plan.schedule.name}: {one_line}", hint) from cause
    return found
