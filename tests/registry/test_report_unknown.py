"""What is not known is counted: it shrinks when people state it, and what no store can know stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model.reports import ReportTable
from nbmodelver.registry import audit, report_unknown, statements
from nbmodelver.registry.report_facts import ReportFacts, ReportRequest
from tests.registry.samples import ADA, acting, busy, promoted, study, three

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def counts(repo: Repo, *tables: ReportTable) -> dict[str, int | None]:
    return {u.what: u.count for u in report_unknown.unknown(ReportFacts(repo, ReportRequest()), tables)}


def test_rows_that_nobody_stated_shrink_when_they_are_stated():
    repo = three()
    before = counts(repo)
    statements.state_model(repo, "churn", {"purpose": "offers"})
    statements.state_data(repo, "rows", {"personal_data": "yes", "licence": "mit"})
    after = counts(repo)
    models, data = "rows of model cards that nobody stated", "rows of data cards that nobody stated"
    personal = "datasets of which nobody stated whether they hold personal data"
    assert (before[models], after[models]) == (11, 10)
    assert (before[data], after[data]) == (9, 7)
    assert (before[personal], after.get(personal)) == (1, None)
    statements.state_data(repo, "rows", {"personal_data": "unknown"})
    assert counts(repo)[personal] == 1


def test_versions_and_decisions_without_evidence_are_counted():
    repo = three()
    promoted(repo, "1.0.0")
    repo.forget("v2", force=True)
    found = counts(repo)
    assert found["promotions without any gate"] == 1
    assert found["registered versions whose data is gone or cannot be read"] == 1
    assert found["versions that were not checked for leaks"] == 2
    assert found["metrics of which the test rows are not stated"] == 2
    assert found["registrations, deployments, aliases and tags without a reason"] == 3


def test_erased_texts_are_counted():
    repo = busy()
    audit.erase(acting(repo, ADA), "grace", "request")
    assert counts(repo)["texts that were erased from events"] == 2


def test_what_no_store_can_know_is_listed_even_of_an_empty_one():
    found = counts(study())
    assert [what for what, count in found.items() if count is None] == [u.what for u in report_unknown.UNCOUNTED]


def test_incomplete_tables_are_counted_first():
    found = counts(three(), ReportTable("x", "X", ("a",), problem="damaged"))
    assert next(iter(found.items())) == ("tables that are incomplete, as something cannot be read", 1)
