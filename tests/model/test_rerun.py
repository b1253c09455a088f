"""The verdict of a re-run is the worst of what counts."""

from __future__ import annotations

import json

import pytest

from nbmodelver.model import Version, VersionId
from nbmodelver.model.rerun import Rerun, RerunItem, RerunPlan

PLAN = RerunPlan(Version(VersionId("a" * 40), 3), 2, "3.11.7", "this environment")


@pytest.mark.parametrize(
    ("items", "ended", "agreed", "reproduced"),
    [
        ([], "", "cannot tell", False),
        ([("metric", "bit-identical")], "", "bit-identical", True),
        ([("metric", "bit-identical"), ("variable", "numerically equal")], "", "numerically equal", True),
        ([("variable", "bit-identical"), ("output", "different")], "", "bit-identical", True),
        ([("output", "different")], "", "different", False),
        ([("variable", "cannot tell"), ("metric", "bit-identical")], "", "cannot tell", False),
        ([("variable", "missing"), ("metric", "different")], "", "missing", False),
        ([("variable", "bit-identical")], "cell 1 raised KeyError", "missing", False),
    ],
)
def test_the_worst_verdict_of_metrics_and_variables_counts(items, ended, agreed, reproduced) -> None:
    found = Rerun(PLAN, tuple(RerunItem(what, "x", one) for what, one in items), 1, ended)
    assert (found.agreed, found.is_reproduced) == (agreed, reproduced)


def test_the_json_form_names_each_item_with_its_cause() -> None:
    item = RerunItem("variable", "x", "different", "1 became 2", "unseeded randomness", is_tested=True)
    data = json.loads(json.dumps(Rerun(PLAN, (item,), 2).to_dict()))
    assert data["items"] == [
        {"what": "variable", "name": "x", "verdict": "different", "detail": "1 became 2",
         "cause": "unseeded randomness", "tested": True}
    ]  # fmt: skip
    assert (data["verdict"], data["reproduced"], data["version"]["name"]) == ("different", False, "v3")
