"""Loads the value of a registered model in any Python program: `nbmodelver.load("models:/churn@production")`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.errors import DeprecatedVersion, DivergedStage, LoadedDifferently, StoreError, UnknownModel, UsageError
from nbmodelver.registry import addresses, reading, usable, verified
from nbmodelver.repo import Repo, open_repo
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.hooks import around

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Json, Version
    from nbmodelver.model.registry import RegisteredVersion

_warned: set[tuple[str, str]] = set()
"""(store, version) of which this process was told: one warning and one event each."""


def load(
    address: str,
    *,
    store: str | Path | Repo | None = None,
    force: bool = False,
    why: str = "",
    require: Literal["", "verified"] = "",
) -> Any:
    """Return the value of a registered model.

    address: "models:/churn/1.4.0", "models:/churn@production" or without "models:/". store: the folder of a store, or a
    `Repo`; None: the environment variable NBMODELVER_STORE, else the nearest store in or above the working directory.
    force, why: load an archived version, or a deprecated one that the policy refuses; the reason is kept as an event.
    require: "verified" loads only what the keys that you pinned (`nbmodelver policy --pin KEY`) prove: the log is
    unbroken, and the promotion to the stage and its approvals are signed as the signed policy demands.
    Warns DeprecatedVersion once per version and process.
    Raises UnknownModel, ArchivedVersion, RefusedVersion, NotVerified, HookFailed, NeedsTrust, NotLoadable, NoStore,
    Damaged.
    """
    if require not in ("", "verified"):
        raise UsageError(f"require={require!r} is unknown", 'write require="verified", or leave it out')
    repo = store if isinstance(store, Repo) else open_repo(store)
    registered = reading.resolve(repo, address)
    version = verified.version(repo, address, registered) if require else reading.version_of(repo, registered)
    if force and not why:
        raise UsageError("a forced load needs a reason", 'add it: why="..."')
    if force:
        _record(repo, registered, version, why, forced=True)
    else:
        usable.require(repo, registered.address, version, 'nbmodelver.load(..., force=True, why="...")')
        _warn(repo, registered, version)
    _warn_if_diverged(repo, address)
    if not registered.variable:
        raise UnknownModel(f"the name of the value of {registered.address} was erased", "load the version: repo.load")
    act = around.of_version("load", version, registered, why, forced=force)
    around.before(repo, act)
    values, differences = repo.loaded(version, [registered.variable])
    for sentence in differences:
        warnings.warn(LoadedDifferently(sentence), stacklevel=2)
    around.after(repo, act)
    return values[registered.variable]


def _warn_if_diverged(repo: Repo, address: str) -> None:
    """Warn about a stage whose holder two merged stores do not agree on."""
    named = addresses.parse(address)
    if named.holder and named.holder.casefold() in reading.diverged(repo, named.model):
        warnings.warn(
            DivergedStage(
                f"two stores moved {named.model}@{named.holder} to different versions before they were merged; "
                f"decide: nbmodelver promote {named.model}/NUMBER --to {named.holder} --settle -m WHY"
            ),
            stacklevel=3,
        )


def _warn(repo: Repo, registered: RegisteredVersion, version: Version) -> None:
    """Warn about a deprecated version, once per process, and write one event."""
    state = states.state_of(repo, version.id)
    key = (repo.where, version.id)
    if state is None or state.state != "deprecated" or not states.is_in_force(state) or key in _warned:
        return
    _warned.add(key)
    use = f"; use {state.use}" if state.use else ""
    since = state.starts_on or state.at_utc[:10]
    warnings.warn(
        DeprecatedVersion(f"{registered.address} is deprecated since {since}: {state.why}{use}"), stacklevel=3
    )
    _record(repo, registered, version, "", forced=False)


def _record(repo: Repo, registered: RegisteredVersion, version: Version, why: str, *, forced: bool) -> None:
    """Write the event of an access. A store that cannot be written, as on a server, does not stop the load."""
    data: dict[str, Json] = {"number": registered.number, "version": version.id, "forced": forced}
    try:
        repo.moves.note(EventDraft("access", reading.MODELS + registered.model, why, data))
    except StoreError as error:
        if forced:
            raise
        warnings.warn(DeprecatedVersion(f"the access is not recorded: {error.message}"), stacklevel=4)
