"""Parameters of a request are read by name and type; an invalid one is a UsageError that names it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.panels.params import MAX_TEXT, Params, is_metric, is_number


def params(**values: Any) -> Params:
    return Params("commit", values)


def test_values_are_read_by_type_with_defaults_for_missing_ones() -> None:
    found = params(a="text", flag=True, n=7, names=["x"], table={"k": 1}, empty=None)
    assert (found.text("a"), found.text("b", "d"), found.text("empty", "d")) == ("text", "d", "d")
    assert (found.flag("flag"), found.flag("missing")) == (True, False)
    assert (found.count("n", 0, 5), found.count("missing", 3, 5), found.number("n")) == (5, 3, 7)
    assert (found.texts("names"), found.texts("missing"), found.table("table"), found.table("missing")) == (
        ["x"], [], {"k": 1}, {},
    )  # fmt: skip
    assert (found.has("a"), found.has("empty"), found.has("missing")) == (True, False, False)


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("text", 1), ("text", None), ("text", "x" * (MAX_TEXT + 1)), ("flag", 1), ("number", True), ("number", "1"),
        ("texts", ["a", 1]), ("texts", "a"), ("table", [1]), ("metrics", {"a": "high"}), ("metrics", {"a": [1, "up"]}),
        ("bound", "1"), ("bound", math.nan), ("filter", {"kind": "pet"}),
    ],
)  # fmt: skip
def test_an_invalid_parameter_is_named(method: str, value: Any) -> None:
    with pytest.raises(UsageError, match=r"commit: .*must be"):
        getattr(params(p=value), method)("p")


@pytest.mark.parametrize("value", [-1, True, 1.0, "1"])
def test_a_count_must_be_an_integer_of_at_least_zero(value: Any) -> None:
    with pytest.raises(UsageError, match="'p' must be a whole number"):
        params(p=value).count("p", 0, 10)


def test_metrics_may_be_words_and_may_state_a_direction() -> None:
    found = params(metrics={"a": 1, "b": "inf", "c": [0.5, "lower"], "d": ["-inf", "higher"]}).metrics()
    assert found == {"a": 1, "b": math.inf, "c": (0.5, "lower"), "d": (-math.inf, "higher")}


def test_a_filter_has_bounds_of_a_metric() -> None:
    found = params(filter={"text": "t", "kind": "model", "metric": {"name": "acc", "at_least": 0.5}}).filter()
    assert (found.text, found.kind, found.metric, found.at_least, found.at_most) == ("t", "model", "acc", 0.5, None)
    assert found.auto
    assert not params(filter={"auto": False}).filter().auto


@pytest.mark.parametrize(
    ("value", "number", "metric"),
    [
        (1, True, True),
        (0.5, True, True),
        (True, False, False),
        (math.nan, False, True),
        ("inf", False, True),
        ("1", False, False),
    ],
)  # fmt: skip
def test_numbers_are_finite_and_metrics_need_not_be(value: Any, number: bool, metric: bool) -> None:
    assert (is_number(value), is_metric(value)) == (number, metric)
