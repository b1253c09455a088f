"""Evaluates the gates of a stage for a version. It changes nothing and reports every outcome, not only the first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue.documents import document
from nbmodelver.catalogue.gate_conditions import GateCondition
from nbmodelver.errors import UnknownModel
from nbmodelver.model.registry import GateResult
from nbmodelver.registry import approvals, checks, entry_points, reading
from nbmodelver.registry.register import metadata_of
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.registry.rules import GatePolicy, Policy, StagePolicy
    from nbmodelver.repo import Repo
    from nbmodelver.repo.core.open_store import OpenStore

DAY_S = 86400


def results(repo: Repo, registered: RegisteredVersion, stage: StagePolicy, rules: Policy) -> tuple[GateResult, ...]:
    """Return the outcome of every gate to a stage: cheap ones first, entry points last."""
    version = reading.version_of(repo, registered)
    return tuple(_results(repo, registered, version, stage, rules))


def demanded(stage: StagePolicy, rules: Policy) -> list[str]:
    """Return the names of the gates to a stage, as `results` names them."""
    found = [_source_label(stage)] if stage.sources else []
    found += [f"metadata {key}" for key in rules.metadata]
    for gate in rules.gates_to(stage.name):
        checks_, calls = f"check {gate.check}" if gate.check else "", f"call {gate.call}" if gate.call else ""
        found += [label for label in (gate.require, checks_, "approvals" if gate.approvals else "", calls) if label]
    return found


def _results(
    repo: Repo, registered: RegisteredVersion, version: Version, stage: StagePolicy, rules: Policy
) -> Iterator[GateResult]:
    yield from _source(repo, registered, stage)
    yield from _metadata(repo, registered, rules)
    facts: dict[str, Any] | None = None
    for gate in rules.gates_to(stage.name):
        if gate.require:
            facts = facts or document_for(repo, registered, version, rules)
            yield _condition(gate, facts, rules)
        if gate.check:
            yield _check(repo, registered, gate)
        if gate.approvals:
            yield _approvals(repo, registered, gate, rules)
        if gate.call:
            yield entry_points.run(repo, registered, gate)


def _source(repo: Repo, registered: RegisteredVersion, stage: StagePolicy) -> Iterator[GateResult]:
    if not stage.sources:
        return
    holders = reading.holders(repo, states.STAGES, registered.model)
    held = [s for s, number in holders.items() if number == registered.number]
    label = _source_label(stage)
    if set(held) & set(stage.sources):
        yield GateResult(label, "pass", f"it is in {', '.join(held)}")
    else:
        now = f"it is in {', '.join(held)}" if held else "it is in no stage"
        yield GateResult(label, "fail", now, f"%mv_promote {registered.address} --to {stage.sources[0]} -m WHY")


def _source_label(stage: StagePolicy) -> str:
    return f"comes from {' or '.join(stage.sources)}"


def _metadata(repo: Repo, registered: RegisteredVersion, rules: Policy) -> Iterator[GateResult]:
    if not rules.metadata:
        return
    known = metadata_of(repo, registered)
    for key in rules.metadata:
        if known.get(key):
            yield GateResult(f"metadata {key}", "pass")
        else:
            hint = f"%mv_models {registered.address} --set {key}=TEXT"
            yield GateResult(f"metadata {key}", "unknown", "not stated", hint)


def document_for(repo: Repo, registered: RegisteredVersion, version: Version, rules: Policy) -> dict[str, Any]:
    """Return the fields that conditions of gates can use: those of queries, other versions, alarms and data."""
    found = repo.check(version, load_models=repo.trusts(version))
    metadata = metadata_of(repo, registered)
    facts = document(version, repo.history.refs_of(version.id))
    facts["alarms"] = {"open": len(found.of("alarm")), "unchecked": len(found.unchecked)}
    facts["data"] = {
        name: {"licence": metadata.get(f"licence.{name}"), "type": kept.type, "size": kept.size_bytes}
        for name, kept in version.kept.items()
        if kept.kind == "dataset"
    }
    for stage, number in reading.holders(repo, states.STAGES, registered.model).items():
        try:
            held = reading.version_of(repo, reading.numbered(repo, registered.model, number))
        except UnknownModel:
            continue
        facts[stage] = document(held)
    if version.parents:
        facts["parent"] = document(repo.history.version(version.parents[0]))
    return facts


def metrics_in(condition: str, rules: Policy) -> list[str]:
    """Return the metrics that the condition of a gate names, in its order."""
    fields = GateCondition(condition, [*rules.stages, "parent"]).fields
    return list(dict.fromkeys(path[-1] for path in fields if len(path) > 1 and path[-2] == "metrics"))


def _condition(gate: GatePolicy, facts: dict[str, Any], rules: Policy) -> GateResult:
    condition = GateCondition(gate.require, [*rules.stages, "parent"])
    holder = facts.get(gate.to)
    if gate.first == "skip" and gate.to in condition.uses and holder is None:
        return GateResult(gate.require, "first", f"{gate.to} has no holder yet")
    verdict, measured = condition.judge(facts)
    if verdict is None:
        return GateResult(gate.require, "unknown", measured, "commit the metric with the version: --metric NAME=EXPR")
    return GateResult(gate.require, "pass" if verdict else "fail", measured)


def _check(store: OpenStore, registered: RegisteredVersion, gate: GatePolicy) -> GateResult:
    label = f"check {gate.check}"
    event = checks.latest(store, registered.version, gate.check)
    name = reading.version_of(store, registered).name
    hint = f"run it: %%mv_check {gate.check} {name}"
    if event is None:
        return GateResult(label, "unknown", f"no result for {name}", hint)
    age = _latest_time(store) - datetime.fromisoformat(event.at_utc)
    if gate.max_age_days and age.days >= gate.max_age_days:
        return GateResult(label, "fail", f"{age.days} days old, at most {gate.max_age_days} are allowed", hint)
    said = str(event.private.get("message", ""))
    if event.data.get("outcome") != "pass":
        return GateResult(label, "fail", said or "it failed", hint)
    return GateResult(label, "pass", f"{event.by.shown}, {event.at_utc[:10]}")


def _latest_time(store: OpenStore) -> datetime:
    """Return the time of the clock, or of a newest event if the clock is behind it."""
    seen = (datetime.fromisoformat(e.at_utc) for e in store.moves.log.frontier())
    return max(datetime.now(UTC), *seen)


def _approvals(store: OpenStore, registered: RegisteredVersion, gate: GatePolicy, rules: Policy) -> GateResult:
    said = approvals.counted(store, registered, gate, rules)
    given = [a for a in said if a.counts]
    measured = f"{len(given)} of {gate.approvals}" + (f" ({', '.join(a.by for a in given)})" if given else "")
    measured += "".join(f"; {a.by}: {a.why_not}" for a in said[-2:] if not a.counts)
    if len(given) >= gate.approvals:
        return GateResult("approvals", "pass", measured)
    hint = f"ask: %mv_approve {registered.address} --for {gate.to} --request"
    return GateResult("approvals", "fail", measured, hint)
