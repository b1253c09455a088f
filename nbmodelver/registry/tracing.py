"""Traces a stamp, an address or a model object back to its version, data, code, approvals and deployments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NbmodelverError, UnknownModel, UnknownVersion
from nbmodelver.model import VersionId
from nbmodelver.model.registry import Trace
from nbmodelver.registry import approvals, deployments, reading, transfers
from nbmodelver.registry.lifecycle import version_at
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Json, Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo
    from nbmodelver.repo.core.open_store import OpenStore

_STAMP = re.compile(r"(?:models:/)?(?P<model>[^/@+\s]+)/(?P<number>[^/@+\s]+)\+(?P<id>[0-9a-f]{4,40})")
NOT_KNOWN = ("what was predicted, for whom, and by which program",)


def trace(repo: Repo, text: str) -> Trace:
    """Return what is known about a stamp, an exported file, an address or a revision.

    Raises UnknownModel, UnknownVersion.
    """
    stamped = _STAMP.fullmatch(text.strip())
    if stamped is None:
        exported = _of_file(repo, Path(text))
        return of_version(repo, exported if exported is not None else version_at(repo, text)[0])
    registered = reading.numbered(repo, reading.require(repo, stamped["model"]), stamped["number"])
    if not registered.version.startswith(stamped["id"]):
        raise UnknownModel(
            f"the stamp names {registered.address}, but with another content ({stamped['id']})",
            "it may come from another store with a model of the same name",
        )
    return of_version(repo, reading.version_of(repo, registered))


def _of_file(repo: Repo, path: Path) -> Version | None:
    """Return the version of an exported file, None if the text does not name one."""
    try:
        if path.suffix and path.is_file() and (id_ := transfers.version_of_file(repo, path)):
            return repo.history.version(VersionId(id_))
    except (OSError, ValueError):
        pass
    return None


def of_value(repo: Repo, name: str, value: Any) -> Trace:
    """Return what is known about a value in memory: the newest version that holds a value of the same content.

    name: that of the variable. A value that was loaded can be encoded in other bytes than the one that was committed.
    Therefore the values of registered versions are loaded and encoded again. Raises UnknownVersion if none holds it.
    """
    known = [v for n in reading.names(repo) for v in reading.versions(repo, n)]
    digests = {variable: repo.digest_of(variable, value) for variable in {name, *(v.variable for v in known)} - {""}}
    for version_id in repo.history.records.newest():
        version = repo.history.version(version_id)
        if any(kept.digest == digests.get(n) for n, kept in version.kept.items()):
            return of_version(repo, version)
    for registered in known:
        if _is_loaded_from(repo, registered, digests):
            return of_version(repo, reading.version_of(repo, registered))
    raise UnknownVersion(f"no version holds the content of '{name}'", "commit it: %mv_commit")


def _is_loaded_from(repo: Repo, registered: RegisteredVersion, digests: Mapping[str, str]) -> bool:
    """Return True if the value of a registered version, loaded and encoded again, has the digest."""
    try:
        version = reading.version_of(repo, registered)
        values, _ = repo.loaded(version, [registered.variable])
        return repo.digest_of(registered.variable, values[registered.variable]) == digests[registered.variable]
    except (NbmodelverError, KeyError):
        return False


def of_version(repo: OpenStore, version: Version) -> Trace:
    """Return what is known about a version."""
    registered = tuple(reading.registered_of(repo, version.id))
    held = [
        (f"{r.model}@{stage}", holding)
        for r in registered
        for stage in _stages(repo, r.model)
        for holding in reading.history(repo, r.model, stage)
        if holding.registered.number == r.number
    ]
    return Trace(
        version,
        registered,
        states.state_of(repo, version.id) if repo.moves.has_events else None,
        tuple(n for n, kept in version.kept.items() if kept.kind == "dataset"),
        repo.environment(version),
        tuple(a for r in registered for a in approvals.all_of(repo, r)),
        tuple(held),
        tuple(d for r in registered for d in deployments.of_version(repo, r)),
        NOT_KNOWN,
    )


def _stages(store: OpenStore, model: str) -> list[str]:
    """Return every stage that a version of the model was ever in."""
    about = store.moves.log.about(reading.MODELS + model)
    prefix = f"{states.STAGES}{model}/"
    return sorted({m.ref.removeprefix(prefix) for e in about for m in e.moves if m.ref.startswith(prefix)})


def as_json(found: Trace) -> dict[str, Json]:
    """Return a trace as JSON."""
    return {
        "version": found.version.id,
        "name": found.version.name,
        "registered": [reading.version_as_json(r) for r in found.registered],
        "state": found.state.state if found.state is not None else "active",
        "data": {n: found.version.kept[n].digest for n in found.data},
        "metrics": {**found.version.metrics},
        "environment": {**found.environment},
        "approvals": [
            {"outcome": a.outcome, "stage": a.stage, "by": a.by, "at": a.at_utc, "why": a.why, "counts": a.counts}
            for a in found.approvals
        ],
        "stages": [
            {"stage": label, "since": h.since_utc, "until": h.until_utc, "why": h.why} for label, h in found.held
        ],
        "deployments": [reading.deployment_as_json(d) for d in found.deployments],
        "not_known": [*found.not_known],
    }
