"""The questions of rules: each names its evidence and its source, and no date is printed as law."""

from __future__ import annotations

import re

from nbmodelver.model.reports import ReportTable
from nbmodelver.registry import report_rules
from nbmodelver.registry.report import compliance
from nbmodelver.registry.report_facts import ReportRequest
from tests.registry.samples import busy


def test_every_question_has_evidence_of_tables_that_exist():
    found = compliance(busy(), ReportRequest())
    assert len(found.rules) == len(report_rules.QUESTIONS)
    assert all("{" not in r.evidence for r in found.rules)
    change = next(r for r in found.rules if "approved and tested" in r.question)
    assert change.evidence.startswith("statements about approvals: 1; ")


def test_what_is_not_covered_names_no_source_but_the_check_of_the_log():
    sources = {r[3] for r in report_rules.QUESTIONS if r[4] == "not covered"}
    assert sources == {"", "integrity"}
    assert all(r[3] for r in report_rules.QUESTIONS if r[4] != "not covered")


def test_each_rule_says_what_is_not_covered():
    covers: dict[str, set[str]] = {}
    for rule, _, _, _, cover in report_rules.QUESTIONS:
        covers.setdefault(rule, set()).add(cover)
    assert set(covers) == {
        report_rules.TECHNICAL, report_rules.LOGS, report_rules.GDPR, report_rules.HIPAA, report_rules.SOC2,
        report_rules.NIST,
    }  # fmt: skip
    assert all("not covered" in found for found in covers.values())


def test_no_date_is_printed_as_law():
    text = " ".join(part for question in report_rules.QUESTIONS for part in question)
    assert not re.search(r"20[2-9]\d(?!/)", text)


def test_incomplete_tables_weaken_the_evidence():
    ids = set(re.findall(r"{(\w+)}", " ".join(q[2] for q in report_rules.QUESTIONS)))
    tables = [ReportTable(id_, id_, ("a",), problem="damaged" if id_ == "data" else "") for id_ in sorted(ids)]
    found = report_rules.answers(tables)
    assert "1 table of this report incomplete" in found[0].evidence
