"""Rows of a card about evidence: metrics with intervals and slices, findings, gates, checks, approvals, deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model.cards import NOT_STATED
from nbmodelver.registry import approvals, checks, deployments, reading
from nbmodelver.registry.lineage import used_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json, Version
    from nbmodelver.model.cards import CardRow
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo
    from nbmodelver.repo.core.open_store import OpenStore

DIRECTIONS = {"higher": "higher is better", "lower": "lower is better"}
MOST_ROWS = 100
"""Rows about slices; further ones are counted."""


def metrics(repo: Repo, registered: RegisteredVersion, version: Version) -> tuple[CardRow, ...]:
    """Return the metrics with the rows that they were measured on, and what checks measured: intervals and slices."""
    if not version.metrics:
        rows: list[CardRow] = [("Metrics", NOT_STATED)]
    else:
        known = repo.directions([version])
        rows = [
            (name, "; ".join(filter(None, (_value(value, known.get(name, "")), measured_on(repo, version, name)))))
            for name, value in version.metrics.items()
        ]
    found = [f for event in results(repo, registered, version.id).values() for f in checks.figures(event)]
    for one in found[:MOST_ROWS]:
        rows.append((f"{one.metric}{f', {one.part}' if one.part else ''}", f"{one.shown} (check {one.check})"))
    if len(found) > MOST_ROWS:
        rows.append(("", f"and {len(found) - MOST_ROWS} more figures of checks"))
    rows += [("Intervals", NOT_STATED)] if not any(f.low for f in found) else []
    rows += [("Slices", NOT_STATED)] if not any(f.part for f in found) else []
    return tuple(rows)


def _value(value: float, direction: str) -> str:
    return f"{value:.6g}" + (f" ({DIRECTIONS[direction]})" if direction in DIRECTIONS else "")


def measured_on(repo: Repo, version: Version, metric: str) -> str:
    """Return the datasets in the expression of a metric with their rows; "test rows not stated" without one."""
    counts = {name: rows for name in measured_names(version, metric) if (rows := rows_of(repo, version, name))}
    if not counts:
        return f"test rows {NOT_STATED}"
    same = set(counts.values())
    said = f"{same.pop():,} rows" if len(same) == 1 else ", ".join(f"{n} {rows:,}" for n, rows in counts.items())
    return f"measured on {', '.join(counts)}: {said}"


def measured_names(version: Version, metric: str) -> list[str]:
    """Return the datasets of the version that the expression of a metric names, sorted."""
    try:
        used = used_names(version.expressions.get(metric, ""))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return sorted(n for n in used if n in version.kept and version.kept[n].kind == "dataset")


def rows_of(repo: Repo, version: Version, name: str) -> int:
    """Return the number of rows of a dataset, 0 if it is not known."""
    found = repo.profile(version, name)
    shape, length = found.get("shape"), found.get("length")
    rows = shape[0] if isinstance(shape, list) and shape else length
    return rows if isinstance(rows, int) else 0


def findings(repo: Repo, version: Version) -> tuple[CardRow, ...]:
    """Return the alarms and notes about a version, and what was not checked."""
    found = repo.findings(version)
    rows: list[CardRow] = [
        (f.level, f.text + (f" (accepted: {f.accepted})" if f.accepted else "")) for f in found.found
    ]
    rows += [("not checked", name) for name in found.unchecked]
    rows += [("not comparable", name) for name in found.not_comparable]
    if found.clean and not found.found:
        rows.insert(0, ("Alarms", f"none; {len(found.clean)} checks found nothing"))
    return tuple(rows) or (("Alarms", "no check for leaks is recorded for this version"),)


def results(store: OpenStore, registered: RegisteredVersion, version_id: str) -> dict[str, Event]:
    """Return name -> newest event of each check. version_id: the present id, which a purge may have changed."""
    return {**checks.newest(store, registered.version), **checks.newest(store, version_id)}


def gates(repo: Repo, registered: RegisteredVersion, version: Version) -> Iterator[CardRow]:
    """Yield the outcome of each gate of each promotion of a version, and the newest result of each check."""
    for event in promotions(repo, registered):
        stages = ", ".join(stages_of(event)) or "a stage"
        day = event.at_utc[:10]
        for gate, outcome, measured in gates_of(event):
            yield f"to {stages}, {day}", f"{gate}: {outcome}{f' ({measured})' if measured else ''}"
        if not event.data.get("gates"):
            yield f"to {stages}, {day}", "no gates were in force"
        if event.data.get("forced"):
            yield f"to {stages}, {day}", f"forced past failed gates: {event.why or 'the reason was erased'}"
    for name, event in results(repo, registered, version.id).items():
        message = str(event.private.get("message", ""))
        said = f"{event.data.get('outcome')}, {event.at_utc[:10]}, {event.by.shown}{f': {message}' if message else ''}"
        yield f"check {name}", said
    if not promotions(repo, registered) and not results(repo, registered, version.id):
        yield "Promotions and checks", "none recorded"


def promotions(store: OpenStore, registered: RegisteredVersion) -> list[Event]:
    """Return the events that promoted a version, oldest first."""
    about = store.moves.log.about(reading.MODELS + registered.model)
    return [e for e in about if e.kind == "promote" and e.data.get("number") == registered.number]


def stages_of(event: Event) -> list[str]:
    """Return the stages into which a promotion moved a version."""
    return [m.ref.rpartition("/")[2] for m in event.moves if m.ref.startswith("stages/") and m.after is not None]


def gates_of(event: Event) -> Iterator[tuple[str, str, str]]:
    """Yield gate, outcome and measured values of a promotion, from its event."""
    found: Json = event.data.get("gates")
    for row in found if isinstance(found, list) else ():
        if isinstance(row, list) and len(row) == 3:
            yield str(row[0]), str(row[1]), str(row[2])


def use(repo: Repo, registered: RegisteredVersion) -> Iterator[CardRow]:
    """Yield what people decided about a version, and where it ran."""
    given = approvals.all_of(repo, registered)
    for one in given:
        counts = "" if one.counts or one.outcome != "approve" else f" (does not count: {one.why_not})"
        yield f"{one.outcome} for {one.stage}", f"{one.by}, {one.at_utc[:10]}: {one.why}{counts}"
    if not given:
        yield "Approvals", "none"
    deployed = deployments.of_version(repo, registered)
    for place in deployed:
        until = place.until_utc[:10] or "now"
        yield f"deployed to {place.place}", f"{place.since_utc[:10]} to {until}: {place.why}"
    if not deployed:
        yield "Deployments", "none recorded"
