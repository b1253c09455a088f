"""What all changed cells of a column have in common."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.rows.column_changes import ColumnChange, column_changes, most
from nbmodelver.comparison.tables.schema import common_columns
from nbmodelver.comparison.tables.tables import table_of


def changes(before: pd.DataFrame, after: pd.DataFrame, *, in_place: bool = True) -> dict[str, ColumnChange]:
    old, new = table_of(before), table_of(after)
    assert old is not None
    assert new is not None
    rows = np.arange(len(before))
    return {c.name: c for c in column_changes(common_columns(old, new), rows, rows, in_place=in_place)}


X = pd.Series([1.0, 2.0, 4.0, 8.0, 16.25])
T = pd.Series(["Ab", "c d", "Ab", "e", "c d"])


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (X, X + 0.5, "+0.5"),
        (X, X * 25.4, "× 25.4 (inch to mm)"),
        (X, X * 1.1, "× 1.1"),
        (X, X * 1.8 + 32, "× 1.8 +32"),
        (X, X.clip(upper=3), "clipped at 3"),
        (X + 0.013, (X + 0.013).round(1), "rounded to 1 digits"),
        (X, X.shift(-1), "shifted up by 1 row"),
        (X, X.shift(1), "shifted down by 1 row"),
        (X, X * np.nan, "emptied"),
        (X * np.nan, X * 0 + 7, "nulls filled with 7"),
        (X * np.nan, X, "nulls filled"),
        (T, T.str.upper(), "only upper and lower case"),
        (T, T.str.replace(" ", ""), "only blanks"),
        (T.iloc[[1, 4]].reset_index(drop=True), pd.Series(["cd", "c  d"]), "only blanks"),
        (pd.Series(list("mfmfmm")), pd.Series(["male", "female"] * 2 + ["male"] * 2),
         'recoded: "m" → "male" (4), "f" → "female" (2)'),
        (pd.Series(list("ababa")), pd.Series(list("ccccc")), '2 values merged: "a" → "c" (3), "b" → "c" (2)'),
        (X, pd.Series([9.0, 1.0, 7.0, 3.0, 5.5]), ""),
    ],
)  # fmt: skip
def test_the_rule_of_all_changed_cells_is_found(before, after, rule):
    assert changes(pd.DataFrame({"x": before}), pd.DataFrame({"x": after}))["x"].rule == rule


def test_a_column_is_shifted_only_if_the_rows_kept_their_places():
    before, after = pd.DataFrame({"x": X}), pd.DataFrame({"x": X.shift(1)})
    assert not changes(before, after, in_place=False)["x"].rule.startswith("shifted")


def test_swapped_columns_are_named():
    before = pd.DataFrame({"a": [1, 5, 2], "b": [7, 3, 9]})
    found = changes(before, before.rename(columns={"a": "b", "b": "a"})[["a", "b"]])
    assert {n: c.rule for n, c in found.items()} == {"a": "swapped with b", "b": "swapped with a"}


def test_counts_sizes_nulls_and_examples():
    before = pd.DataFrame({"x": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0], "same": range(6)})
    after = before.assign(x=[1.0 + 1e-13, 2.5, 3.0, np.nan, 7.0, 6.0])
    found = changes(before, after)
    assert list(found) == ["x"]
    change = found["x"]
    assert (change.cells, change.rounding, change.to_null, change.from_null) == (4, 1, 1, 1)
    assert (change.median, change.largest) == (1.25, 2.0)
    assert change.examples[:2] == ((1, 2.0, 2.5), (2, None, 3.0))


def test_the_column_with_the_most_cells_comes_first():
    few, many = ColumnChange("a", 1), ColumnChange("b", 5)
    assert most([few, many]) == [many, few]
