"""pandas: frames and series in an open format, and their comparison with what is read from it."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.arrays import (
    BooleanArray,
    DatetimeArray,
    FloatingArray,
    IntegerArray,
    NumpyExtensionArray,
    TimedeltaArray,
)

from nbmodelver.codecs.numpy import digest

if TYPE_CHECKING:
    from collections.abc import Callable


def to_open_format(value: Any) -> tuple[str, bytes, Any] | None:
    """A frame or series as Parquet: format, bytes, and the value read from them.

    None if Parquet cannot represent it.
    """
    kind = type(value)
    if kind is pd.DataFrame:
        return _parquet("parquet", value, lambda frame: frame)
    if kind is pd.Series and (value.name is None or type(value.name) in (str, int)):
        name = value.name
        return _parquet("parquet-series", value.to_frame("value"), lambda frame: frame["value"].rename(name))
    return None


def _parquet(form: str, frame: Any, read: Callable[[Any], Any]) -> tuple[str, bytes, Any] | None:
    file = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame.to_parquet(file, engine="pyarrow", compression="zstd")
            file.seek(0)
            again = read(pd.read_parquet(file, engine="pyarrow"))
    except Exception:  # No pyarrow, duplicate columns, mixed objects ...: the exception types vary.
        return None
    return form, file.getvalue(), again


def from_open_format(data: bytes) -> Any:
    """Return the frame of a Parquet file. Raises what pyarrow raises for other data."""
    return pd.read_parquet(io.BytesIO(data), engine="pyarrow")


def from_text(data: bytes) -> Any:
    """Return the frame of a CSV file. Raises what pandas raises for other data."""
    return pd.read_csv(io.BytesIO(data))


def comparable(value: Any) -> Any:
    """The content of a frame or series, independent of its memory blocks."""
    attrs = dict(value.attrs)
    if type(value) is pd.Series:
        return _visible(value.array), _labels(value.index), value.name, attrs
    columns = [_visible(value.iloc[:, at].array) for at in range(value.shape[1])]
    return columns, _labels(value.columns), _labels(value.index), attrs, bool(value.flags.allows_duplicate_labels)


def _visible(values: Any) -> Any:
    """The values without invisible state: frequency of a date range, numbers under a mask, chunks, flags."""
    if type(values) in (DatetimeArray, TimedeltaArray):
        return str(values.dtype), digest(values.asi8)
    if type(values) in (IntegerArray, FloatingArray, BooleanArray):
        missing = values.isna()
        return str(values.dtype), digest(missing), digest(values[~missing].to_numpy(values.dtype.numpy_dtype))
    if type(values) is pd.Categorical:
        return values.dtype, digest(values.codes)
    if isinstance(values.dtype, pd.StringDtype):
        return values.dtype, values.to_numpy(dtype=object).tolist()
    if type(values) is NumpyExtensionArray and not values.to_numpy().dtype.hasobject:
        return values.to_numpy().dtype, digest(values.to_numpy())
    return values


def _labels(index: Any) -> Any:
    """The labels of rows or columns; string scalars of numpy, as from scikit-learn, count as Python strings."""
    if type(index) is not pd.Index:
        return index
    if len(index) and all(isinstance(label, str) for label in index):
        return index.dtype, [str(label) for label in index], index.name
    return _visible(index.array), index.name
