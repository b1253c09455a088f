"""Commits: create a version from the values of a notebook."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.actions import background_push
from nbmodelver.errors import NbmodelverError, NothingToCommit
from nbmodelver.model import Findings
from nbmodelver.repo.inspect import probes
from nbmodelver.repo.notices import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbmodelver.actions.session import LiveSession
    from nbmodelver.comparison.code.roles import Role
    from nbmodelver.model import Direction, Json, Skipped, Version
    from nbmodelver.repo import Repo
    from nbmodelver.repo.core.pending import Pending

log = logging.getLogger("nbmodelver")

Metric = float | tuple[float, str]
"""A metric, or a metric and its direction ("higher" or "lower")."""


@dataclass(frozen=True)
class CommitRequest:
    """The values to save, and their labels.

    bounded: leave out values larger than the setting `max_value_mb`. session: save the random state; None uses the
    setting. roles: dataset -> role. outputs, source: of the cell that is committed. auto: the reason of an automatic
    commit. expressions: metric -> the code that measured it. probe: datasets of
    which the version keeps predictions of its models.
    """

    values: Mapping[str, Any]
    message: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)
    tags: str | Sequence[str] = ()
    note: str = ""
    bounded: bool = False
    session: bool | None = None
    allow_secrets: Collection[str] = ()
    verify_load: bool | None = None
    outputs: str = ""
    source: str | None = None
    auto: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    probe: Sequence[str] = ()
    only_if_changed: bool = False


@dataclass(frozen=True)
class Committed:
    """A version that was created. notes: sentences for the user. findings: of the checks after it was durable."""

    version: Version
    parent: Version | None
    notes: Sequence[str]
    directions: Mapping[str, Direction]
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True)
class WouldKeep:
    """The names that a commit would save, and those it would skip. Names that share objects are in one group."""

    groups: tuple[tuple[str, ...], ...]
    skipped: tuple[Skipped, ...]


def commit(session: LiveSession, request: CommitRequest) -> Committed:
    """Create a version of the values. If it raises NothingToCommit or StoreError, there is no new version."""
    _require_values(request)
    repo = session.repo(create=True)
    probed = _probe(repo, request)
    probe_notes = probed.notes if probed is not None else ()
    arguments = _arguments(session, repo, request, probed)
    repo.wait_for_pending()
    parent = repo.history.head
    with session.progress() as progress:
        version = repo.commit(
            request.values,
            request.message,
            progress=progress,
            auto=request.auto,
            only_if_changed=request.only_if_changed,
            **arguments,
        )
    notes = [*session.notes(), *_module_notes(repo, version, parent), *probe_notes]
    session.committed()
    findings = checked(repo, version, request.values) if version != parent else Findings()
    session.notify()
    if not request.auto:
        background_push.after_commit(repo, session.notify)
    return Committed(version, parent, notes, repo.directions([version]), findings)


def commit_later(
    session: LiveSession, request: CommitRequest, on_done: Callable[[Version | BaseException], None]
) -> Pending:
    """Copy the values now, and store them in a background thread.

    on_done: called in that thread with the version or the error.
    """
    _require_values(request)
    repo = session.repo(create=True)

    def on_stored(found: Version | BaseException) -> None:
        if not isinstance(found, BaseException):
            checked(repo, found, {})
            background_push.after_commit(repo, session.notify)
        on_done(found)
        session.notify()

    pending = repo.commit_later(
        request.values, request.message, on_done=on_stored, **_arguments(session, repo, request, _probe(repo, request))
    )
    session.committed()
    return pending


def would_keep(session: LiveSession, request: CommitRequest) -> WouldKeep:
    """Return what a commit would save. Nothing is stored."""
    _require_values(request)
    repo = session.repo(create=True)
    capture = repo.would_keep(request.values, session.values, most_mb=_most_mb(repo, request))
    return WouldKeep(tuple(group.names for group in capture.groups), tuple(capture.skipped))


def checked(repo: Repo, version: Version, live: Mapping[str, Any]) -> Findings:
    """Run the checks for leaks and worse metrics on a stored version, within the time limit `check_limit_s`.

    An error is only logged.

    live: values that are those of the version, so that they need not be loaded.
    """
    limit_s: Any = repo.settings["check_limit_s"]
    if not limit_s:
        return Findings()
    try:
        found = repo.check(version, live=live, limit_s=float(limit_s), load_models=False)
    except NbmodelverError:
        log.warning("%s could not be checked", version.name, exc_info=True)
        return Findings()
    telling.of_alarms(repo, version, found.found)
    return found


def _require_values(request: CommitRequest) -> None:
    if not request.values:
        raise NothingToCommit(
            "nothing to commit yet: the notebook has no variables of its own", "create some, or name them"
        )


def _arguments(
    session: LiveSession, repo: Repo, request: CommitRequest, probed: probes.TakenProbe | None
) -> dict[str, Any]:
    return {
        "metrics": request.metrics,
        "params": request.params,
        "tags": request.tags,
        "note": request.note,
        "roles": request.roles,
        "namespace": session.values,
        "around": replace(
            session.around(request.values, request.session, request.outputs, request.source),
            expressions=request.expressions,
            probe=probed.document if probed is not None else None,
        ),
        "allow_secrets": request.allow_secrets,
        "verify_load": request.verify_load,
        "most_mb": _most_mb(repo, request),
    }


def _probe(repo: Repo, request: CommitRequest) -> probes.TakenProbe | None:
    """The predictions to keep. Raises UnknownName, UsageError."""
    if not request.probe:
        return None
    models = [name for name, value in request.values.items() if repo.kind_of(name, value) == "model"]
    return probes.taken(request.values, models, request.probe)


def _most_mb(repo: Repo, request: CommitRequest) -> float | None:
    found: Any = repo.settings["max_value_mb"] if request.bounded else None
    return None if found is None else float(found)


def _module_notes(repo: Repo, version: Version, parent: Version | None) -> list[str]:
    """Return the notes about the modules of a version that its parent does not have."""
    before = repo.modules_of(parent).notes if parent is not None else ()
    return [note for note in repo.modules_of(version).notes if note not in before]
