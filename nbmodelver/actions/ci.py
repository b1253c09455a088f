"""What a pipeline does with a registered version: check it, compare it with the present holder, promote it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError, UnknownModel, UsageError
from nbmodelver.model.pipelines import PipelineCheck
from nbmodelver.model.registry import GateResult
from nbmodelver.registry import audit, gates, policy, promote, reading, usable
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Diff, Problem
    from nbmodelver.model.registry import RegisteredVersion, StageMove
    from nbmodelver.repo import Repo

MOST_NAMED = 3
SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable in which GitHub names the file of a job's summary."""


def check(repo: Repo, address: str = "", stage: str = "") -> PipelineCheck:
    """Check the store, the audit log, the policy, and every gate of a stage. Moves nothing.

    address: "" to check only the store. stage: "" for the last one of the policy. Raises UnknownModel, UsageError for a
    stage that the policy does not have.
    """
    found = [*_of_store(repo)]
    if not address:
        return PipelineCheck(None, "", tuple(found))
    if not all(r.is_met for r in found):
        return PipelineCheck(reading.resolve(repo, address), stage, tuple(found))
    rules = policy.in_force(repo)
    target = rules.stage(stage or [*rules.stages][-1])
    registered = reading.resolve(repo, address)
    found.append(_usable(repo, registered))
    found += gates.results(repo, registered, target, rules)
    held = reading.holders(repo, states.STAGES, registered.model).get(target.name)
    return PipelineCheck(registered, target.name, tuple(found), held == registered.number)


def _of_store(repo: Repo) -> Iterator[GateResult]:
    log = audit.verify(repo).problems
    structure = [p for p in repo.verify() if p not in log]
    yield _result("store", structure, "see %mv_verify")
    yield _result("audit log", log, "see %mv_audit --verify")
    try:
        rules = policy.in_force(repo)
    except NbmodelverError as error:
        yield GateResult("policy", "fail", error.message, error.hint)
    else:
        yield GateResult("policy", "pass", f"{len(rules.gates)} gates" if rules.text else "none: no gates")


def _result(name: str, problems: list[Problem] | tuple[Problem, ...], hint: str) -> GateResult:
    if not problems:
        return GateResult(name, "pass")
    more = f" and {len(problems) - MOST_NAMED} more" if len(problems) > MOST_NAMED else ""
    return GateResult(name, "fail", "; ".join(p.what for p in problems[:MOST_NAMED]) + more, hint)


def _usable(repo: Repo, registered: RegisteredVersion) -> GateResult:
    try:
        usable.require(repo, registered.address, reading.version_of(repo, registered), "")
    except NbmodelverError as error:
        return GateResult("may be used", "fail", error.message, error.hint)
    return GateResult("may be used", "pass")


def compare(
    repo: Repo, address: str, stage: str = ""
) -> tuple[RegisteredVersion, RegisteredVersion | None, Diff | None]:
    """Return a registered version, the present holder of a stage, and how they differ; None, None without a holder.

    Raises UnknownModel, UsageError.
    """
    registered = reading.resolve(repo, address)
    rules = policy.in_force(repo)
    target = rules.stage(stage or [*rules.stages][-1])
    try:
        holder = reading.resolve(repo, f"{registered.model}@{target.name}")
    except UnknownModel:
        return registered, None, None
    before, after = reading.version_of(repo, holder), reading.version_of(repo, registered)
    return registered, holder, repo.diff(before, after)


def promoted(repo: Repo, address: str, stage: str, why: str) -> tuple[PipelineCheck, StageMove | None]:
    """Check, and promote if all is well. Returns the check, and the move; None if the version is in the stage already,
    or if a check failed.

    Raises GateFailed if a gate failed since the check, RefMoved, UsageError without a reason.
    """
    if not address:
        raise UsageError("the model is missing", "name it: nbmodelver ci promote churn --to production -m WHY")
    if not why:
        raise UsageError("a promotion needs a reason", "add it: -m WHY")
    found = check(repo, address, stage)
    if found.failed or found.is_there or found.target is None:
        return found, None
    return found, promote.promote(repo, promote.PromoteRequest(found.target.address, found.stage, why))


def write_summary(markdown: str) -> str:
    """Append Markdown to the summary of the job. Returns its path, "" without one. Raises UsageError."""
    path = os.environ.get(SUMMARY, "")
    if not path:
        return ""
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(markdown + "\n")
    except OSError as error:
        raise UsageError(
            f"{SUMMARY} cannot be written: {error}", "unset the variable to print the comparison"
        ) from None
    return path
