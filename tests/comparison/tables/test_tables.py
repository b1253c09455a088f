"""The same data is the same table, whichever library holds it."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.rows.row_diff import row_diff
from nbmodelver.comparison.tables.tables import TableData, table_of

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
sp = pytest.importorskip("scipy.sparse")

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3, 4],
        "x": [0.5, np.nan, -1.5, 2.0],
        "flag": [True, False, True, True],
        "city": ["Bern", None, "Basel", ""],
        "group": pd.Categorical(["a", "b", None, "a"]),
        "day": pd.to_datetime(["2024-01-01", "2024-01-02 03:04:05", None, "1969-12-31"], format="ISO8601"),
        "took": pd.to_timedelta([1, 2, 3, 4], "h"),
        "zoned": pd.to_datetime(["2024-01-01"] * 4).tz_localize("Europe/Zurich"),
    }
)


def table(value: object) -> TableData:
    found = table_of(value)
    assert found is not None
    return found


def polars_frame() -> object:
    return pl.from_pandas(FRAME)


def arrow_table() -> object:
    return pa.Table.from_pandas(FRAME, preserve_index=False)


def arrow_in_pandas() -> object:
    return arrow_table().to_pandas(types_mapper=pd.ArrowDtype)  # type: ignore[attr-defined]


def nullable() -> object:
    return FRAME.convert_dtypes()


@pytest.mark.parametrize("other", [polars_frame, arrow_table, arrow_in_pandas, nullable])
def test_the_rows_of_other_libraries_are_equal(other):
    found = row_diff(table(FRAME), table(other()))
    assert (found.same, found.changed, found.not_compared) == (4, 0, ())
    assert found.order.how == "kept"


@pytest.mark.parametrize("other", [polars_frame, arrow_table, arrow_in_pandas, nullable])
def test_cells_are_shown_alike(other):
    for mine, theirs in zip(table(FRAME).columns, table(other()).columns, strict=True):
        if mine.kind != "span":
            assert mine.cells() == theirs.cells(), mine.name


def test_a_structured_array_has_its_fields_as_columns():
    array = np.array([(1, 2.5), (3, 4.5)], dtype=[("n", "i8"), ("x", "f4")])
    assert [(c.name, c.dtype, c.cells()) for c in table(array).columns] == [
        ("n", "int64", [1, 3]),
        ("x", "float32", [2.5, 4.5]),
    ]
    assert table_of(np.zeros(2, dtype=[("v", "f8", (3,))])) is None


def test_a_sparse_matrix_is_compared_by_rows_and_a_large_one_by_entries():
    dense = np.zeros((5, 4))
    dense[1, 2] = 3.0
    edited = dense.copy()
    edited[4, 0] = 1.0
    found = row_diff(table(sp.csr_matrix(dense)), table(sp.csr_array(edited)))
    assert (found.same, found.changed) == (4, 1)
    wide = sp.random(50, 5_000, density=0.001, random_state=0, format="csr")
    more = wide.tolil()
    more[3, 4_999] = 8.0
    found = row_diff(table(wide), table(more.tocsc()))
    assert (found.changed, len(found.added)) == (0, 1)


def test_series_indexes_and_lists_are_tables_of_one_column():
    for value in (pd.Series([1, 2]), pd.Index([1, 2]), [1, 2], (1, 2), np.array([1, 2]), pl.Series([1, 2])):
        assert [c.cells() for c in table(value).columns] == [[1, 2]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (pd.Series(pd.period_range("2024-01", periods=2, freq="M")), ["2024-01", "2024-02"]),
        (pd.Series(pd.arrays.SparseArray([0.0, 1.0])), [0.0, 1.0]),
        (pd.Series(pd.to_datetime(["2024-01-01 10:30:00.5"])), ["2024-01-01 10:30:00.5"]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([b"a"]), ["a"]),
        ([None, 1.5, "x", True], [None, 1.5, "x", True]),
    ],
)
def test_cells_of_other_types(value, shown):
    assert table(value).columns[0].cells() == shown


@pytest.mark.parametrize("value", [{}, 3, None, "text", [], [[1], [2]], [{"a": 1}], np.array(5), object()])
def test_other_values_are_no_tables(value):
    assert table_of(value) is None


@pytest.mark.parametrize(
    "dtype",
    ["pl.Int128", "pl.Decimal(10, 2)", "pl.Time", "pl.List(pl.Int64)", "pl.Enum(['a', 'b'])", "pl.Binary", "pl.UInt8"],
)
def test_every_type_of_polars_has_cells_or_is_opaque(dtype):
    samples = {
        "pl.List(pl.Int64)": [[1], [2]], "pl.Time": [datetime.time(1), None], "pl.Enum(['a', 'b'])": ["a", None],
        "pl.Binary": [b"x", None],
    }  # fmt: skip
    if not hasattr(pl, dtype.partition("(")[0].removeprefix("pl.")):
        return  # An old release has no such type.
    series = pl.Series("s", samples.get(dtype, [1, None]), dtype=eval(dtype, {"pl": pl}))
    column = table(pl.DataFrame([series])).columns[0]
    assert len(column.cells()) == 2
    assert column.kind == "opaque" or column.is_null().tolist() == [False, True]


@pytest.mark.parametrize(
    "array",
    ["pa.array([1, None])", "pa.array(['a', None])", "pa.array(['a', None]).dictionary_encode()",
     "pa.array([datetime.date(2024, 1, 1), None])", "pa.array([datetime.time(1), None])",
     "pa.array([datetime.datetime(2024, 1, 1), None], pa.timestamp('us', 'UTC'))", "pa.array([True, None])",
     "pa.array([1, None], pa.decimal128(5, 2))", "pa.array([[1], None])", "pa.array(np.array([1.5, 2.0], np.float16))",
     "pa.chunked_array([[1], [None]], pa.int64())", "pa.array(['a', None], pa.large_string())", "pa.nulls(2)"],
)  # fmt: skip
def test_every_type_of_arrow_has_cells_or_is_opaque(array):
    column = table(eval(array, {"pa": pa, "np": np, "datetime": datetime})).columns[0]
    assert len(column.cells()) == 2
    assert column.kind == "opaque" or column.is_null().tolist() == [False, "None" in array]
