"""pandas: extension arrays, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
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

from nbmodelver.codecs.codec import Codec, State
from nbmodelver.codecs.pandas_dtypes import is_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.codecs.memory import Memory


def make_codec(
    tag: str, take: Callable[[Any, Memory], State | None], build: Callable[[State], Any], **options: Any
) -> Codec:
    """The codec `pandas.<tag>`. options: further fields of `Codec`."""
    return Codec(f"pandas.{tag}", take, build, **options)


def private(values: Any, memory: Memory, *, rows: bool = False) -> Any:
    """A numpy array of any dtype for a state.

    Its memory is added without a copy and as private if it has no objects; otherwise the array is left to the numpy
    codec.
    """
    if type(values) is not np.ndarray or values.dtype.hasobject or values.dtype.metadata is not None:
        is_view = type(values) is np.ndarray and values.base is not None
        return memory.keep(values.copy(order="K") if is_view else values)
    return memory.add(values, private=True, rows=rows)


def index_array(index: Any) -> Any:
    """The array of an index."""
    values = index.array
    return index.to_numpy() if type(values) is NumpyExtensionArray else values


def _take_masked(values: Any, memory: Memory) -> State:
    data = private(memory.pass_name(values, values._data), memory)
    return type(values).__name__, data, private(memory.pass_name(values, values._mask, " mask"), memory)


def _build_masked(state: State) -> Any:
    kind, data, mask = state
    return {k.__name__: k for k in (IntegerArray, FloatingArray, BooleanArray)}[kind](data, mask)


def _take_datetimelike(values: Any, memory: Memory) -> State:
    return (
        type(values).__name__,
        private(memory.pass_name(values, values._ndarray), memory, rows=True),
        values.dtype,
        None if type(values) is PeriodArray else getattr(values, "freq", None),
    )


def _build_datetimelike(state: State) -> Any:
    kind, data, dtype, freq = state
    cls: Any = {k.__name__: k for k in (DatetimeArray, TimedeltaArray, PeriodArray)}[kind]
    made = cls._simple_new(data, dtype=dtype)
    if freq is not None and hasattr(cls, "freq"):  # Since pandas 3.1 only indexes have one.
        made._freq = freq
    return made


def _take_object_backed(values: Any, memory: Memory) -> State:
    return private(values._ndarray, memory, rows=True), values.dtype


def _build_strings(state: State) -> Any:
    data, dtype = state
    if is_object(dtype):
        return data
    cls = dtype.construct_array_type()
    if not issubclass(cls, StringArray):
        return pd.array(data, dtype=dtype)
    return cls._simple_new(data, dtype)


def _build_sparse(state: State) -> Any:
    values, (kind, length, *where), dtype = state
    name = {"IntIndex": "integer", "BlockIndex": "block"}[kind]
    if not hasattr(SparseArray, "from_indices"):  # pandas < 3.1, where the class of the index has no public name
        index = type(SparseArray([0], kind=name).sp_index)(length, *where)
        return SparseArray(values, sparse_index=index, dtype=dtype)
    (indices,) = where if len(where) == 1 else (_indices(*where),)
    how = {"fill_value": dtype.fill_value, "kind": name, "dtype": dtype.subtype}
    return SparseArray.from_indices(values, indices, length, **how)


def _indices(starts: Any, lengths: Any) -> Any:
    """The positions in all of these blocks, 1-D int32."""
    blocks = [np.arange(a, a + n, dtype=np.int32) for a, n in zip(starts, lengths, strict=True)]
    return np.concatenate(blocks) if blocks else np.empty(0, np.int32)


def _take_sparse(values: Any, memory: Memory) -> State | None:
    index = values.sp_index
    kind = type(index).__name__
    if kind == "IntIndex":
        parts: tuple[Any, ...] = (index.length, memory.add(index.indices, private=True))
    elif kind == "BlockIndex":
        blocs, blengths = memory.keep(np.asarray(index.blocs)), memory.keep(np.asarray(index.blengths))
        parts = (index.length, memory.add(blocs, private=True), memory.add(blengths, private=True))
    else:
        return None
    return private(values.sp_values, memory), (kind, *parts), values.dtype


def _take_arrow(values: Any, memory: Memory) -> State:
    return memory.keep(memory.pass_name(values, values.__arrow_array__())), values.dtype


def _build_arrow(state: State) -> Any:
    data, dtype = state
    if is_object(dtype):
        return _as_objects(data)
    cls = dtype.construct_array_type()
    if not issubclass(cls, ArrowExtensionArray):
        return pd.array(_as_objects(data), dtype=dtype)
    if cls is ArrowExtensionArray:
        return cls(data)
    return _arrow_strings(cls, data, dtype)


def _arrow_strings(cls: Any, data: Any, dtype: Any) -> Any:
    """An Arrow array as a string array; pandas 2.1 accepts only `string` (not large), pandas 3 needs the dtype."""
    try:
        made = cls(data, dtype=dtype)
    except TypeError:  # pandas < 3
        try:
            made = cls(data)
        except ValueError:  # pandas < 2.2
            made = cls(data.cast("string"))
    return made


def _as_objects(data: Any) -> Any:
    """Arrow strings as a 1-D object array, with NaN for missing ones."""
    items = data.to_pylist()
    made = np.empty(len(items), object)
    made[:] = [np.nan if item is None else item for item in items]
    return made


MASKED = make_codec("masked", _take_masked, _build_masked)
DATETIMELIKE = make_codec("datetimelike", _take_datetimelike, _build_datetimelike)

CATEGORICAL = make_codec(
    "categorical",
    lambda v, m: (private(m.pass_name(v, v._ndarray), m), v.dtype),
    lambda s: pd.Categorical._simple_new(s[0], s[1]),
)

STRINGS = make_codec("strings", _take_object_backed, _build_strings)

NUMPY = make_codec(
    "numpy", lambda v, m: (private(v.to_numpy(), m, rows=True), v.dtype), lambda s: NumpyExtensionArray(s[0])
)

INTERVALS = make_codec(
    "intervals",
    lambda v, m: (m.keep(index_array(v.left)), m.keep(index_array(v.right)), v.closed, v.dtype),
    lambda s: IntervalArray.from_arrays(s[0], s[1], closed=s[2], dtype=s[3]),
)

SPARSE = make_codec("sparse", _take_sparse, _build_sparse)
ARROW = make_codec("arrow", _take_arrow, _build_arrow)
