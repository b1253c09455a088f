"""The headline of a report says damage first, and counts what is not known."""

from __future__ import annotations

import json
from dataclasses import replace

from nbmodelver.model.events import Checkpoint
from nbmodelver.model.reports import ComplianceReport, ReportTable, Unknown, counted

REPORT = ComplianceReport(
    "s", "2026-11-30T09:00:00Z", "nbmodelver 1", "", "", "", 1, 2, 3,
    (ReportTable("changes", "Changes", ("time",), (("now",),)),), (),
    (Unknown("rows", 3), Unknown("texts", 2), Unknown("what a model remembers", None)),
    no_checkpoint="it was only shown",
)  # fmt: skip


def test_what_is_not_known_is_counted_in_the_headline():
    assert REPORT.unknown_count == 5
    assert REPORT.headline == (
        "1 model, 2 versions, 3 events · no damage found · not known: 5 facts, and 1 kinds that cannot be counted"
    )


def test_damage_comes_first():
    assert replace(REPORT, damage=("event 3 is changed",)).headline.startswith(
        "DAMAGED: 1 problem, first: event 3 is changed · 1 model"
    )


def test_the_json_form_has_everything():
    found = json.loads(json.dumps(REPORT.to_dict()))
    assert found["tables"]["changes"]["rows"] == [["now"]]
    assert found["checkpoint"] == {"missing": "it was only shown"}
    assert found["not_known"][2] == {"what": "what a model remembers", "count": None, "way_out": ""}
    sealed = replace(REPORT, checkpoint=Checkpoint("s", 9, ("h",), "", "2026-11-30", "ab-cd"))
    assert sealed.to_dict()["checkpoint"]["fingerprint"] == "ab-cd"  # type: ignore[call-overload,index]


def test_a_count_has_its_noun():
    assert (counted(1, "event"), counted(1200, "event")) == ("1 event", "1,200 events")
