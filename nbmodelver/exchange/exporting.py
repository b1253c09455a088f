"""Runs an export: what is new at the target, what it cannot hold, each version, then labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import NotPushed, UsageError
from nbmodelver.exchange import collecting, sidecar
from nbmodelver.exchange.bringing import SAME
from nbmodelver.model.exchange import ExportedVersion, SystemExport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.exchange.collecting import FileOptions
    from nbmodelver.exchange.protocol import Exporter, Placed
    from nbmodelver.model import Progress, Version
    from nbmodelver.model.exchange import Facts
    from nbmodelver.repo import Repo

PROVEN = 3
"""So many of the new versions are read back."""


@dataclass(frozen=True)
class ExportJob:
    """What to export and where. versions: with ascending numbers. system, target: as the user wrote them."""

    system: str
    target: str
    versions: Sequence[Version]
    options: FileOptions
    dry_run: bool = False


def export(repo: Repo, exporter: Exporter, job: ExportJob, progress: Progress | None = None) -> SystemExport:
    """Write the versions that the target lacks, and move labels there. An export that was interrupted goes on.

    Raises NotPushed if the target has other content for a version of ours; UsageError for a secret or for a name that
    is invalid there; StoreError, Damaged.
    """
    every = [collecting.facts_of(repo, version, job.options) for version in job.versions]
    there = _with_own_ids(repo, job.versions, exporter.placed())
    losses = tuple(exporter.losses(every))
    again = [v for v in job.versions if v.id in there]
    new = [v for v in job.versions if v.id not in there]
    _require_same([facts for facts in every if facts.id in there], there, job)
    found = [ExportedVersion(v.name, there[v.id].native, "again") for v in again]
    if job.dry_run:
        for version in new:
            with collecting.contents(repo, version, job.options) as files:
                losses += files.left_out
                size = sum(one.size_bytes for one in files.members)
                found.append(ExportedVersion(version.name, "", "would write", size))
        return SystemExport(job.system, job.target, _ordered(found), losses, dry_run=True)
    for number, version in enumerate(new):
        with collecting.contents(repo, version, job.options) as files:
            losses += files.left_out
            placed = there[version.id] = exporter.put(files, sidecar.encode(files))
            proof = exporter.proof(placed, files) if number >= len(new) - PROVEN else ""
            size = sum(one.size_bytes for one in files.members)
        found.append(ExportedVersion(version.name, placed.native, "written", size, proof))
        if progress is not None:
            progress(number + 1, len(new), f"writing to {job.system}")
    labels = tuple(exporter.label(every))
    notes = tuple(exporter.finish())
    return SystemExport(job.system, job.target, _ordered(found), losses, labels, notes)


def _with_own_ids(repo: Repo, versions: Sequence[Version], placed: Mapping[str, Placed]) -> dict[str, Placed]:
    """Return what is at the target, also by the ids that imported versions have here."""
    same = {version.id: repo.refs.get(f"{SAME}{version.id}") or "" for version in versions}
    return {**placed, **{id_: replace(placed[other], digest="") for id_, other in same.items() if other in placed}}


def _require_same(again: Sequence[Facts], there: Mapping[str, Placed], job: ExportJob) -> None:
    """Raise NotPushed if a version at the target was exported with other names, or was changed there."""
    for facts in again:
        if there[facts.id].digest not in ("", sidecar.digest_of(facts, job.options.names)):
            raise NotPushed(
                f"{job.target} has {facts.name} with other content, so nothing was written",
                "it was exported with other options, or changed there: export to another target",
            )


def _ordered(found: Sequence[ExportedVersion]) -> tuple[ExportedVersion, ...]:
    return tuple(sorted(found, key=lambda one: int(one.name.removeprefix("v") or 0)))


def require_versions(versions: Sequence[Version]) -> None:
    """Raise UsageError if there is nothing to export."""
    if not versions:
        raise UsageError("this store has no version to export", "commit first: %mv_commit")
