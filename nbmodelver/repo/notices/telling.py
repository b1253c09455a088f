"""Decides who is notified of what: turns events, failed gates and alarms into notices for the channels of the policy.

Nothing here may stop or delay a verb: an error is logged, and messages are only queued.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.model import VersionId
from nbmodelver.repo.core.hook_rules import CHANNEL_NAME
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.core.states import DRIFTS
from nbmodelver.repo.notices import sender
from nbmodelver.repo.notices.queue import Notice, NoticeQueue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Finding, Json, Version
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo.core.open_store import OpenStore

log = logging.getLogger("nbmodelver")

_HARMLESS = ("pass", "skipped", "not allowed")
"""Outcomes of a hook that only the user of the verb is notified of."""

_MOST_CHARS = 2000
_ID_BYTES = 20
_LEADS = {
    "request": "approval requested", "approve": "approved", "refuse": "approval refused",
    "withdraw": "approval withdrawn",
    "back": "moved back", "register": "registered", "promote": "promoted", "deprecate": "deprecated",
    "archive": "archived", "restore": "restored", "deploy": "deployed", "undeploy": "deployment ended",
    "policy": "policy changed", "access": "loaded",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What people are notified of that no event records."""

    kind: str
    title: str
    text: str
    id: str
    data: Mapping[str, Json]


def of_event(store: OpenStore, event: Event) -> None:
    """Queue the notices of an event. Never raises."""
    kind = _kind(event)
    try:
        if channels := store.hook_rules.now().channels(kind):
            _queue(channels, _notice(store, event, kind))
    except Exception:  # The move is done.
        log.warning("the notifications of an event could not be queued", exc_info=True)


def of_failed_gates(
    store: OpenStore, registered: RegisteredVersion, stage: str, failed: Sequence[str], why: str = ""
) -> None:
    """Queue the notices of a promotion that gates stopped. Nothing was moved, so there is no event. Never raises."""
    address = registered.address
    text = f"{address} did not go to {stage}: {', '.join(failed)} failed" + (f" · {why}" if why else "")
    data: dict[str, Json] = {"subject": f"models/{registered.model}", "address": address, "to": stage}
    data |= {"gates": [*failed], "why": why}
    _tell(store, Told("gate failed", f"gate failed: {address} to {stage}", text, secrets.token_hex(_ID_BYTES), data))


def of_alarms(store: OpenStore, version: Version, found: Sequence[Finding]) -> None:
    """Queue the notices of the alarms that a version brought in. The same alarms have the same id. Never raises."""
    alarms = [f.text for f in found if f.level == "alarm" and f.since == version.name and not f.accepted]
    if not alarms:
        return
    id_ = hashlib.sha256("\n".join([version.id, *sorted(alarms)]).encode()).hexdigest()[: 2 * _ID_BYTES]
    text = f"{version.name}: {'; '.join(alarms)}"
    data: dict[str, Json] = {"version": version.id, "name": version.name, "alarms": [*alarms]}
    _tell(store, Told("alarm", f"alarm: {version.name}", text, id_, data))


def trial_notice(store: OpenStore, channel: str) -> Notice:
    """Return a message to try a channel with."""
    text = f"This is a test of the channel '{channel}'."
    return Notice(secrets.token_hex(_ID_BYTES), "test", "nbmodelver: test", text, _now(), where=_where(store))


def erase(store: OpenStore, by: Sequence[str], events: Sequence[str]) -> int:
    """Drop waiting messages by people who are erased, and about their events. Returns their number."""
    head = store.moves.head()
    return NoticeQueue().drop(head.store if head is not None else "", by, events)


def _tell(store: OpenStore, told: Told) -> None:
    try:
        if not (channels := store.hook_rules.now().channels(told.kind)):
            return
        head, me = store.moves.head(), store.moves.person()
        title, text = _hidden(f"{told.title} ({_where(store)})", f"{told.text} · {me.shown}")
        data = Searcher().hidden_everywhere({**told.data, "kind": told.kind, "by": me.shown})
        about = (me.pseudonym, head.store if head is not None else "", _where(store), data)
        _queue(channels, Notice(told.id, told.kind, title, text, _now(), *about))
    except Exception:  # The verb has its own answer.
        log.warning("a notification could not be queued", exc_info=True)


def _queue(channels: Sequence[str], notice: Notice) -> None:
    queue = NoticeQueue()
    for channel in channels:
        if CHANNEL_NAME.fullmatch(channel):  # It becomes the name of a file.
            queue.put(notice, channel)
    sender.start()


def _kind(event: Event) -> str:
    """Return the kind of a notice: that of its event, or "hook failed", "schedule failed" or "alarm" for its outcome.

    Drift of fresh data is an alarm when it opens, not at each later comparison that finds it again.
    """
    outcome = event.data.get("outcome")
    if event.kind == "hook":
        return "hook" if outcome in _HARMLESS else "hook failed"
    if event.kind == "schedule":
        return "schedule failed" if outcome == "failed" else "schedule"
    if any(m.ref.startswith(DRIFTS) and m.before is None for m in event.moves):
        return "alarm"
    return event.kind


def _notice(store: OpenStore, event: Event, kind: str) -> Notice:
    what = _what(store, event)
    lead = _LEADS.get(kind, kind)
    why = event.why or str(event.private.get("message") or event.private.get("said") or "")
    said = [f"{lead} {what}".strip(), why, event.by.shown]
    data: dict[str, Any] = {
        "event": event.id, "kind": kind, "subject": event.subject, "by": event.by.shown, "why": event.why,
        "moves": [{"ref": m.ref, "from": m.before, "to": m.after} for m in event.moves],
        **{k: event.data[k] for k in ("number", "stage", "place", "version", "verb", "outcome") if k in event.data},
    }  # fmt: skip
    title, text = _hidden(f"{lead}: {what} ({_where(store)})", " · ".join(s for s in said if s))
    return Notice(
        event.id, kind, title, text, event.at_utc, event.by.pseudonym, event.store, _where(store),
        Searcher().hidden_everywhere(data),
    )  # fmt: skip


def _what(store: OpenStore, event: Event) -> str:
    """Return what an event is about as a phrase, such as "churn/1.4.0 to production"."""
    if event.kind == "schedule":
        return str(event.data.get("name", ""))
    if event.kind == "check":
        version = VersionId(str(event.data.get("version", "")))
        return store.history.version(version).name if store.history.records.exists(version) else ""
    model = event.subject.removeprefix("models/")
    number, stage = event.data.get("number"), event.data.get("stage")
    about = f"{model}/{number}" if number and event.subject.startswith("models/") else model
    if event.kind == "hook":
        return f"{event.data.get('when')} {event.data.get('verb')} {about}".strip()
    targets = [m.ref.split("/")[-1] for m in event.moves if m.after is not None and m.ref.startswith("stages/")]
    place = event.data.get("place")
    target = next((str(t) for t in (*targets[:1], stage, place) if t), "")
    return f"{about} to {target}" if target and about else about or target


def _hidden(title: str, text: str) -> tuple[str, str]:
    searcher = Searcher()
    return searcher.hidden(title)[:_MOST_CHARS], searcher.hidden(text)[:_MOST_CHARS]


def _where(store: OpenStore) -> str:
    """Return the name of the folder that holds the store. The whole path is not sent."""
    root = store.backend.local_path()
    return store.where if root is None else Path(root).parent.name


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
