"""The ref `events` of a store: JSON that names the store, the applied event, the coming one and the newest ones."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nbmodelver.catalogue.events.lines import canonical
from nbmodelver.errors import Damaged


@dataclass(frozen=True)
class EventsHead:
    """The ref `events`. store: the random id of the store. applied, coming: ids of events. heads: the newest events."""

    store: str
    applied: str = ""
    coming: str = ""
    heads: tuple[str, ...] = ()


def head_text(head: EventsHead) -> str:
    """Return the text of the ref."""
    data = {"store": head.store, "applied": head.applied, "next": head.coming, "heads": list(head.heads)}
    return canonical(data).decode()


def parse_events_head(text: str) -> EventsHead:
    """Return what the text of the ref says. Raises Damaged."""
    try:
        data = json.loads(text)
        return EventsHead(
            str(data["store"]), str(data["applied"]), str(data["next"]), tuple(str(h) for h in data["heads"])
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Damaged("the ref 'events' is damaged", "see what is affected: %mv_audit --verify") from None
