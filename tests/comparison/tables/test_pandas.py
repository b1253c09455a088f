"""Frames, series and indexes of pandas as tables."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.tables.pandas import table

pd = pytest.importorskip("pandas")


def only(value: object):
    found = table(value)
    assert found is not None
    return found.columns[0]


@pytest.mark.parametrize(
    ("values", "kind", "cells"),
    [
        (pd.Series([1, 2]), "number", [1, 2]),
        (pd.Series([1, None], dtype="Int64"), "number", [1, None]),
        (pd.Series([True, None], dtype="boolean"), "number", [True, None]),
        (pd.Series([1.5, np.nan]), "number", [1.5, None]),
        (pd.Series(["a", None]), "text", ["a", None]),
        (pd.Series(["a", 1], dtype=object), "mixed", ["a", 1]),
        (pd.Series(["a", None, "a"], dtype="category"), "category", ["a", None, "a"]),
        (pd.Series(pd.to_datetime(["2024-01-02", None])), "time", ["2024-01-02", None]),
        (pd.Series(pd.to_datetime(["2024-01-02"]).tz_localize("Europe/Berlin")), "time", ["2024-01-01 23:00:00"]),
        (pd.Series(pd.to_timedelta(["1s"])), "span", None),
        (pd.Series(pd.arrays.SparseArray([0, 3])), "number", [0, 3]),
        (pd.Series(pd.period_range("2024-01", periods=2, freq="M")), "text", ["2024-01", "2024-02"]),
        (pd.Series([object()], dtype=object), "opaque", None),
    ],
)
def test_each_dtype_has_its_kind_and_cells(values, kind, cells):
    column = only(values)
    assert column.kind == kind
    if cells is not None:
        assert column.cells() == cells


def test_repeated_names_are_numbered_and_the_default_index_is_none():
    found = table(pd.DataFrame([[1, 2]], columns=["x", "x"]))
    assert found is not None
    assert [c.name for c in found.columns] == ["x", "x (2)"]
    assert found.index == ()


def test_the_levels_of_an_index_are_columns_with_names_of_their_own():
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None])
    found = table(pd.DataFrame({"x": [1, 2]}, index=index))
    assert found is not None
    assert [c.name for c in found.index] == ["x (2)", "index"]
    assert found.labels(np.array([1])) == ["b, 2"]


def test_an_ordered_category_has_another_type():
    plain, ordered = (pd.Series(pd.Categorical(["a"], ordered=o)) for o in (False, True))
    assert only(ordered).dtype == "category, ordered" != only(plain).dtype


def test_numbers_are_not_copied():
    values = np.arange(5.0)
    assert np.shares_memory(only(pd.Series(values, copy=False)).values, values)


def test_subclasses_and_other_values_are_no_tables():
    class Mine(pd.DataFrame):
        pass

    assert table(Mine({"a": [1]})) is None
    assert table(pd.Timestamp(0)) is None
    assert only(pd.Index([3, 4], name="n")).cells() == [3, 4]
