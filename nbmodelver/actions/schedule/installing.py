"""Plans, installs and removes a schedule. The installed command needs nothing of the user's environment."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.actions.schedule import crontab, kept, systemd, times
from nbmodelver.errors import NbmodelverError, StoreError, UsageError
from nbmodelver.model.schedules import Schedule, ScheduleChange

if TYPE_CHECKING:
    from nbmodelver.actions.schedule.times import Times
    from nbmodelver.model.schedules import How
    from nbmodelver.repo.core.open_store import OpenStore

NAME, ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"), re.compile(r"[0-9a-f]{8}")
TASKS = ("backup", "forget", "gc", "verify", "monitor")
DELETES = ("forget", "gc")
"""Tasks that delete: nobody is there to look at them when they run, so they are only scheduled with consent."""
PROBE_LIMIT_S = 60
LINGER = "it runs only while you are logged in, unless: loginctl enable-linger"


@dataclass(frozen=True)
class ScheduleRequest:
    """A task to schedule. words: its arguments, with absolute paths. when: see `times.parsed`. name: "" for the task.

    how: "" for systemd if it is there, else cron. is_agreed: the user agreed that the task deletes data. id: of the
    schedule, if the caller knows it.
    """

    task: str
    when: str
    words: tuple[str, ...] = ()
    name: str = ""
    how: How | None = None
    is_agreed: bool = False
    id: str = ""


@dataclass(frozen=True)
class PlannedSchedule:
    """A schedule before it is installed, with its times and its command."""

    schedule: Schedule
    times: Times
    command: tuple[str, ...]


def planned(store: OpenStore, request: ScheduleRequest) -> PlannedSchedule:
    """Return what a request would install. Raises UsageError for invalid times, and without the consent to delete."""
    due = times.parsed(request.when)
    _require_names(request)
    if request.task in DELETES and not request.is_agreed:
        dry = f"%mv_{request.task} {' '.join(request.words)}".rstrip()
        raise UsageError(
            f"a scheduled {request.task} deletes data, and nobody is there to ask",
            f"look at what it would delete: {dry} --dry-run · then agree with --yes",
        )
    root = store.backend.local_path()
    if root is None:
        raise UsageError("a store in memory cannot be opened by cron or systemd", "use a store in a folder")
    name = request.name or request.task
    id_ = request.id or kept.id_of(store, name)
    how: How = request.how or ("cron" if crontab.is_there() and not systemd.is_there() else "systemd")
    made = Schedule(id_, name, request.task, due.text, how, request.words, host=socket.gethostname(), is_mine=True)
    command = (
        os.path.abspath(sys.executable), "-P", "-m", "nbmodelver.cli", "--store", os.path.abspath(root), "schedule",
        request.task, due.text, *request.words, *(("--as", name) if name != request.task else ()),
        *(("--yes",) if request.task in DELETES else ()), "--run", "--id", id_,
    )  # fmt: skip
    return PlannedSchedule(made, due, command)


def _require_names(request: ScheduleRequest) -> None:
    """Raise UsageError for a name that could end a line of a unit, and for an id that no schedule has."""
    if request.name and not NAME.fullmatch(request.name):
        raise UsageError(f"{request.name!r} cannot name a schedule", "write letters, digits, '.', '_' and '-'")
    if request.id and not ID.fullmatch(request.id):
        raise UsageError(f"{request.id!r} is no id of a schedule", "leave it out: only installed lines have one")


def shown(plan: PlannedSchedule) -> ScheduleChange:
    """Return the lines to install by hand, and where they go. Changes nothing."""
    one = plan.schedule
    if one.how == "cron":
        line = crontab.line(plan.times, plan.command, one.id)
        return ScheduleChange(one, (line,), ("crontab -e",))
    texts = systemd.files(plan.times, plan.command, one.id, one.name)
    places = tuple(str(systemd.folder() / name) for name in texts)
    note = f"then: systemctl --user enable --now {systemd.unit(one.id)}.timer"
    return ScheduleChange(one, tuple(texts.values()), places, (note, LINGER))


def install(store: OpenStore, plan: PlannedSchedule) -> ScheduleChange:
    """Install a schedule and put it on the list of the store; an earlier one of its name is replaced.

    Raises UsageError if the interpreter does not find nbmodelver without the user's environment, StoreError if cron or
    systemd refuse. Then nothing is installed.
    """
    _require_alone(plan)
    one = plan.schedule
    other, own = (systemd, crontab) if one.how == "cron" else (crontab, systemd)
    try:
        if one.how == "cron":
            line = crontab.line(plan.times, plan.command, one.id)
            crontab.install(line, one.id)
            done = ScheduleChange(one, (line,), ("crontab",))
        else:
            texts = systemd.files(plan.times, plan.command, one.id, one.name)
            paths = systemd.install(texts, one.id)
            done = ScheduleChange(one, tuple(texts.values()), tuple(map(str, paths)), (LINGER,))
        other.remove(one.id)
        kept.add(store, one)
    except NbmodelverError:
        if not any(s.id == one.id for s in kept.listed(store)):  # An earlier one stays, with its new lines.
            with suppress(StoreError):
                own.remove(one.id)
        raise
    return done


def _require_alone(plan: PlannedSchedule) -> None:
    """Raise UsageError if the command cannot start with an empty environment, as cron starts it."""
    probe = [*plan.command[:2], "-c", "import nbmodelver"]
    try:
        done = subprocess.run(probe, env={}, capture_output=True, timeout=PROBE_LIMIT_S, check=False, cwd=os.path.sep)  # noqa: S603  # our own interpreter
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    except (OSError, subprocess.SubprocessError) as error:
        said, done = str(error), None
    if done is None or done.returncode:
        raise UsageError(
            f"{plan.command[0]} does not start nbmodelver without your environment: {said}",
            "install nbmodelver into it: a PYTHONPATH of your shell is not there when cron or systemd start it",
        )


def remove(store: OpenStore, name: str) -> ScheduleChange:
    """Remove a schedule of this user on this machine. Raises UsageError for an unknown name, StoreError."""
    one = kept.find(store, name)
    places = [
        place for place, gone in (("crontab", crontab.remove(one.id)), ("systemd", systemd.remove(one.id))) if gone
    ]
    kept.remove(store, one)
    notes = () if places else ("it was installed by hand: remove its line there, or its next run lists it again",)
    return ScheduleChange(one, (), tuple(places), notes, is_removed=True)


def listed(store: OpenStore) -> list[Schedule]:
    """Return every schedule of the store, and of the user's own whether cron or systemd have it."""
    return [replace(s, is_installed=_is_installed(s)) if s.is_mine else s for s in kept.listed(store)]


def _is_installed(one: Schedule) -> bool | None:
    if one.how == "hand":
        return None
    return crontab.has(one.id) if one.how == "cron" else systemd.has(one.id)
