"""Tables, record batches and arrays of Arrow as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from nbmodelver.comparison.tables.pyarrow import column, table

pa = pytest.importorskip("pyarrow")


@pytest.mark.parametrize(
    ("values", "kind", "cells"),
    [
        (pa.array([1, None]), "number", [1, None]),
        (pa.array([True, None]), "number", [True, None]),
        (pa.array([1.5, None]), "number", [1.5, None]),
        (pa.array(["a", None]), "text", ["a", None]),
        (pa.array([b"a"]), "mixed", ["a"]),
        (pa.array(["b", None, "a"]).dictionary_encode(), "category", ["b", None, "a"]),
        (pa.array([date(2024, 1, 2)]), "time", ["2024-01-02"]),
        (pa.array([datetime(2024, 1, 2, tzinfo=UTC)]), "time", ["2024-01-02"]),
        (pa.array([Decimal("1.50")]), "text", ["1.50"]),
        (pa.array([time(3, 4)]), "text", None),
        (pa.array([[1]]), "opaque", None),
        (pa.chunked_array([[1], [2]]), "number", [1, 2]),
        (pa.chunked_array([], pa.int64()), "number", []),
    ],
)
def test_each_type_has_its_kind_and_cells(values, kind, cells):
    found = column("x", values)
    assert (found.name, found.kind) == ("x", kind)
    if cells is not None:
        assert found.cells() == cells


def test_tables_and_batches_have_their_columns_with_distinct_names():
    data = pa.table([pa.array([1]), pa.array(["x"])], names=["a", "a"])
    for value in (data, data.to_batches()[0]):
        found = table(value)
        assert found is not None
        assert ([c.name for c in found.columns], found.rows) == (["a", "a (2)"], 1)
    assert table(pa.scalar(1)) is None
    assert table(pa.array([1, 2])).rows == 2


def test_a_type_can_be_shown_under_another_name():
    assert column("x", pa.array([1]), "int64[pyarrow]").dtype == "int64[pyarrow]"
