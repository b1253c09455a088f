"""JSON values as short text."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.views.blocks import HistogramBars
from nbmodelver.views.values import MAX_TEXT, NARROW, chart, value_cell, value_pair, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"), (True, "True"), (9_999, "9999"), (12_345, "12,345"), (0.123456, "0.1235"), (1.0, "1"),
        ("a", "a"), ([1, None, "b"], "[1, None, b]"), ({"a": [0.5], "b": {}}, "{a: [0.5], b: {}}"),
    ],
)  # fmt: skip
def test_a_value_is_one_short_line(value: Any, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize("value", ["x" * 500, ["x"] * 500, {str(i): i for i in range(500)}])
def test_a_long_value_is_cut_and_says_so(value: Any) -> None:
    assert len(value_text(value)) == MAX_TEXT
    assert value_text(value).endswith("…")


def test_a_text_of_the_greatest_length_is_not_cut() -> None:
    assert value_text("x" * MAX_TEXT) == "x" * MAX_TEXT


def test_a_cell_is_a_chart_for_a_histogram_and_empty_for_none() -> None:
    assert value_cell({"counts": [1, 2], "low": 0, "high": 3}) == HistogramBars((1, 2), "0", "3")
    assert value_cell({"counts": 3}) == "{counts: 3}"
    assert value_cell(None) == ""
    assert value_cell(0) == "0"


def test_counts_of_a_chart_that_are_not_numbers_are_zero() -> None:
    assert chart({"counts": [1, "x", -2, None]}) == HistogramBars((1, 0, 0, 0), "None", "None")
    assert len(chart({"counts": [1] * 500}).counts) == 100


def test_two_short_values_are_shown_whole() -> None:
    assert value_pair("a", "b") == ("a", "b")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x" * 300 + "a", "x" * 300 + "b"),
        (list(range(200)), [*range(199), -1]),
        ("x" * 300, "x" * 301),
        ({"k": 1.00001}, {"k": 1.00002}),
    ],
)
def test_the_difference_of_two_long_values_stays_visible(before: Any, after: Any) -> None:
    left, right = value_pair(before, after)
    assert left != right
    assert max(len(left), len(right)) <= NARROW + 2
