"""Whether a version may be used: an archived one is refused, a deprecated one is named or refused by the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.registry import policy
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft

if TYPE_CHECKING:
    from nbmodelver.model import Json, Version
    from nbmodelver.repo.core.open_store import OpenStore


def notes_or_refusal(store: OpenStore, version: Version, command: str, force: str = "") -> tuple[str, ...]:
    """Return a note if the version is deprecated, () otherwise.

    command: what the user ran, for the way out. force: the reason for which it is used nevertheless.
    Raises ArchivedVersion, and RefusedVersion for a deprecated version if the policy says so, unless `force` is given.
    """
    if not force:
        require(store, version.name, version, f"{command} --force WHY")
    note = states.deprecation_note(store, version)
    return (note,) if note else ()


def require(store: OpenStore, shown: str, version: Version, way_out: str) -> None:
    """Raise ArchivedVersion or RefusedVersion if the version must not be used.

    shown: names the version in the error. way_out: what uses it once, with a reason.
    """
    if not store.moves.has_events:
        return
    states.require_not_archived(store, version, way_out, shown=shown)
    policy.require_not_refused(store, shown, version, way_out)


def record_forced(store: OpenStore, version: Version, why: str) -> None:
    """Write the event of a forced use. Does nothing for a version that needs no force. Raises StoreError."""
    if store.moves.has_events and states.state_of(store, version.id) is not None:
        data: dict[str, Json] = {"version": version.id, "forced": True}
        store.moves.note(EventDraft("access", f"{states.STATES}{version.id}", why, data))
