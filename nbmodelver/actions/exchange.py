"""Exports to other systems and imports from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nbmodelver import bundle
from nbmodelver.actions.handover.model_document import model_documents
from nbmodelver.bundle import pins
from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.exchange import exporting, systems
from nbmodelver.exchange.bringing import ImportJob, bring
from nbmodelver.exchange.collecting import FileOptions
from nbmodelver.model.exchange import RegisteredAs
from nbmodelver.registry import reading, register, transfers
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.model import Progress, Version, VersionId
    from nbmodelver.model.exchange import Facts, SystemExport, SystemImport
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class ExportToRequest:
    """An export to another system. revisions: the versions; () for all that the user committed.

    names: only these variables; () for all. with_record: also write the bundle of large versions, which brings a
    version back exactly. allow_secrets: names that are exported although they look like secrets.
    """

    system: str
    target: str
    revisions: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    with_record: bool = False
    allow_secrets: frozenset[str] = frozenset()
    dry_run: bool = False


@dataclass(frozen=True)
class ImportFromRequest:
    """An import from another system."""

    system: str
    source: str
    dry_run: bool = False


def export_to(repo: Repo, request: ExportToRequest, progress: Progress | None = None) -> SystemExport:
    """Write the versions that another system lacks, then tags and stages. See `exporting.export` for errors."""
    exporter = systems.exporter(request.system, request.target)
    versions = _versions(repo, request)
    options = FileOptions(
        request.names, _registered(repo), _tags(repo), partial(_documents, repo), partial(_record, repo, request),
        request.with_record, request.allow_secrets,
    )  # fmt: skip
    job = exporting.ExportJob(request.system, request.target, versions, options, request.dry_run)
    done = exporting.export(repo, exporter, job, progress)
    if any(one.status == "written" for one in done.versions):
        transfers.record_exchange(repo, "export", request.system, len(done.versions))
    return done


def import_from(repo: Repo, request: ImportFromRequest, progress: Progress | None = None) -> SystemImport:
    """Bring the versions of another system that are not here. Nothing of them is loaded. See `bringing.bring`."""
    importer = systems.importer(request.system, request.source)
    job = ImportJob(
        request.system, request.source, partial(_bundle, repo), partial(_labelled, repo), request.dry_run
    )  # fmt: skip
    done = bring(repo, importer, job, progress)
    if not request.dry_run and any(one.status != "again" for one in done.versions):
        transfers.record_exchange(repo, "import", request.system, len(done.versions))
    return done


def _versions(repo: Repo, request: ExportToRequest) -> list[Version]:
    """Return the versions to export, by their numbers. Raises UsageError without any, UnknownVersion."""
    if request.revisions:
        found = {version.id: version for version in map(repo.__getitem__, request.revisions)}
    else:
        found = {version.id: version for version in repo.log() if not version.auto}
    exporting.require_versions(list(found.values()))
    return sorted(found.values(), key=lambda version: version.number)


def _registered(repo: Repo) -> dict[str, list[RegisteredAs]]:
    """Return version -> its places in the registry."""
    found: dict[str, list[RegisteredAs]] = {}
    for name in reading.names(repo) if repo.moves.has_events else ():
        model = reading.model(repo, name)
        for one in model.versions:
            state = model.states.get(one.number)
            found.setdefault(one.version, []).append(
                RegisteredAs(
                    name, one.number, one.variable,
                    tuple(stage for stage, number in model.stages.items() if number == one.number),
                    tuple(alias for alias, number in model.aliases.items() if number == one.number),
                    state.state if state is not None else "active", state.why if state is not None else "",
                )
            )  # fmt: skip
    return found


def _tags(repo: Repo) -> dict[str, tuple[str, ...]]:
    return {str(version): tags for version, tags in repo.history.tags_by_version().items()}


def _documents(repo: Repo, version: Version) -> dict[str, bytes]:
    """Return requirements.txt and constraints.txt of a version, and what is known of its models."""
    environment = repo.environment(version)
    listed = environment.get("packages")
    packages = {str(k): str(v) for k, v in listed.items()} if isinstance(listed, dict) else {}
    about = model_documents(repo, version)
    if not packages:
        return about
    cells = portable.cells_so_far(repo, version)
    own = repo.modules_of(version).names
    return {
        **about,
        "requirements.txt": pins.requirements(version, cells, packages, ("parquet",), own).encode(),
        "constraints.txt": pins.constraints(packages).encode(),
    }


def _record(repo: Repo, request: ExportToRequest, version: Version, path: Path) -> None:
    options = bundle.BundleOptions(names=tuple(sorted(request.names & version.kept.keys())))
    bundle.write(repo, version, path, options=options, allow_secrets=request.allow_secrets, overwrite=True)


def _bundle(repo: Repo, path: Path, parents: tuple[VersionId, ...]) -> Version:
    found = bundle.bring_in(repo, path, parents=parents)
    if not found.again:
        transfers.record_import(repo, found.version, path)
    return found.version


def _labelled(repo: Repo, version: Version, facts: Facts) -> Iterator[str]:
    """Set tags and register models as they were elsewhere. Yield what was not done."""
    for tag in facts.tags:
        try:
            repo.tag(tag, version)
        except NbmodelverError as error:
            yield f"tag {tag} was not set: {error.message}"
    for one in facts.registered:
        yield from _register(repo, version, one)


def _register(repo: Repo, version: Version, one: RegisteredAs) -> Iterator[str]:
    variable = one.variable if one.variable in version.kept else ""
    try:
        register.register(repo, register.RegisterRequest(one.model, version.id, variable, one.number, "imported"))
    except UsageError:
        try:
            register.register(repo, register.RegisterRequest(one.model, version.id, variable, "", "imported"))
        except NbmodelverError as error:
            yield f"{one.model}/{one.number} was not registered: {error.message}"
            return
    except NbmodelverError as error:
        yield f"{one.model}/{one.number} was not registered: {error.message}"
        return
    for label in (*one.stages, *one.aliases):
        yield f"{one.model}/{one.number} was {label} there: %mv_promote {one.model}/{one.number} --to {label}"
