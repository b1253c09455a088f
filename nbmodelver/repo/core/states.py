"""The states of versions, and the versions that stages, aliases and archives hold. Read from refs and their events."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import ArchivedVersion, Damaged, UnknownVersion
from nbmodelver.model import VersionId
from nbmodelver.model.events import EventId
from nbmodelver.model.registry import VersionState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Version
    from nbmodelver.model.events import Event
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.core.ref_states import RefState

STATES = "states/"
STAGES = "stages/"
ALIASES = "aliases/"
DRIFTS = "drifts/"
"""Refs of versions whose fresh data drifted from the training set, until data without drift is compared."""
FORMER_HOLDERS = 3
"""This many former holders of each stage are kept, so that a promotion can be taken back."""


def state_of(store: OpenStore, version_id: VersionId) -> VersionState | None:
    """Return the state of a version, None if it is active. A date in the future counts from that day on."""
    state = store.moves.state(f"{STATES}{version_id}")
    return None if state is None else described(store, state)


def states(store: OpenStore) -> dict[VersionId, VersionState]:
    """Return version -> state of every version that is deprecated or archived."""
    found = {}
    for ref, state in store.moves.states(STATES).items():
        if (shown := described(store, state)) is not None:
            found[VersionId(ref.removeprefix(STATES))] = shown
    return found


def described(store: OpenStore, state: RefState) -> VersionState | None:
    """Return a state with the reason, author and time of the event that set it; None for an active version."""
    value = state.value
    if not isinstance(value, dict) or value.get("state") not in ("deprecated", "archived"):
        return None
    event = event_of(store, str(value.get("set_by") or state.event))  # A purge keeps the event that set it.
    return VersionState(
        "archived" if value["state"] == "archived" else "deprecated",
        why=event.why if event else "",
        use=str(value.get("use") or ""),
        starts_on=str(value.get("from") or ""),
        by=event.by.shown if event else "",
        at_utc=event.at_utc if event else "",
    )


def event_of(store: OpenStore, id_: str) -> Event | None:
    """Return an event, None if it is missing or damaged; a check of the log reports that."""
    try:
        return store.moves.log.get(EventId(id_))
    except (KeyError, Damaged):
        return None


def phrase(state: VersionState) -> str:
    """Return a state with its reason and the replacement, such as "deprecated: leaked rows; use churn/1.4.1"."""
    when = "" if is_in_force(state) else f" from {state.starts_on}"
    use = f"; use {state.use}" if state.use else ""
    return f"{state.state}{when}: {state.why or 'no reason'}{use}"


def is_in_force(state: VersionState, today: str = "") -> bool:
    """Return True unless a deprecation starts on a later day. today: ISO 8601, "" for now."""
    return not state.starts_on or state.starts_on <= (today or datetime.now(UTC).date().isoformat())


def require_not_archived(store: OpenStore, version: Version, once: str = "", *, shown: str = "") -> None:
    """Raise ArchivedVersion if the version is archived.

    once: the command or call that uses it nevertheless, if there is one. shown: names the version in the error; "" for
    its name.
    """
    state = state_of(store, version.id)
    if state is None or state.state != "archived":
        return
    name = shown or version.name
    why = f": {state.why}" if state.why else ""
    hint = f"restore it: %mv_archive {name} --undo -m WHY"
    raise ArchivedVersion(
        f"{name} was archived by {state.by or 'someone'} on {state.at_utc[:10]}{why}",
        f"{hint} · or once: {once}" if once else hint,
    )


def deprecation_note(store: OpenStore, version: Version) -> str:
    """Return a sentence if the version is deprecated, else ""."""
    state = state_of(store, version.id)
    if state is None or state.state != "deprecated":
        return ""
    return f"{version.name} is {phrase(state)}"


def held(store: OpenStore) -> dict[VersionId, str]:
    """Return the versions that are never forgotten, each with the reason as a phrase for messages.

    Holders of stages and aliases, deployed versions, and archived ones.
    """
    if not store.moves.has_events:
        return {}
    found: dict[VersionId, str] = {}
    for version_id, state in states(store).items():
        if state.state == "archived":
            found[version_id] = "archived"
    for ref in store.moves.states("deployments/"):
        _hold(found, store.moves.state(ref), f"deployed to {ref.removeprefix('deployments/')}")
    for ref, state_now in store.moves.states(ALIASES).items():
        _hold(found, state_now, f"'{ref.removeprefix(ALIASES).replace('/', '@')}'")
    for ref, state_now in store.moves.states(STAGES).items():
        _hold(found, state_now, f"in stage '{ref.removeprefix(STAGES).replace('/', '@')}'")
    return _living(store, found)


def formerly_held(store: OpenStore) -> dict[VersionId, str]:
    """Return the newest former holders of each stage, each with the reason as a phrase for messages."""
    if not store.moves.has_events:
        return {}
    found: dict[VersionId, str] = {}
    for ref in store.moves.states(STAGES):
        name = ref.removeprefix(STAGES).replace("/", "@")
        for event in [e for e in store.moves.log.about(ref) if e.moves][-FORMER_HOLDERS - 1 :]:
            values = [m.after for m in event.moves if m.ref == ref and isinstance(m.after, dict)]
            found |= {VersionId(str(v.get("version"))): f"a former holder of {name}" for v in values}
    return _living(store, found)


def _living(store: OpenStore, found: Mapping[VersionId, str]) -> dict[VersionId, str]:
    """Return the same with the ids that a purge gave to the versions."""
    living: dict[VersionId, str] = {}
    for version_id, reason in found.items():
        with suppress(UnknownVersion, Damaged):
            living[store.history.version(version_id).id] = reason
    return living


def _hold(found: dict[VersionId, str], state: RefState | None, reason: str) -> None:
    if state is not None and isinstance(state.value, dict) and "version" in state.value:
        found[VersionId(str(state.value["version"]))] = reason
