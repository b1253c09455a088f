"""The report for an audit: evidence from events, records and people's statements, with what is not known.

It shows what the store recorded. It is no proof about acts outside nbmodelver, and it enforces nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NbmodelverError
from nbmodelver.model.reports import ComplianceReport, ReportTable
from nbmodelver.registry import bom, report_decisions, report_rules, report_tables, report_unknown
from nbmodelver.registry.report_facts import ReportFacts, ReportRequest, checked
from nbmodelver.release import __version__
from nbmodelver.store import layout

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.repo import Repo

NOT_WRITTEN = "the report was only shown"


def compliance(repo: Repo, request: ReportRequest) -> ComplianceReport:
    """Return the evidence for an audit. Writes nothing. Damage is reported and raises nothing.

    Raises UnknownModel, UsageError for a day that is none.
    """
    facts = ReportFacts(repo, checked(repo, request))
    at_utc = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document, problem = _bom(facts, at_utc)
    tables = (
        report_tables.inventory(facts), report_tables.holders(facts), report_tables.data(facts),
        report_tables.changes(facts), report_decisions.approved(facts), report_decisions.gates(facts),
        report_decisions.forced(facts), report_tables.deployed(facts), report_decisions.accesses(facts),
        report_tables.not_active(facts), report_decisions.policies(facts), report_decisions.alarms(facts),
        report_decisions.integrity(facts), report_decisions.retention(facts),
        _with_problem(report_tables.materials(document), problem),
    )  # fmt: skip
    return ComplianceReport(
        store=_store_id(repo), at_utc=at_utc, software=f"nbmodelver {__version__}",
        scope=request.model, since=request.since, until=request.until, models=len(facts.models),
        versions=len(facts.registered), events=len(facts.events), tables=tables, rules=report_rules.answers(tables),
        not_known=report_unknown.unknown(facts, tables), damage=_damage(facts), state=_state(repo), bom=document,
        no_checkpoint=NOT_WRITTEN,
    )  # fmt: skip


def _store_id(repo: Repo) -> str:
    """Return the random id of the store, "" if it has none yet or if it cannot be read."""
    with suppress(Damaged):
        head = repo.moves.head()
        return head.store if head is not None else ""
    return ""


def _state(repo: Repo) -> str:
    if repo.moves.has_events:
        return "no damage found in log and structure"
    return f"no audit log (format {layout.number(repo.backend)})"


def _damage(facts: ReportFacts) -> tuple[str, ...]:
    log = [f"audit log: {p.what}" for p in facts.log.problems]
    return (*log, *(f"store: {p.what}" for p in facts.store_problems))


def _bom(facts: ReportFacts, at_utc: str) -> tuple[dict[str, Json], str]:
    """Return the bill of materials of the versions whose data is there, and why some are missing."""
    present = [r for r in facts.registered if r.address in facts.versions]
    try:
        return bom.bom(facts.repo, present, at_utc), ""
    except NbmodelverError as error:
        return bom.bom(facts.repo, [], at_utc), f"incomplete: {error.message}"


def _with_problem(table: ReportTable, problem: str) -> ReportTable:
    return replace(table, problem=problem or table.problem)
