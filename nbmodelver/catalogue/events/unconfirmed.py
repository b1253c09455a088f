"""The events of a remote whose moves of the registry its head does not confirm. They stay in the log and move nothing.

A file `unconfirmed/EVENT` names such an event, and `unconfirmed/EVENT.confirmed` ends that. Both are only created, so a
copy of the files is complete at each moment if these files are copied before the events.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.lines import canonical
from nbmodelver.model.events import EventId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Backend
    from nbmodelver.model.events import Event

PREFIX = "unconfirmed/"
CONFIRMED = ".confirmed"
REGISTRY = ("models/", "stages/", "aliases/", "states/", "deployments/", "drifts/", "policy")
"""Refs that events move and that the head `registry` of a remote has."""

_KEY = re.compile(r"unconfirmed/([0-9a-f]{40})(\.confirmed)?")
_MOST_BYTES = 4096


class Unconfirmed:
    """The unconfirmed events of one store. Any process may add and confirm events."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def ids(self) -> set[EventId]:
        """Return the ids of the events. Costs one listing."""
        matches = [match for key in self._backend.list(PREFIX) if (match := _KEY.fullmatch(key))]
        confirmed = {match[1] for match in matches if match[2]}
        return {EventId(match[1]) for match in matches if match[1] not in confirmed}

    def remote_of(self, id_: EventId) -> str:
        """Return the name of the remote that brought an unconfirmed event, "" if it is not known."""
        try:
            data = json.loads(bytes(self._backend.read(f"{PREFIX}{id_}", 0, _MOST_BYTES)))
            return str(data["remote"])
        except (KeyError, ValueError, TypeError, RecursionError):
            return ""

    def add(self, ids: Iterable[EventId], remote: str) -> None:
        """Add events durably, before they are in the log. remote: the name of the remote, for displays."""
        for id_ in sorted(ids):
            self._backend.create(f"{PREFIX}{id_}", [canonical({"remote": remote})])

    def confirm(self, ids: Iterable[EventId]) -> None:
        """Let the moves of events count. After a kill, some count; the same call completes it."""
        for id_ in sorted(ids):
            self._backend.create(f"{PREFIX}{id_}{CONFIRMED}", [b"{}"])


def moves_registry(event: Event) -> bool:
    """Return True if the event moves a ref that the head `registry` of a remote has."""
    return any(move.ref.startswith(REGISTRY) for move in event.moves)
