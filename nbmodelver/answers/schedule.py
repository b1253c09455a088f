"""Answers about schedules, and the run of a scheduled task."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver import views
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.actions.schedule import installing, running
from nbmodelver.answers import maintain, monitor
from nbmodelver.errors import UsageError
from nbmodelver.verbs import Call, parse, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.actions.schedule.installing import PlannedSchedule
    from nbmodelver.model import Progress
    from nbmodelver.model.schedules import How
    from nbmodelver.repo import Repo
    from nbmodelver.views import Shown

TASKS: dict[str, Callable[[Repo, Call, Progress | None], Shown]] = {
    "backup": maintain.backup, "forget": maintain.forget, "gc": maintain.gc, "verify": maintain.verify,
    "monitor": monitor.monitor,
}  # fmt: skip
PATHS = {"backup": "folder", "monitor": "data"}
"""Task -> its argument that is a path."""
RULES = re.compile(r"keep_|best|within")


def has_failed(verb: str, shown: Shown) -> bool:
    """Return True if the answer of a verb is bad news: damage, drift, other results. The exit status is 1 then."""
    if verb == "verify":
        return bool(shown.value)
    return bool(
        getattr(shown.value, {"backup": "problems", "monitor": "failed", "rerun": "has_failed"}.get(verb, ""), ())
    )


def schedule(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List, print, install or remove a schedule, or run a task now."""
    _require_one_of(call, "install", "print", "remove", "list", "run")
    _require_one_of(call, "cron", "systemd")
    if call["idle"]:
        raise UsageError("--idle runs a task in the pauses of a notebook", "write there: %mv_schedule ... --idle")
    if call["list"] or not (call["task"] or call["called"]):
        if call["remove"] or call["install"] or call["run"]:
            raise UsageError("the task is missing", "name it: %mv_schedule backup ...")
        return views.schedules(installing.listed(repo))
    if call["remove"]:
        done = installing.remove(repo, call["called"] or call["task"])
        return views.schedule_change(done, is_installed=False)
    plan = planned(repo, call)
    if call["run"]:
        inner = parse(call["task"], plan.schedule.words)
        return views.scheduled_run(plan.schedule, running.run(repo, plan, lambda: _work(repo, inner)))
    done = installing.install(repo, plan) if call["install"] else installing.shown(plan)
    return views.schedule_change(done, is_installed=bool(call["install"]))


def _require_one_of(call: Call, *names: str) -> None:
    given = [name for name in names if call[name]]
    if len(given) > 1:
        raise UsageError(f"--{given[0]} and --{given[1]} cannot be combined", "give one of them")


def planned(repo: Repo, call: Call) -> PlannedSchedule:
    """Return what a call would install. Raises UsageError for a wrong time, and for wrong arguments of the task."""
    task, when = call["task"], call["when"]
    if not task or not when:
        raise UsageError("the task or its time is missing", "write for example: %mv_schedule backup daily FOLDER")
    inner = parse(task, call["arguments"])
    _require_rules(inner)
    words = tuple(words_of(Call(inner.verb, {**inner.values, **_absolute(inner)})))
    how: How | None = "cron" if call["cron"] else "systemd" if call["systemd"] else None
    request = installing.ScheduleRequest(
        task, when, words, call["called"] or "", how, bool(call["yes"]), call["id"] or ""
    )  # fmt: skip
    return installing.planned(repo, request)


def _require_rules(inner: Call) -> None:
    """Raise UsageError for a forget without rules, and for what only a person can ask for."""
    if inner.wants_help:
        raise UsageError("help is no task", f"read it: %mv_{inner.verb.name} --help")
    if inner.verb.name == "monitor" and not inner["data"]:
        raise UsageError("the data to watch is missing", "name it: %mv_schedule monitor daily fresh.csv")
    if inner.verb.name == "forget":
        if inner["versions"] or inner["undo"]:
            raise UsageError("versions by name are forgotten once", "schedule rules, such as --keep-last 10")
        if not any(value for name, value in inner.values.items() if RULES.match(name)):
            raise UsageError("a scheduled forget needs rules", "for example: --keep-last 10 --keep-daily 7")


def _absolute(inner: Call) -> dict[str, Any]:
    """Return the argument that is a path, seen from the working directory; cron and systemd start in another one."""
    name = PATHS.get(inner.verb.name, "")
    value = inner[name] if name else None
    if not value:
        return {}
    scheme, colon, path = value.partition(":///")
    if colon and scheme.startswith("sqlite"):
        return {name: f"{scheme}:///{_path(path)}"}
    return {} if "://" in value else {name: _path(value)}


def _path(text: str) -> str:
    return os.path.abspath(Path(text).expanduser())


def _work(repo: Repo, inner: Call) -> tuple[bool, str]:
    """Run a task. Returns whether all is well, and the first line of its answer."""
    try:
        shown = TASKS[inner.verb.name](repo, inner, None)
    except CheckFailed as error:
        return False, error.message
    return not has_failed(inner.verb.name, shown), str(shown).partition("\n")[0]
