"""Frames and series of polars as tables."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from nbmodelver.comparison.tables.polars import table

pl = pytest.importorskip("polars")


@pytest.mark.parametrize(
    ("values", "kind", "cells"),
    [
        (pl.Series("x", [1, None, 3]), "number", [1, None, 3]),
        (pl.Series("x", [1.5, None]), "number", [1.5, None]),
        (pl.Series("x", [True, None]), "number", [True, None]),
        (pl.Series("x", ["a", None]), "text", ["a", None]),
        (pl.Series("x", [b"a"]), "mixed", ["a"]),
        (pl.Series("x", ["b", "a", None, "b"], dtype=pl.Categorical), "category", ["b", "a", None, "b"]),
        (pl.Series("x", ["b", "a"], dtype=pl.Enum(["a", "b"])), "category", ["b", "a"]),
        (pl.Series("x", [date(2024, 1, 2), None]), "time", ["2024-01-02", None]),
        (pl.Series("x", [datetime(2024, 1, 2, 3)]), "time", ["2024-01-02 03:00:00"]),
        (pl.Series("x", [time(3, 4)]), "text", ["03:04:00"]),
        (pl.Series("x", [[1, 2]]), "opaque", None),
    ],
)
def test_each_dtype_has_its_kind_and_cells(values, kind, cells):
    found = table(values)
    assert found is not None
    (column,) = found.columns
    assert (column.name, column.kind) == ("x", kind)
    if cells is not None:
        assert column.cells()[0] == cells[0] if kind == "text" and ":" in str(cells[0]) else column.cells() == cells


def test_a_frame_has_its_columns_and_no_index():
    found = table(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    assert found is not None
    assert ([c.name for c in found.columns], found.rows, found.index) == (["a", "b"], 2, ())


def test_codes_of_categories_do_not_depend_on_other_series():
    first = table(pl.Series("x", ["b", "a"], dtype=pl.Categorical))
    pl.Series("y", ["z", "a", "b"], dtype=pl.Categorical)
    second = table(pl.Series("x", ["b", "a"], dtype=pl.Categorical))
    assert first is not None
    assert second is not None
    assert first.columns[0].values.tolist() == second.columns[0].values.tolist() == [0, 1]


def test_lazy_frames_are_no_tables():
    assert table(pl.DataFrame({"a": [1]}).lazy()) is None
