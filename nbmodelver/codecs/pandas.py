"""pandas: the table of its codecs; subclasses and attributes of frames; display options.

The codecs are in pandas_frames.py (frames, series, indexes), pandas_arrays.py (extension arrays) and pandas_dtypes.py
(dtypes, offsets, scalars). The memory of pandas objects is private: pandas would not know that a rebuilt frame shares
memory with another object, and its copy-on-write would write through. Objects that shared memory under copy-on-write
behave the same without sharing it. Indexes do not link names: nearly all frames of a notebook share an index, and an
index never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.arrays import (
    ArrowExtensionArray,
    BooleanArray,
    DatetimeArray,
    FloatingArray,
    IntegerArray,
    IntervalArray,
    NumpyExtensionArray,
    PeriodArray,
    SparseArray,
    StringArray,
    TimedeltaArray,
)

from nbmodelver.codecs.pandas_arrays import ARROW, CATEGORICAL, DATETIMELIKE, INTERVALS, MASKED, NUMPY, SPARSE, STRINGS
from nbmodelver.codecs.pandas_dtypes import (
    ARROW_DTYPE,
    CATEGORICAL_DTYPE,
    INTERVAL,
    INTERVAL_DTYPE,
    MASKED_DTYPE,
    MASKED_DTYPES,
    NA,
    NAT,
    OFFSET,
    OLD_OFFSET,
    PERIOD,
    PERIOD_DTYPE,
    SPARSE_DTYPE,
    STRING_DTYPE,
    TIMEDELTA,
    TIMESTAMP,
    TZ_DTYPE,
)
from nbmodelver.codecs.pandas_frames import (
    FRAME,
    INDEX,
    INDEXES,
    MULTI,
    RANGE,
    SERIES,
    extra_attributes,
    frame_state,
    picklable_attributes,
    series_state,
    user_attributes,
)
from nbmodelver.codecs.pandas_open import comparable, to_open_format

if TYPE_CHECKING:
    from nbmodelver.codecs.codec import Codec, Helper, State
    from nbmodelver.codecs.memory import Memory


__all__ = ["BY_TAG", "comparable", "find", "helper", "restore_session", "take_session", "to_open_format"]

_EXACT: dict[type, Codec] = {
    pd.DataFrame: FRAME,
    pd.Series: SERIES,
    pd.RangeIndex: RANGE,
    pd.MultiIndex: MULTI,
    **dict.fromkeys(INDEXES.values(), INDEX),
    IntegerArray: MASKED,
    FloatingArray: MASKED,
    BooleanArray: MASKED,
    DatetimeArray: DATETIMELIKE,
    TimedeltaArray: DATETIMELIKE,
    PeriodArray: DATETIMELIKE,
    pd.Categorical: CATEGORICAL,
    StringArray: STRINGS,
    NumpyExtensionArray: NUMPY,
    IntervalArray: INTERVALS,
    SparseArray: SPARSE,
    ArrowExtensionArray: ARROW,
    pd.StringDtype: STRING_DTYPE,
    pd.DatetimeTZDtype: TZ_DTYPE,
    pd.PeriodDtype: PERIOD_DTYPE,
    pd.IntervalDtype: INTERVAL_DTYPE,
    pd.CategoricalDtype: CATEGORICAL_DTYPE,
    pd.SparseDtype: SPARSE_DTYPE,
    pd.ArrowDtype: ARROW_DTYPE,
    pd.Timestamp: TIMESTAMP,
    pd.Timedelta: TIMEDELTA,
    pd.Period: PERIOD,
    pd.Interval: INTERVAL,
    type(pd.NaT): NAT,
    type(pd.NA): NA,
    **{getattr(pd, name): MASKED_DTYPE for name in MASKED_DTYPES},
}

BY_TAG: dict[str, Codec] = {codec.tag: codec for codec in (*_EXACT.values(), OFFSET, OLD_OFFSET)}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    codec: Codec | None = _EXACT.get(kind)
    if codec is not None:
        return codec
    if kind.__module__.partition(".")[0] != "pandas":
        return None
    if issubclass(kind, ArrowExtensionArray):
        return ARROW
    if issubclass(kind, StringArray):
        return STRINGS
    if issubclass(kind, pd.offsets.BaseOffset):
        return OFFSET
    return None


def helper(kind: type) -> Helper | None:
    """The reduction for frames and series with user attributes, and for subclasses: class, frame, attributes."""
    if issubclass(kind, pd.DataFrame):
        return lambda value, memory: _reduce_hung(value, FRAME.tag, frame_state(value, memory), memory)
    if issubclass(kind, pd.Series):
        return lambda value, memory: _reduce_hung(value, SERIES.tag, series_state(value, memory), memory)
    return None


def _reduce_hung(value: Any, tag: str, state: State, memory: Memory) -> Any:
    is_plain = type(value) in (pd.DataFrame, pd.Series)
    own = picklable_attributes(value, user_attributes(value), memory) if is_plain else extra_attributes(value)
    return rebuild_subclass, (type(value), tag, memory.keep(state)), own, None, None, set_attributes


def rebuild_subclass(cls: Any, tag: str, state: State) -> Any:
    """An instance of a subclass with the data of a rebuilt frame or series."""
    base = BY_TAG[tag].restore(state)
    made = object.__new__(cls)
    object.__setattr__(made, "_mgr", base._mgr)
    object.__setattr__(made, "_attrs", base._attrs)
    object.__setattr__(
        made, "_flags", type(base.flags)(made, allows_duplicate_labels=base.flags.allows_duplicate_labels)
    )
    if isinstance(base, pd.Series):
        object.__setattr__(made, "_name", base._name)
    elif "_item_cache" in vars(base):  # pandas < 3
        object.__setattr__(made, "_item_cache", {})
    return made


def set_attributes(value: Any, own: dict[str, Any]) -> None:
    """Set attributes of an instance without calling the `__setattr__` of pandas."""
    for name, item in own.items():
        object.__setattr__(value, name, item)


_OPTIONS = ("max_rows", "max_columns", "max_colwidth", "min_rows", "precision", "width")


def take_session() -> dict[str, Any]:
    """The display options that users usually change."""
    return {f"display.{name}": pd.get_option(f"display.{name}") for name in _OPTIONS}


def restore_session(state: dict[str, Any]) -> None:
    """Restore the options of `take_session`."""
    for name, value in state.items():
        pd.set_option(name, value)
