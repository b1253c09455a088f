"""Tables of a report about what there is, with the rows before an error if something cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged
from nbmodelver.model.reports import ReportTable
from nbmodelver.registry import bom, lifecycle, report_tables, statements
from nbmodelver.registry.report_facts import ReportFacts, ReportRequest
from nbmodelver.repo import open_repo
from tests.registry.samples import busy, registered, three
from tests.registry.test_lineage import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.repo import Repo
    from tests.shells import Shell


def facts(repo: Repo, model: str = "") -> ReportFacts:
    return ReportFacts(repo, ReportRequest(model))


def test_a_table_keeps_the_rows_before_an_error_and_says_what_is_wrong():
    def rows() -> Iterator[tuple[str, ...]]:
        yield ("one",)
        raise Damaged("block 3 is damaged", "repair it")

    made = report_tables.made(ReportTable("x", "X", ("a",)), rows)
    assert (made.rows, made.problem) == ((("one",),), "incomplete: block 3 is damaged")


def test_the_inventory_has_stages_states_and_reasons():
    rows = {row[0]: row for row in report_tables.inventory(facts(busy())).rows}
    assert list(rows) == ["churn/2.0.0", "churn/1.1.0", "churn/1.0.0"]
    assert rows["churn/1.1.0"][6:8] == ("production", "deprecated: leaked rows; use churn/2.0.0")
    assert rows["churn/1.0.0"][4:6] == ("m1", "the first version")


def test_holders_are_listed_over_time_with_what_was_forced():
    rows = report_tables.holders(facts(busy())).rows
    assert [(r[0], r[1], r[3] == "now", r[6]) for r in rows] == [
        ("churn@production", "1.1.0", True, "forced"), ("churn@production", "1.0.0", False, ""),
    ]  # fmt: skip


def test_data_says_for_what_it_was_used_and_how_that_is_known(shell: Shell):
    for cell in CELLS:
        shell.run(cell)
    shell.run("%mv_register churn v1 --model clf")
    repo = open_repo()
    repo.commit({"clf": repo.load("v1", "clf")["clf"], "extra": list(range(99))}, "kept beside")
    registered(repo, "v3", variable="clf")
    statements.state_data(repo, "rows", {"personal_data": "no", "legal_basis": "contract"})
    rows = {row[0]: row for row in report_tables.data(facts(repo)).rows}
    assert rows["rows"][3:5] == ("no", "contract")
    assert rows["labels"][7].endswith("churn/1.0.0 (cell)")
    assert "(kept)" in rows["extra"][7]


def test_changes_say_what_why_and_who_with_the_newest_first():
    repo = busy()
    rows = report_tables.changes(facts(repo)).rows
    assert rows[0][1:] == ("Ada", "deprecate", "churn/1.1.0: none -> deprecated", "leaked rows")
    assert ("Grace", "approve", "churn 1.0.0 production", "report read") in [r[1:] for r in rows]
    statements.state_data(repo, "rows", {"source": "survey", "licence": "mit"})
    statements.state_model(repo, "churn", {"purpose": "offers"})
    found = [r[3] for r in report_tables.changes(facts(repo)).rows]
    assert found[:2] == ["stated purpose of churn", "stated source, licence of rows"]


def test_deployments_have_the_stamp_of_their_predictions():
    repo = busy()
    (row,) = report_tables.deployed(facts(repo)).rows
    assert (row[0], row[1], row[4]) == ("eu", "churn/1.0.0", "now")
    assert row[7].startswith("churn/1.0.0+")
    registered(repo, "v3", model="other")
    assert report_tables.deployed(facts(repo, "other")).rows == ()


def test_deprecated_and_archived_versions_have_reason_and_replacement():
    repo = busy()
    lifecycle.archive(repo, "churn/2.0.0", "licence ended")
    rows = {row[0]: row for row in report_tables.not_active(facts(repo)).rows}
    assert rows["churn/1.1.0"][1:2] + rows["churn/1.1.0"][3:4] == ("deprecated", "churn/2.0.0")
    assert (rows["churn/2.0.0"][1], rows["churn/2.0.0"][5]) == ("archived", "licence ended")


def test_datasets_and_components_are_counted():
    repo = three()
    found = facts(repo)
    assert report_tables.datasets(found) == ["rows"]
    document = bom.bom(repo, found.registered, "2026-11-28T10:00:00Z")
    counts = dict(report_tables.materials(document).rows)
    assert (counts["machine-learning-model"], counts["data"]) == ("3", "1")
    assert report_tables.materials({}).rows == ()
