"""Frames, series and indexes of pandas as tables. Numeric columns are not copied."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.tables.tables import ColumnData, TableData, distinct_names, of_array, of_objects
from nbmodelver.comparison.time_limit import require_time
from nbmodelver.kinds.static import root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = ("pandas", "numpy")
"""Packages whose dtypes are read; a column of another one is not compared."""


def table(value: Any) -> TableData | None:
    """A frame, series or index as a table; None for anything else, subclasses included."""
    import pandas as pd

    if type(value) is pd.DataFrame:
        return _of_frame(value)
    if type(value) is pd.Series:
        name = "" if value.name is None else str(value.name)
        return TableData((_column(name, value),), len(value), _index(value.index, [name]))
    if type(value) in (pd.Index, pd.RangeIndex, pd.DatetimeIndex, pd.CategoricalIndex, pd.TimedeltaIndex):
        name = "" if value.name is None else str(value.name)
        return TableData((_column(name, pd.Series(value)),), len(value))
    return None


def _of_frame(frame: Any) -> TableData:
    names = distinct_names(frame.columns)
    columns = tuple(_column(name, frame.iloc[:, i]) for i, name in enumerate(names))
    return TableData(columns, len(frame), _index(frame.index, names))


def _index(index: Any, taken: Sequence[str]) -> tuple[ColumnData, ...]:
    """The columns of an index; () for the default one, which only numbers the rows."""
    import pandas as pd

    if root_of(type(index)) != "pandas":
        return ()
    if type(index) is pd.RangeIndex and index.start == 0 and index.step == 1:
        return ()
    labels = ["index" if name is None else name for name in index.names]
    names = distinct_names([*taken, *labels])[len(taken) :]
    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    return tuple(_column(name, pd.Series(level)) for name, level in zip(names, levels, strict=True))


def _column(name: str, series: Any) -> ColumnData:
    import pandas as pd

    require_time()
    dtype = series.dtype
    if root_of(type(dtype)) not in OWN:  # Its array may run code of the user.
        return ColumnData(name, type(dtype).__name__, "opaque", np.zeros(len(series), np.int8))
    shown = str(dtype)
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return of_array(name, series.to_numpy(), shown)
    if isinstance(dtype, pd.CategoricalDtype):
        known = _column(name, pd.Series(dtype.categories))
        shown = f"{shown}, ordered" if dtype.ordered else shown
        return ColumnData(name, shown, "category", series.cat.codes.to_numpy(), categories=known)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return of_array(name, series.to_numpy(dtype=f"datetime64[{dtype.unit}]"), shown)
    if isinstance(dtype, pd.SparseDtype):
        return of_array(name, series.sparse.to_dense().to_numpy(), shown)
    if isinstance(dtype, pd.ArrowDtype):
        arrow = import_module("nbmodelver.comparison.tables.pyarrow")
        found: ColumnData = arrow.column(name, series.array.__arrow_array__(), shown)
        return found
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        texts = series.astype(str).to_numpy(dtype=object)
        return ColumnData(name, shown, "text", texts, _mask(series))
    if isinstance(dtype, (pd.StringDtype, np.dtype)):
        return _of_texts(name, series)
    return _of_nullable(name, series)


def _of_texts(name: str, series: Any) -> ColumnData:
    """Texts, or an object column, with every null as None."""
    if isinstance(series.dtype, np.dtype):
        values = series.to_numpy(dtype=object)
        nulls = _mask(series)
        values = values if nulls is None else np.where(nulls, None, values)
    else:
        values = series.to_numpy(dtype=object, na_value=None)
    return of_objects(name, str(series.dtype), values)


def _of_nullable(name: str, series: Any) -> ColumnData:
    """Int64, Float64, boolean and their kin; anything else is opaque."""
    kind = getattr(series.dtype, "kind", "O")
    if kind not in "biuf":
        return ColumnData(name, str(series.dtype), "opaque", np.zeros(len(series), np.int8))
    numpy_dtype = getattr(series.dtype, "numpy_dtype", np.dtype(np.float64))
    nulls = _mask(series)
    values = series.to_numpy(dtype=numpy_dtype, na_value=numpy_dtype.type(0)) if nulls is not None else None
    return ColumnData(
        name, str(series.dtype), "number", series.to_numpy(dtype=numpy_dtype) if values is None else values, nulls
    )


def _mask(series: Any) -> Any:
    nulls = series.isna().to_numpy()
    return nulls if nulls.any() else None
