"""Whether the event log may be continued: what every move checks before it writes. A full check is `event_check`.

Reading stays possible. Damage that an `accept` event names does not stop moves any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.errors import Damaged
from nbmodelver.model import Problem
from nbmodelver.model.events import EventId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbmodelver.catalogue.events.log import EventLog
    from nbmodelver.model import Json

LOG = "log"
"""The subject of the events that are about the log itself."""

CUT = "the newest event that moved a ref is missing: the end of the log was cut off"


class SetRef(NamedTuple):
    """A ref that is about to move, its value, and the event that set the value."""

    ref: str
    value: Json
    event: str


def require_intact(log: EventLog, heads: Iterable[str], refs: Iterable[SetRef]) -> None:
    """Raise Damaged, with the first place, if events are unreadable or missing, or if a ref contradicts its event.

    heads: the events that the ref `events` names. It looks at the events that are not folded, and at these refs.
    """
    found = next(_problems(log, heads, refs), None)
    if found is None:
        return
    accepted = accepted_objects(log)
    found = next((p for p in _problems(log, heads, refs) if p.object not in accepted), None)
    if found is not None:
        where = "" if found.object in found.what else f" ({found.object})"
        raise Damaged(
            f"the event log is damaged, so nothing moves: {found.what}{where}",
            "see all of it: %mv_audit --verify · go on nevertheless: %mv_audit --accept -m WHY",
        )


def accepted_objects(log: EventLog) -> set[str]:
    """Return the places of the damage that somebody accepted."""
    found: set[str] = set()
    for event in log.about(LOG):
        problems = event.data.get("problems")
        if event.kind == "accept" and isinstance(problems, list):
            found |= {str(p[1]) for p in problems if isinstance(p, list) and len(p) == 2}
    return found


def _problems(log: EventLog, heads: Iterable[str], refs: Iterable[SetRef]) -> Iterator[Problem]:
    for key, error in log.unreadable().items():
        yield Problem(error.message, key)
    for id_, link in log.dangling().items():
        yield Problem(f"it names event {link}, which is missing", id_)
    for newest in heads:
        if not _exists(log, newest):
            yield Problem(CUT, newest)
    for one in refs:
        if not has_set(log, one):
            yield Problem(f"{one.ref} was changed without an event", one.ref)


def _exists(log: EventLog, id_: str) -> bool:
    try:
        log.get(EventId(id_))
    except (KeyError, Damaged):
        return False
    return True


def has_set(log: EventLog, one: SetRef) -> bool:
    """Return True if the event gave this value to the ref."""
    try:
        event = log.get(EventId(one.event))
    except (KeyError, Damaged):
        return False
    return any(m.ref == one.ref and m.after == one.value for m in event.moves)
