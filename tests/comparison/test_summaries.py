"""A comparison in one line: the first differences, shortened, and how many more there are."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.summaries import summarize
from nbmodelver.model import Row


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (Row(("rows", 442, 441), "changed"), "rows 442 → 441"),
        (Row(("lr", 0.123456, 0.1), "changed"), "lr 0.1235 → 0.1"),
        (Row(("log_bmi", None, "float64"), "added"), "+ log_bmi"),
        (Row(("age", "int64", None), "removed"), "- age"),
        (Row(("age · mean", 1.0, 2.0), "changed"), "age"),
        (Row(("3 · mean", 1.0, 2.0), "changed"), "column 3"),
        (Row(("values · mean", 1.0, 2.0), "changed"), "mean 1 → 2"),
        (Row(("text", "a" * 30, "b"), "changed"), "text"),
        (Row(("n" * 30, None, 1), "added"), f"+ {'n' * 23}…"),
        (Row(("rows", 1, 1), "same"), ""),
        (Row(("type", "a", "b"), "changed"), ""),
        (Row(("loss", float("nan"), float("nan")), "changed"), ""),
    ],
)
def test_a_difference_in_words(row: Row, text: str) -> None:
    assert summarize([row]) == text


def test_only_the_first_differences_are_named_and_each_once() -> None:
    rows = [Row((f"p{n}", 1, 2), "changed") for n in range(5)]
    assert summarize(rows) == "p0 1 → 2, p1 1 → 2, p2 1 → 2, 2 more"
    assert summarize([rows[0], rows[0]]) == "p0 1 → 2"
    assert summarize([]) == ""
