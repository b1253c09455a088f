"""The section about rows: what its lines and its first sentence say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.rows.row_diff import RowDiff, row_diff
from nbmodelver.comparison.rows.row_section import rows, section, signed_zeros, summary
from nbmodelver.comparison.sides import Side
from nbmodelver.comparison.tables.tables import table_of

FRAME = pd.DataFrame({"a": np.arange(50.0) ** 1.5, "b": [f"t{i}" for i in range(50)]})


def diff(before: object, after: object) -> RowDiff:
    return row_diff(table_of(before), table_of(after))


def side(value: object) -> Side:
    return Side("dataset", dict, lambda: value, "v")


@pytest.mark.parametrize(
    ("after", "text", "lines"),
    [
        (FRAME, "50 rows · the same rows", []),
        (FRAME[::-1].reset_index(drop=True), "50 rows · the same rows in another order",
         [("rows in another order", 50, "sorted by a, descending")]),
        (pd.concat([FRAME, FRAME.head(2)], ignore_index=True), "50 → 52 rows · 50 the same · 2 added",
         [("rows added", 2, "copies of rows that both versions have")]),
        (FRAME.iloc[3:].reset_index(drop=True), "50 → 47 rows · 47 the same · 3 removed",
         [("rows removed", 3, "at the beginning")]),
        (FRAME.drop(index=[7, 8]).reset_index(drop=True), "50 → 48 rows · 48 the same · 2 removed",
         [("rows removed", 2, "at 7 to 8")]),
        (FRAME.rename(columns={"a": "z"}), "50 rows · the same rows", [("column z", None, "renamed")]),
        (FRAME.assign(c=1), "50 rows", [("column c", None, None)]),
        (FRAME.set_axis(range(1, 51)), "50 rows · the same rows",
         [("rows with another label", 50, "the index differs")]),
    ],
)  # fmt: skip
def test_each_kind_of_difference_has_its_line(after, text, lines):
    found = diff(FRAME, after)
    assert summary(found).startswith(text)
    assert [r.cells[:3] for r in section("df", found).rows] == lines


def test_a_few_changed_cells_are_shown_one_by_one_and_many_by_their_column():
    few = FRAME.copy()
    few.loc[3, "b"] = "new"
    assert [r.cells for r in section("df", diff(FRAME, few)).rows] == [
        ("rows changed", 1, "paired by position", None, None),
        ("b[3]", None, None, "t3", "new"),
    ]
    many = section("df", diff(FRAME, FRAME.assign(a=FRAME["a"] + 2)))
    assert many.rows[-1].cells[:3] == ("column a", 50, "+2")


def test_rows_and_drift_are_two_sections_and_other_values_have_none():
    rng = np.random.default_rng(0)
    before = pd.DataFrame({"x": rng.standard_normal(2_000)})
    shifted = pd.DataFrame({"x": rng.standard_normal(2_000) + 3})
    assert [s.id for s in rows("df", side(before), side(shifted))] == ["rows.df", "drift.df"]
    assert rows("x", side(3), side(4)) == []


def test_the_added_rows_of_a_table_that_grew_are_compared_with_the_others():
    rng = np.random.default_rng(0)
    before = pd.DataFrame({"x": rng.standard_normal(5_000)})
    after = pd.concat([before, pd.DataFrame({"x": rng.standard_normal(100) + 2})], ignore_index=True)
    drift = rows("df", side(before), side(after))[1]
    assert "the 100 added rows against the 5,000 before" in drift.note


def test_the_row_difference_is_given_to_the_later_side():
    given: list[RowDiff] = []
    after = Side("dataset", dict, lambda: FRAME.head(9), on_row_diff=given.append)
    rows("df", side(FRAME), after)
    assert [len(one.removed) for one in given] == [41]


def test_a_key_of_the_later_side_pairs_its_rows():
    after = Side("dataset", dict, lambda: FRAME.assign(a=0.0)[::-1], key=("b",))
    (found, *_) = rows("df", side(FRAME), after)
    assert found.rows[0].cells[2] == "paired by key b (remembered)"


def test_cells_that_differ_in_the_sign_of_zero_are_counted():
    found = diff(pd.DataFrame({"x": [0.0, 0.0, 1.0]}), pd.DataFrame({"x": [-0.0, 0.0, 1.0]}))
    assert [r.cells[:3] for r in signed_zeros(found)] == [("column x", 1, "only the sign of zero")]
