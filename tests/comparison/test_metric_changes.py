"""Metrics that got worse by more than noise."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.metric_changes import fitted_and_scored, metric_findings
from nbmodelver.model import Version, VersionId


def findings(before: float, after: float, *, rows: int = 1000, direction: str = "higher", unexplained: bool = True):
    sides = [Version(VersionId(""), n, metrics={"m": value}) for n, value in ((1, before), (2, after))]
    return list(metric_findings(sides[1], sides[0], {"m": direction}, rows, unexplained=unexplained))


@pytest.mark.parametrize(
    ("before", "after", "more", "told"),
    [
        (0.90, 0.86, {}, True), (0.90, 0.89, {}, False), (0.90, 0.95, {}, False), (0.90, 0.88, {"rows": 100}, False),
        (0.90, 0.88, {"rows": 10_000}, True), (0.10, 0.14, {"direction": "lower"}, True),
        (0.10, 0.06, {"direction": "lower"}, False), (0.90, 0.10, {"direction": "unknown"}, False),
        (0.90, 0.10, {"rows": 0}, False), (12.0, 90.0, {"direction": "lower"}, False),
        (0.9, float("nan"), {}, False),
    ],
)  # fmt: skip
def test_worse_beyond_noise(before, after, more, told):
    assert bool(findings(before, after, **more)) is told


def test_the_level_depends_on_what_else_changed():
    assert [f.level for f in findings(0.9, 0.5)] == ["alarm"]
    assert [f.level for f in findings(0.9, 0.5, unexplained=False)] == ["note"]


def test_a_set_that_was_fitted_and_scored():
    found = list(fitted_and_scored({"A": ("train", "test"), "B": ("train",), "C": ("test",)}))
    assert [(f.id, f.names) for f in found] == [("scored:A", ("A",))]
