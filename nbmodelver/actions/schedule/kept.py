"""The list of schedules and of their runs: a ref and events in the store.

The ref `schedules/ID` says that a task runs by itself, on one machine and for one user; its event says who installed
it. All users of a store see it, because a missed backup concerns them all. Each run is an event about the ref.
"""

from __future__ import annotations

import hashlib
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nbmodelver.actions.schedule import times
from nbmodelver.errors import StoreError, UsageError
from nbmodelver.model.monitoring import without_password
from nbmodelver.model.schedules import Schedule, ScheduledRun
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft, Wanted

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.model.events import Event
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.core.ref_states import RefState

SCHEDULES = "schedules/"
LATE = timedelta(hours=1)
"""A run that is so much behind its time is missed. A long backup, or a machine that wakes up, has begun by then."""
MOST_SAID = 500


def id_of(store: OpenStore, name: str) -> str:
    """Return the id of a schedule of this user on this machine. Raises UsageError in a store without events."""
    store.moves.require_events()
    who = store.moves.person().pseudonym
    return hashlib.blake2b(f"{who}\n{socket.gethostname()}\n{name}".encode(), digest_size=4).hexdigest()


def listed(store: OpenStore, now: datetime | None = None) -> list[Schedule]:
    """Return the schedules of the store with their newest runs, sorted by name. now: local time without a zone."""
    if not store.moves.has_events:
        return []
    found = store.moves.states(SCHEDULES)
    me = ""
    with suppress(StoreError):  # A store that cannot be written names nobody; its schedules are listed nevertheless.
        me = store.moves.person().pseudonym if found else ""
    known = [_schedule(store, ref.removeprefix(SCHEDULES), state, me) for ref, state in found.items()]
    return [replace(s, missed=missed(s, now)) for s in sorted(known, key=lambda s: (s.name, s.id))]


def _schedule(store: OpenStore, id_: str, state: RefState, me: str) -> Schedule:
    value = state.value if isinstance(state.value, dict) else {}
    event = states.event_of(store, state.event)
    words = event.private.get("arguments") if event is not None else None
    how = value.get("how")
    return Schedule(
        id_, str(value.get("name")), str(value.get("task")), str(value.get("when")),
        "cron" if how == "cron" else "systemd" if how == "systemd" else "hand",
        tuple(map(str, words)) if isinstance(words, list) else (),
        event.by.shown if event else "", event.by.host if event else "", event.at_utc if event else "",
        is_mine=event is not None and event.by.pseudonym == me and event.by.host == socket.gethostname(),
        run=last_run(store, id_),
    )  # fmt: skip


def last_run(store: OpenStore, id_: str) -> ScheduledRun | None:
    """Return the newest run of a schedule, None if it never ran."""
    runs = (e for e in reversed(store.moves.log.about(SCHEDULES + id_)) if "outcome" in e.data)
    event = next(runs, None)
    if event is None:
        return None
    outcome = "done" if event.data["outcome"] == "done" else "failed"
    said, due = str(event.private.get("said", "")), str(event.data.get("due", ""))
    return ScheduledRun(outcome, said, event.at_utc, due, float(str(event.data.get("duration_s", "0"))))  # type: ignore[arg-type]  # one of two


def missed(schedule: Schedule, now: datetime | None = None) -> str:
    """Return a sentence if a run of the schedule is missing or failed, else "". now: local time without a zone."""
    now = now or datetime.now()  # noqa: DTZ005  # cron and systemd count local time
    who = "" if schedule.is_mine else f" of {schedule.by or 'someone'} on {schedule.host or 'another machine'}"
    label = f"{schedule.name}{who}"
    try:
        due = times.parsed(schedule.when).last(now - LATE)
    except UsageError:
        return f"{label}: '{schedule.when}' is no time of a schedule"
    last = _local(schedule.run.at_utc) if schedule.run is not None else None
    if last is not None and last >= due:
        run = schedule.run
        return f"{label}: the last run failed: {run.said}" if run is not None and run.outcome == "failed" else ""
    if last is not None:
        return f"{label}: last run {_ago(now - last)}, due {schedule.when}"
    since = _local(schedule.since_utc)
    if since is None or since >= due:
        return ""
    return f"{label}: never ran since {since:%Y-%m-%d %H:%M}, due {schedule.when}"


def _local(at_utc: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at_utc).astimezone().replace(tzinfo=None)
    except ValueError:
        return None


def _ago(passed: timedelta) -> str:
    hours = int(passed.total_seconds() // 3600)
    count, noun = (hours // 24, "day") if hours >= 24 else (hours, "hour")
    return f"{count} {noun}{'' if count == 1 else 's'} ago"


def find(store: OpenStore, name: str) -> Schedule:
    """Return the schedule of this name of the user on this machine. Raises UsageError if the name is unknown."""
    mine = [s for s in listed(store) if s.is_mine]
    found = next((s for s in mine if s.name == name), None)
    if found is None:
        names = ", ".join(s.name for s in mine)
        raise UsageError(f"you have no schedule '{name}' here", f"there are: {names}" if names else "see: %mv_schedule")
    return found


def add(store: OpenStore, schedule: Schedule) -> None:
    """Put a schedule on the list, or change it, with an event. Does nothing if it is there so. Raises RefMoved."""
    ref = SCHEDULES + schedule.id
    before = store.moves.state(ref)
    words: list[Json] = [
        without_password(word) for word in schedule.words
    ]  # It stays in the lines of cron and systemd.
    value: Json = {"name": schedule.name, "task": schedule.task, "when": schedule.when, "how": schedule.how}
    if before is not None and before.value == value:
        event = states.event_of(store, before.event)
        if event is not None and event.private.get("arguments", []) == words:
            return
    draft = EventDraft("schedule", ref, data={"task": schedule.task}, private={"arguments": words})
    store.moves.run(draft, [Wanted(ref, before, value)])


def remove(store: OpenStore, schedule: Schedule) -> None:
    """Take a schedule from the list, with an event. Its runs stay in the audit log. Raises RefMoved."""
    ref = SCHEDULES + schedule.id
    before = store.moves.state(ref)
    if before is not None:
        store.moves.run(EventDraft("schedule", ref, data={"task": schedule.task}), [Wanted(ref, before, None)])


def record(store: OpenStore, schedule: Schedule, run: ScheduledRun) -> Event:
    """Write the event of a run. Raises StoreError.

    A schedule that is not on the list yet, because its line was installed by hand, is added.
    """
    if store.moves.state(SCHEDULES + schedule.id) is None:
        add(store, replace(schedule, how="hand"))
    data: dict[str, Json] = {
        "name": schedule.name, "task": schedule.task, "outcome": run.outcome, "due": run.due,
        "duration_s": f"{run.duration_s:.3f}",
    }  # fmt: skip
    return store.moves.note(
        EventDraft("schedule", SCHEDULES + schedule.id, data=data, private={"said": run.said[:MOST_SAID]})
    )
