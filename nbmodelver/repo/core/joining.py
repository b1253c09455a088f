"""Lets refs follow the log after the events of another store were added to it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.checking import latest_of
from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId
from nbmodelver.model.events import RefMove
from nbmodelver.repo.core.ref_states import PLAIN, state_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from nbmodelver.catalogue.events.checking import Latest
    from nbmodelver.catalogue.events.log import EventLog
    from nbmodelver.model import Json
    from nbmodelver.model.events import Event, EventId
    from nbmodelver.repo.core.ref_states import RefState
    from nbmodelver.store.refs import Refs


@dataclass(frozen=True)
class Confirmation:
    """What a remote confirms of its events. An event that is in neither `confirmed` nor `unconfirmed` counts.

    remote: its name, for displays. named: ref of the registry -> its state at the remote. confirmed, unconfirmed: of
    the events that move the registry, those that are new here or were unconfirmed.
    """

    remote: str = ""
    named: Mapping[str, RefState] = field(default_factory=dict)
    confirmed: Collection[EventId] = frozenset()
    unconfirmed: Collection[EventId] = frozenset()


EVERYTHING = Confirmation()
"""All moves count."""


def followed(
    log: EventLog,
    refs: Refs,
    names: Iterable[str],
    has_version: Callable[[VersionId], bool],
    named: Mapping[str, RefState] = EVERYTHING.named,
) -> list[RefMove]:
    """Set refs to the one value of the log that no other event replaced, where the ref is older. Returns the moves.

    Branches stay: only a pull moves them. A tag of a version that is not here stays away. named: ref -> the state that
    wins if several values were not replaced and the ref here has none of them. Raises Damaged, StoreError.
    """
    chosen = sorted({name for name in names if not name.startswith("heads/")})
    following = _Following(log, refs, has_version, named)
    return [move for name in chosen if (move := following.move(name)) is not None]


def behind(log: EventLog, refs: Refs, named: Mapping[str, RefState]) -> list[str]:
    """Return the refs that `followed` would move because of `named`. A damaged ref is left out."""
    found, following = [], _Following(log, refs, lambda _version: True, named)
    for ref, state in named.items():
        with suppress(Damaged):
            if refs.get(ref) != text_of(ref, *state) and following.target(ref) is not None:
                found.append(ref)
    return found


def put(refs: Refs, ref: str, current: str | None, text: str | None) -> None:
    """Set a ref that has the text `current` to another text, or delete it. Raises RefMoved, StoreError."""
    if text is not None:
        refs.move(ref, current, text)
    elif current is not None:
        refs.delete(ref, current)


@dataclass(frozen=True)
class _Following:
    """Lets refs follow the log, see `followed`."""

    log: EventLog
    refs: Refs
    has_version: Callable[[VersionId], bool]
    named: Mapping[str, RefState]

    def move(self, ref: str) -> RefMove | None:
        """Move a ref, and return the move, None if it stays."""
        current, target = self.refs.get(ref), self.target(ref)
        if target is None:
            return None
        put(self.refs, ref, current, text_of(ref, target.value, target.event))
        before = state_of(ref, current)
        return RefMove(ref, None if before is None else before.value, target.value, target.event)

    def target(self, ref: str) -> Latest | None:
        """Return the value that a ref gets, None if it stays."""
        events, current = self.log.about(ref), self.refs.get(ref)
        latest = latest_of(ref, events)
        if any(text_of(ref, one.value, one.event) == current for one in latest):
            return None
        chosen = latest[0] if len(latest) == 1 else self._named(ref, latest)
        if chosen is None or (ref.startswith("tags/") and not _can_be_set(chosen.value, self.has_version)):
            return None
        return chosen if current is None or _is_older(ref, current, events) else None

    def _named(self, ref: str, latest: Sequence[Latest]) -> Latest | None:
        state = self.named.get(ref)
        return next((one for one in latest if state is not None and one.event == state.event), None)


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
