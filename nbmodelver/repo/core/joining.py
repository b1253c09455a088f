"""Lets refs follow the log after the events of another store were added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.checking import latest_of
from nbmodelver.model import VersionId
from nbmodelver.model.events import RefMove
from nbmodelver.repo.core.ref_states import PLAIN, state_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbmodelver.catalogue.events.log import EventLog
    from nbmodelver.model import Json
    from nbmodelver.model.events import Event
    from nbmodelver.store.refs import Refs


def followed(
    log: EventLog, refs: Refs, names: Iterable[str], has_version: Callable[[VersionId], bool]
) -> list[RefMove]:
    """Set refs to the one value of the log that no other event replaced, where the ref is older. Returns the moves.

    Branches stay: only a pull moves them. A tag of a version that is not here stays away. Raises Damaged, StoreError.
    """
    chosen = sorted({name for name in names if not name.startswith("heads/")})
    return [move for name in chosen if (move := _followed(log, refs, name, has_version)) is not None]


def put(refs: Refs, ref: str, current: str | None, text: str | None) -> None:
    """Set a ref that has the text `current` to another text, or delete it. Raises RefMoved, StoreError."""
    if text is not None:
        refs.move(ref, current, text)
    elif current is not None:
        refs.delete(ref, current)


def _followed(log: EventLog, refs: Refs, ref: str, has_version: Callable[[VersionId], bool]) -> RefMove | None:
    events = log.about(ref)
    latest = latest_of(ref, events)
    if len(latest) != 1 or (ref.startswith("tags/") and not _can_be_set(latest[0].value, has_version)):
        return None
    text, current = text_of(ref, latest[0].value, latest[0].event), refs.get(ref)
    if text == current or not (current is None or _is_older(ref, current, events)):
        return None
    put(refs, ref, current, text)
    before = state_of(ref, current)
    return RefMove(ref, None if before is None else before.value, latest[0].value, latest[0].event)


def _can_be_set(tag: Json, has_version: Callable[[VersionId], bool]) -> bool:
    return tag is None or has_version(VersionId(str(tag)))


def _is_older(ref: str, current: str, events: Sequence[Event]) -> bool:
    """Return True if an event of the log gave the ref its current value."""
    state = state_of(ref, current)
    if state is None:
        return True
    values = [(e.id, m.after) for e in events for m in e.moves if m.ref == ref]
    if ref.startswith(PLAIN):
        return any(after == state.value for _, after in values)
    return (state.event, state.value) in values
