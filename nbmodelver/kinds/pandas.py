"""Kinds and profiles of pandas: frames, series and indexes are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.columns import Column, table
from nbmodelver.kinds.jsonable import scalar

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

MAX_CATEGORIES = 1000
CLASSES: dict[str, Kind] = {
    "DataFrame": "dataset",
    "Series": "dataset",
    "Index": "dataset",
    "ExtensionArray": "dataset",
}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Shape, index, size in bytes and statistics of every column. For object columns, the size counts pointers only."""
    del kind
    import pandas as pd

    frame = value if isinstance(value, pd.DataFrame) else _framed(value)
    columns = [_column(frame, i) for i in range(min(frame.shape[1], 1000))]
    found: dict[str, Json] = {
        "shape": list(value.shape),
        "memory_bytes": int(frame.memory_usage(index=True).sum()),
        "index": _index(frame.index),
    }
    return found | table(len(frame), columns, count=frame.shape[1])


def parts(value: Any) -> dict[str, Any] | Any:
    """The columns and the index as arrays, for a comparison element by element."""
    import numpy as np
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        return np.asarray(value)
    columns = {str(value.columns[i]): np.asarray(value.iloc[:, i]) for i in range(min(value.shape[1], 1000))}
    return {**columns, "index": np.asarray(value.index)}


def _framed(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, pd.MultiIndex):
        return value.to_frame(index=False, allow_duplicates=True)
    series = value if isinstance(value, pd.Series) else pd.Series(value)
    return pd.DataFrame({"" if series.name is None else series.name: series})


def _index(index: Any) -> str:
    names = [str(n) for n in index.names if n is not None]
    return type(index).__name__ + (f" ({', '.join(names)})" if names else "")


def _column(frame: Any, at: int) -> Column:
    series = frame.iloc[:, at]
    name = frame.columns[at]
    return Column(
        " / ".join(map(str, name)) if isinstance(name, tuple) else str(name),
        str(series.dtype),
        lambda: series.isna().sum(),
        lambda rows: _values(series if rows is None else series.iloc[rows]),
        _categories(series),
    )


def _categories(series: Any) -> dict[str, Json]:
    """The categories of a categorical column in their order, and whether they are ordered."""
    import pandas as pd

    if not isinstance(series.dtype, pd.CategoricalDtype):
        return {}
    listed = series.dtype.categories[:MAX_CATEGORIES].tolist()
    return {"categories": [scalar(one) for one in listed], "ordered": bool(series.dtype.ordered)}


def _values(series: Any) -> Any:
    import numpy as np
    import pandas as pd

    series = series.dropna()
    dtype = series.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    if isinstance(dtype, np.dtype):
        return series.to_numpy()
    if isinstance(dtype, pd.SparseDtype):
        return np.asarray(series)
    if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return series.to_numpy(dtype="bool")
    if pd.api.types.is_numeric_dtype(dtype):
        return series.to_numpy(dtype=getattr(dtype, "numpy_dtype", "float64"))
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype):
        series = series.astype(str)
    return series.to_numpy(dtype=object)
