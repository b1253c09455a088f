"""Checks the event log of a store, and that its refs agree with it; accepts what a check found."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.checking import EventCheck, Latest, check
from nbmodelver.errors import Damaged, UsageError
from nbmodelver.model import Problem, VersionId
from nbmodelver.model.events import EventId, LogCheck, RefMove
from nbmodelver.repo.core.intact import CUT, LOG
from nbmodelver.repo.core.moves import POLICY, EventDraft

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json
    from nbmodelver.model.events import Event
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.core.ref_states import RefState

COPYING = "copying"
"""A ref of a backup while it is updated, and after an interruption: its refs are older than its events."""

FOLLOWED = (
    "tags/", "models/", "stages/", "aliases/", "states/", "deployments/", "drifts/", "schedules/", POLICY,
)  # fmt: skip
"""Refs that only events move. A branch is also moved by each commit, so its value is not compared."""

MOST_ACCEPTED = 10_000


def check_events(store: OpenStore) -> LogCheck:
    """Check every event, every chain and every ref that events move. Reports damage, raises nothing for it."""
    if not store.moves.has_events:
        return LogCheck(0, 0, (), ())
    store.moves.finish()
    found = check(store.moves.log)
    diverged = tuple(ref for ref, values in found.latest.items() if not _is_plain(ref) and len(values) > 1)
    problems = [*found.problems]
    if store.refs.get(COPYING) is None:
        problems += [*_head_problems(store, found), *_ref_problems(store, found)]
    accepted = tuple(p for p in problems if (p.what, p.object) in found.accepted)
    return LogCheck(
        found.events, found.writers, found.frontier, tuple(p for p in problems if p not in accepted), diverged,
        accepted, found.signers, found.unchecked, unconfirmed=len(found.unconfirmed),
    )  # fmt: skip


def accept(store: OpenStore, why: str) -> tuple[Event, tuple[Problem, ...]]:
    """Accept the damage of the log, so that moves work again. Returns the event, which names it for ever, and it.

    Refs that contradict the log get the values that the log states. Raises UsageError without a reason, or if nothing
    is damaged or the damage is too large; Damaged if the ref `events` is missing.
    """
    store.moves.require_events()
    if not why:
        raise UsageError("an acceptance needs a reason", "add it: -m WHY")
    found = check_events(store)
    if not found.problems:
        raise UsageError("the log has no problem to accept", "see the check: %mv_audit --verify")
    if len(found.problems) > MOST_ACCEPTED:
        raise UsageError(f"the log has more than {MOST_ACCEPTED} problems", "restore the store from a backup")
    if store.moves.head() is None:
        raise Damaged("the ref 'events' is missing", "make it again first: %mv_repair")
    problems: list[Json] = [[p.what, p.object] for p in found.problems]
    log = check(store.moves.log)
    refs = {ref for ref, _ in _contradictions(store, log.latest)} | _torn(log)
    moves, settled = [], []
    for ref in sorted(refs):
        chosen = _chosen(store, ref, log.latest.get(ref, []))
        moves.append(RefMove(ref, chosen.value, chosen.value, chosen.event))
        settled += [v.event for v in log.latest.get(ref, []) if v.event != chosen.event]
    data: dict[str, Json] = {"problems": problems, "count": len(problems), "settles": [*settled]}
    return store.moves.accept(EventDraft("accept", LOG, why, data), moves), found.problems


def _torn(log: EventCheck) -> set[str]:
    """Return the refs with several values only because an event between them is missing."""
    return {ref for ref in log.broken if ref.startswith(FOLLOWED) and len(log.latest.get(ref, [])) > 1}


def _chosen(store: OpenStore, ref: str, values: list[Latest]) -> Latest:
    """Return the value that a ref has after an acceptance: that of the ref if the log states it, else the newest."""
    nothing = Latest("", 0, None)
    try:
        state = store.moves.state(ref)
    except Damaged:
        state = None
    event = state.event if state is not None else ""
    return next((v for v in values if v.event == event), values[-1] if values else nothing)


def _head_problems(store: OpenStore, found: EventCheck) -> Iterator[Problem]:
    try:
        head = store.moves.head()
    except Damaged as error:
        yield Problem(error.message, "events")
        return
    if head is None:
        if found.events:
            yield Problem("the ref 'events' is missing", "events")
        return
    known = {latest.event for values in found.latest.values() for latest in values} | set(found.frontier)
    for id_ in {head.applied, *head.heads} - {""}:
        if id_ not in known and not _exists(store, id_):
            yield Problem(CUT, id_)


def _exists(store: OpenStore, id_: str) -> bool:
    try:
        store.moves.log.get(EventId(id_))
    except (KeyError, Damaged):
        return False
    return True


def _ref_problems(store: OpenStore, found: EventCheck) -> Iterator[Problem]:
    for prefix in FOLLOWED:
        try:
            store.moves.states(prefix)
        except Damaged as error:
            yield Problem(error.message, prefix)
    for ref, state in _contradictions(store, found.latest):
        yield Problem(_disagreement(ref, state, found.latest.get(ref, [])), ref)


def _contradictions(store: OpenStore, latest: Mapping[str, list[Latest]]) -> Iterator[tuple[str, RefState | None]]:
    """Return the refs that events move and that have another value than the log states, sorted, with their states."""
    refs: dict[str, RefState] = {}
    for prefix in FOLLOWED:
        with suppress(Damaged):
            refs |= store.moves.states(prefix)
    for ref in sorted(refs.keys() | {ref for ref in latest if ref.startswith(FOLLOWED)}):
        if not _agrees(ref, refs.get(ref), latest.get(ref, [])) and not _is_away(store, ref, refs, latest):
            yield ref, refs.get(ref)


def _is_away(store: OpenStore, ref: str, refs: Mapping[str, RefState], latest: Mapping[str, list[Latest]]) -> bool:
    """Return True for a tag of a version that another store has and this one did not fetch."""
    values = latest.get(ref, [])
    is_unset = ref.startswith("tags/") and ref not in refs and bool(values)
    return is_unset and not store.history.records.exists(VersionId(str(values[-1].value)))


def _agrees(ref: str, state: RefState | None, values: list[Latest]) -> bool:
    if state is None:
        return not values or values[-1].value is None
    if _is_plain(ref):
        return bool(values) and values[-1].value == state.value
    return any(v.event == state.event and v.value == state.value for v in values)


def _disagreement(ref: str, state: RefState | None, values: list[Latest]) -> str:
    if not values:
        return f"{ref} was created without an event"
    if state is None:
        return f"{ref} was deleted without an event; event {values[-1].event} set it"
    return f"{ref} was changed without an event; event {values[-1].event} set another value"


def _is_plain(ref: str) -> bool:
    return ref.startswith(("tags/", "heads/"))
