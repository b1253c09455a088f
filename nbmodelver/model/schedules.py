"""Schedules of upkeep: what runs when on which machine, and how its runs ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["cron", "systemd", "hand"]
"""What starts the runs. hand: lines that the user installed, so that only their runs are known."""


@dataclass(frozen=True)
class ScheduledRun:
    """One run of a scheduled task. due: the local time for which it ran, ISO 8601. said: its result as one line."""

    outcome: Literal["done", "failed"]
    said: str
    at_utc: str
    due: str
    duration_s: float


@dataclass(frozen=True)
class Schedule:
    """A task that runs by itself. id: eight hexadecimal digits, the same for user, machine, store and name.

    when: as the user wrote it. words: the arguments of the task; () if they were erased. by, host: who installed it,
    and where. is_mine: by this user on this machine. is_installed: cron or systemd of this user has it; None for those
    of others, which cannot be seen. run: the newest run, None if it never ran. missed: a sentence if a run is missing
    or failed, else "".
    """

    id: str
    name: str
    task: str
    when: str
    how: How
    words: tuple[str, ...] = ()
    by: str = ""
    host: str = ""
    since_utc: str = ""
    is_mine: bool = False
    is_installed: bool | None = None
    run: ScheduledRun | None = None
    missed: str = ""


@dataclass(frozen=True)
class ScheduleChange:
    """The result of an installation or a removal. places: the files or programs that were written. notes: what to know.

    lines: what is installed, or what to install by hand.
    """

    schedule: Schedule
    lines: tuple[str, ...]
    places: tuple[str, ...]
    notes: tuple[str, ...] = ()
    is_removed: bool = False
