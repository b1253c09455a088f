"""Conditions of gates have three values, arithmetic and other versions; anything else is refused with its place."""

from __future__ import annotations

import math

import pytest

from nbmodelver.catalogue.gate_conditions import GateCondition
from nbmodelver.errors import UsageError

DOCUMENT = {
    "metrics": {"f1": 0.81, "nan": math.nan, "val/loss": 2.0}, "params": {"depth": 3}, "tags": ["a"], "branch": "main",
    "production": {"metrics": {"f1": 0.84}, "params": {}}, "alarms": {"open": 0},
}  # fmt: skip


def judged(text: str) -> tuple[bool | None, str]:
    return GateCondition(text, ["production", "parent"]).judge(DOCUMENT)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("metrics.f1 > 0.8", True), ("metrics.f1 > 0.9", False), ("metrics.auc > 0.9", None),
        ("not metrics.auc > 0.9", None), ("not metrics.f1 > 0.9", True),
        ("metrics.auc > 0.9 or metrics.f1 > 0.8", True), ("metrics.auc > 0.9 and metrics.f1 > 0.9", False),
        ("metrics.auc > 0.9 and metrics.f1 > 0.8", None), ("metrics.nan == metrics.nan", None),
        ("metrics.val/loss * 2 == 4", True), ("abs(0 - metrics.f1) < 1", True), ("0.8 < metrics.f1 < 0.9", True),
        ("production.metrics.f1 - metrics.f1 > 0.02", True), ("production.metrics.auc > 0", None),
        ("parent.metrics.f1 > 0", None), ("'a' in tags and branch == 'main'", True), ("alarms.open == 0", True),
        ("params.depth / (3 - params.depth) > 1", None), ("metrics.f1 > -1", True),
    ],
)  # fmt: skip
def test_a_condition_is_true_false_or_unknown(text: str, verdict: bool | None):
    assert judged(text)[0] is verdict


def test_the_values_are_shown_once():
    assert judged("metrics.f1 > 0.9 or metrics.f1 > 0.9")[1] == "0.81 > 0.9 is false"
    assert judged("metrics.auc > 1")[1] == "metrics.auc is missing"


@pytest.mark.parametrize(
    "text",
    [
        "metrics.f1 >", "metrics.f1 = 1", "other.metrics.f1 > 1", "production > 1", "alarms == 0", "open('x')",
        "max() > 1", "max(metrics.f1, key=1) > 1", "metrics.f1 ** 2 > 1", "[x for x in tags]", "1 if True else 2",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(text: str):
    with pytest.raises(UsageError) as caught:
        GateCondition(text, ["production", "parent"])
    assert caught.value.hint
