"""Frames and series of polars as tables. Numeric columns without nulls are not copied."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbmodelver.comparison.tables.tables import ColumnData, TableData, of_array, of_objects


def table(value: Any) -> TableData | None:
    """A frame or series as a table; None for anything else, lazy frames included."""
    import polars as pl

    if type(value) is pl.DataFrame:
        return TableData(tuple(_column(series) for series in value.get_columns()), value.height)
    if type(value) is pl.Series:
        return TableData((_column(value),), len(value))
    return None


def _column(series: Any) -> ColumnData:
    import polars as pl

    name, dtype, shown = series.name, series.dtype, str(series.dtype)
    nulls = series.is_null().to_numpy() if series.null_count() else None
    if dtype.is_numeric() and not dtype.is_decimal():
        if "128" in shown:
            return of_objects(name, shown, np.array([*series.to_list(), None], dtype=object)[:-1])
        filled = series.fill_null(0) if nulls is not None else series
        return ColumnData(name, shown, "number", filled.to_numpy(), nulls)
    if dtype == pl.Boolean:
        return ColumnData(name, shown, "number", series.fill_null(value=False).to_numpy(), nulls)
    if dtype in (pl.Categorical, pl.Enum):
        return _of_categories(series, shown)
    if dtype == pl.Date:
        return of_array(name, series.to_numpy().astype("datetime64[s]"), shown)
    if dtype in (pl.Datetime, pl.Duration):
        return of_array(name, series.to_numpy(), shown)
    if dtype == pl.Time or dtype.is_decimal():
        return of_objects(name, shown, series.cast(pl.String).to_numpy().astype(object))
    if dtype in (pl.String, pl.Binary):
        return of_objects(name, shown, np.array([*series.to_list(), None], dtype=object)[:-1])
    return ColumnData(name, shown, "opaque", np.zeros(len(series), np.int8))


def _of_categories(series: Any, shown: str) -> ColumnData:
    """Codes of its own: the physical codes of polars depend on what else the process has read."""
    import polars as pl

    texts = series.cast(pl.String)
    known = texts.drop_nulls().unique(maintain_order=True)
    codes = texts.replace_strict(known, np.arange(len(known)), default=-1, return_dtype=pl.Int64)
    values = codes.fill_null(-1).to_numpy()
    categories = of_objects(series.name, "String", np.array([*known.to_list(), None], dtype=object)[:-1])
    return ColumnData(series.name, shown, "category", values, categories=categories)
