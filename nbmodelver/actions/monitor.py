"""Compares fresh data with the training set of a deployed version, and keeps the outcome."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.actions.conditions import drift_met
from nbmodelver.comparison.code.roles import roles_of
from nbmodelver.errors import NotComparable, UnknownModel, UnknownName, UsageError
from nbmodelver.model.monitoring import Drifted, LastMonitored, Monitored, without_password
from nbmodelver.registry import checks, deployments, drift_alarms, lifecycle, policy, reading
from nbmodelver.repo.core import states
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Json, Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo

MOST_SAID = 3
"""Columns that the sentence of an alarm names."""


@dataclass(frozen=True)
class MonitorRequest:
    """Fresh data to compare. data: a path or the address of a database, or the name of `live`. query: SQL.

    live: a value of the notebook instead of a file. model: an address or a revision, "" for what is deployed. name: the
    training set, "" for the dataset with the role train. without: columns to leave out. conditions: see `drift_met`.
    """

    data: str
    query: str = ""
    model: str = ""
    name: str = ""
    without: tuple[str, ...] = ()
    conditions: str = ""
    live: Any = None


def monitor(repo: Repo, request: MonitorRequest) -> Monitored:
    """Compare, and keep the outcome as the check "drift" of the version; a store without events keeps nothing.

    Raises UsageError for data that cannot be read or compared, UnknownModel, UnknownVersion, UnknownName, NeedsTrust.
    """
    version, registered = _version(repo, request.model)
    name, train = _training_set(repo, version, request)
    fresh = _fresh(request, name, train)
    from nbmodelver.comparison.tables.fresh import fresh_drift

    where = without_password(request.data)
    source = where.rpartition("/")[2] or where
    try:
        found = fresh_drift((name, source), train, fresh, _inputs(repo, registered), request.without)
    except NotComparable as error:
        raise UsageError(error.message, error.hint) from None
    failed = drift_met(found.section, request.conditions or "drift")
    outcome = Monitored(
        version, registered.address if registered is not None else version.name, name, where,
        (train.rows, fresh.rows), found.compared,
        tuple(Drifted(d.name, d.verdict, round(d.effect, 3)) for d in found.drifts), found.notes, failed, found.section,
    )  # fmt: skip
    if not repo.moves.has_events:
        return replace(outcome, notes=(*outcome.notes, "not kept: the store has no event log (%mv_gc --upgrade)"))
    event = drift_alarms.record(repo, version, name, where, _sentence(outcome))
    return replace(outcome, at_utc=event.at_utc)


def _sentence(found: Monitored) -> str:
    """Return the sentence of the alarm, "" without one."""
    if not found.failed:
        return ""
    said = [one.partition(": ")[2] for one in found.failed]
    more = f" and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    return f"fresh data drifted from {found.name}: {', '.join(said[:MOST_SAID])}{more}"


def _version(repo: Repo, address: str) -> tuple[Version, RegisteredVersion | None]:
    """Return the version to watch: of the address, else what is deployed, else what is in the last stage."""
    if address:
        version, registered = lifecycle.version_at(repo, address)
        return version, registered[0] if registered else None
    now = [deployments.current(repo, place) for place in deployments.places(repo)]
    found = {d.registered.address: d.registered for d in now if d is not None} or _in_last_stage(repo)
    if len(found) != 1:
        known = ", ".join(found)
        said = f"several versions are in use: {known}" if found else "no version is deployed or in the last stage"
        raise UsageError(said, "name one: --model churn@production")
    registered_one = next(iter(found.values()))
    return reading.version_of(repo, registered_one), registered_one


def _in_last_stage(repo: Repo) -> dict[str, RegisteredVersion]:
    stage = [*policy.in_force(repo).stages][-1]
    found: dict[str, RegisteredVersion] = {}
    for model in reading.names(repo) if repo.moves.has_events else ():
        with suppress(UnknownModel):
            one = reading.resolve(repo, f"{model}@{stage}")
            found[one.address] = one
    return found


def _training_set(repo: Repo, version: Version, request: MonitorRequest) -> tuple[str, TableData]:
    """Return name and table of the training set. Of several with the role, the one with the most columns.

    Raises UnknownName, UsageError if no dataset has the role, or if the value is no table.
    """
    datasets = [n for n, k in version.kept.items() if k.kind == "dataset"]
    if request.name and request.name not in version.kept:
        raise UnknownName(f"{version.name} has no variable '{request.name}'", nearest(request.name, datasets))
    names = [request.name] if request.name else [n for n, r in roles_of(version).items() if "train" in r]
    if not names:
        known = (
            f"name one of its datasets: --name {' or '.join(datasets[:5])}" if datasets else "choose another version"
        )
        raise UsageError(f"{version.name} has no dataset with the role train", known)
    tables = {n: t for n in names if (t := _table(repo.loaded(version, [n])[0][n])) is not None}
    if not tables:
        raise UsageError(f"{' and '.join(names)} of {version.name} is no table", "name another dataset: --name NAME")
    best = max(tables, key=lambda n: len(tables[n].columns))
    return best, tables[best]


def _table(value: Any) -> TableData | None:
    from nbmodelver.comparison.tables.tables import table_of

    return table_of(value)


def _fresh(request: MonitorRequest, name: str, train: TableData) -> TableData:
    if request.live is None:
        from nbmodelver.comparison.tables.files import TableSource, read

        kinds = {c.name: _kind(c) for c in train.columns}
        return read(TableSource(request.data, request.query, name, kinds))
    found = _table(request.live)
    if found is None:
        raise UsageError(f"{request.data} is no table but a {type(request.live).__name__}", "give a frame or an array")
    return found


def _kind(column: Any) -> str:
    """Return the kind of a column of the training set; of categories the kind of their values."""
    return str(column.categories.kind if column.kind == "category" and column.categories is not None else column.kind)


def _inputs(repo: Repo, registered: RegisteredVersion | None) -> frozenset[str] | None:
    """Return the inputs of a registered model as its registration says, None if they are unknown."""
    event = states.event_of(repo, registered.event) if registered is not None else None
    known = event.private.get("interface") if event is not None else None
    inputs = known.get("inputs") if isinstance(known, dict) else None
    return frozenset(map(str, inputs)) if isinstance(inputs, list) else None


def latest(repo: Repo) -> list[LastMonitored]:
    """Return the newest outcome of every registered version that was compared, newest first."""
    found = []
    for model in reading.names(repo) if repo.moves.has_events else ():
        for one in reading.versions(repo, model):
            event = checks.latest(repo, one.version, drift_alarms.CHECK)
            if event is not None:
                said, source = (str(event.private.get(key, "")) for key in ("message", "source"))
                passed = event.data.get("outcome") == "pass"
                found.append(LastMonitored(one.address, passed, said, source, event.at_utc, event.by.shown))
    return sorted(found, key=lambda m: m.at_utc, reverse=True)


def as_json(found: Monitored) -> Mapping[str, Json]:
    """Return an outcome as JSON."""
    return {
        "version": found.version.id, "model": found.shown, "data": found.name, "source": found.source,
        "rows": {"train": found.rows[0], "fresh": found.rows[1]}, "compared": found.compared,
        "drifts": [{"column": d.column, "drift": d.verdict, "effect": d.effect} for d in found.drifts],
        "notes": [*found.notes], "failed": [*found.failed], "at": found.at_utc,
    }  # fmt: skip
