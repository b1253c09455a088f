"""Deprecates, archives and restores versions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from nbmodelver.errors import UnknownModel, UnknownVersion, UsageError
from nbmodelver.model.registry import StateChange, VersionState
from nbmodelver.registry import deployments, policy, reading
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.hooks import around

if TYPE_CHECKING:
    from nbmodelver.model import Json, Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo.core.open_store import OpenStore


def version_at(store: OpenStore, text: str) -> tuple[Version, tuple[RegisteredVersion, ...]]:
    """Return the version of an address of a model or of a revision, and how it is registered.

    Raises UnknownModel for an address of a known model that names nothing, UnknownVersion for anything else.
    """
    model = text.removeprefix("models:/").partition("/")[0].partition("@")[0]
    if model in reading.names(store) and (model != text or not _is_revision(store, text)):
        registered = reading.resolve(store, text)
        return reading.version_of(store, registered), (registered,)
    try:
        version = store[text]
    except UnknownVersion as error:
        if "/" in text or "@" in text.removeprefix("@"):
            raise UnknownModel(f"'{text}' names neither a registered model nor a version", error.hint) from None
        raise
    return version, tuple(reading.registered_of(store, version.id))


def deprecate(
    store: OpenStore, text: str, why: str, *, use: str = "", starts_on: str = "", is_dry: bool = False
) -> StateChange:
    """Mark a version as deprecated. use: what to use instead. starts_on: the first day, ISO 8601, "" for at once.

    It keeps its stages, aliases and deployments, which the result names. Raises UsageError without a reason, for an
    invalid date, for a replacement that is the version itself, deprecated or archived; UnknownModel, UnknownVersion.
    """
    store.moves.require_events()
    version, registered = version_at(store, text)
    if not why:
        raise UsageError("a deprecation needs a reason", "add it: -m WHY")
    if starts_on:
        _require_date(starts_on)
    replacement = _replacement(store, use, version) if use else ""
    states.require_not_archived(store, version, shown=text)
    value: Json = {"state": "deprecated", "from": starts_on, "use": replacement}
    if not is_dry:
        act = around.of_version("deprecate", version, _first(registered), why, use=replacement, starts_on=starts_on)
        around.before(store, act)
        _set(store, version, _draft("deprecate", version, why), value)
        around.after(store, act)
    state = VersionState("deprecated", why, replacement, starts_on) if is_dry else states.state_of(store, version.id)
    return StateChange(version, registered, state, _used_by(store, version, registered), is_dry)


def archive(store: OpenStore, text: str, why: str, *, is_dry: bool = False) -> StateChange:
    """Archive a version: lists hide it, it cannot be used until it is restored, and no byte of it is ever collected.

    Its aliases and stages are given up in the same event. Raises UsageError without a reason, or while it is deployed.
    """
    store.moves.require_events()
    version, registered = version_at(store, text)
    if not why:
        raise UsageError("archiving needs a reason", "add it: -m WHY")
    now = states.state_of(store, version.id)
    if now is not None and now.state == "archived":
        raise UsageError(f"{text} is archived already: {now.why}", f"restore it: %mv_archive {text} --undo -m WHY")
    places = [d.place for r in registered for d in deployments.of_version(store, r) if d.is_open]
    if places:
        raise UsageError(
            f"{text} is deployed to {', '.join(places)}", f"end that first: %mv_deploy {places[0]} --end -m WHY"
        )
    used_by = _used_by(store, version, registered)
    if not is_dry:
        archived: Json = {"state": "archived", "from": "", "use": ""}
        act = around.of_version("archive", version, _first(registered), why)
        around.before(store, act)
        _set(store, version, _draft("archive", version, why), archived, _held_by(store, registered))
        around.after(store, act)
    state = VersionState("archived", why) if is_dry else states.state_of(store, version.id)
    return StateChange(version, registered, state, used_by, is_dry)


def restore(store: OpenStore, text: str, why: str, *, is_dry: bool = False) -> StateChange:
    """Make an archived or deprecated version active again. Raises UsageError if it is active, or without a reason."""
    store.moves.require_events()
    version, registered = version_at(store, text)
    if not why:
        raise UsageError("a restored version needs a reason", "add it: -m WHY")
    now = states.state_of(store, version.id)
    if now is None:
        raise UsageError(f"{text} is neither archived nor deprecated", "see the versions: %mv_models")
    if not is_dry:
        kind = "restore" if now.state == "archived" else "undeprecate"
        _set(store, version, _draft(kind, version, why), None)
    return StateChange(version, registered, None, is_dry=is_dry)


def _set(store: OpenStore, version: Version, draft: EventDraft, value: Json, more: tuple[Wanted, ...] = ()) -> None:
    policy.require_role(store, "writer", "change the state of a version")
    with store.exclusive_refs():  # No other kernel forgets the version meanwhile.
        store.history.exact(version.id)
        store.moves.run(draft, [Wanted(draft.subject, store.moves.state(draft.subject), value), *more])


def _draft(kind: str, version: Version, why: str) -> EventDraft:
    return EventDraft(kind, f"{states.STATES}{version.id}", why)


def _first(registered: tuple[RegisteredVersion, ...]) -> RegisteredVersion | None:
    return registered[0] if registered else None


def _held_by(store: OpenStore, registered: tuple[RegisteredVersion, ...]) -> tuple[Wanted, ...]:
    """Return the moves that take a version out of its stages and aliases."""
    wanted = []
    for one in registered:
        for prefix in (states.STAGES, states.ALIASES):
            for holder, number in reading.holders(store, prefix, one.model).items():
                ref = f"{prefix}{one.model}/{holder}"
                if number == one.number:
                    wanted.append(Wanted(ref, store.moves.state(ref), None))
    return tuple(wanted)


def _used_by(store: OpenStore, version: Version, registered: tuple[RegisteredVersion, ...]) -> tuple[str, ...]:
    """Return where a version is used: its stages, aliases, deployments and tags."""
    found: list[str] = []
    for one in registered:
        found += [f"stage {s}" for s, n in reading.holders(store, states.STAGES, one.model).items() if n == one.number]
        found += [f"alias {a}" for a, n in reading.holders(store, states.ALIASES, one.model).items() if n == one.number]
        found += [f"deployed to {d.place}" for d in deployments.of_version(store, one) if d.is_open]
    return (*found, *(f"tag {t}" for t in store.history.refs_of(version.id)))


def _replacement(store: OpenStore, use: str, version: Version) -> str:
    """Return the address of a replacement. Raises UsageError if it cannot replace the version."""
    other, registered = version_at(store, use)
    if other.id == version.id:
        raise UsageError(f"{use} is the version itself", "name another: --use ADDRESS")
    state = states.state_of(store, other.id)
    if state is not None:
        raise UsageError(f"{use} is {state.state} itself: {state.why}", "name another: --use ADDRESS")
    return registered[0].address if registered else other.name


def _require_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no day", "write YYYY-MM-DD, such as 2026-12-15") from None


def _is_revision(store: OpenStore, text: str) -> bool:
    try:
        store[text]
    except UnknownVersion:
        return False
    return True
