"""pandas: frames as one buffer per column (or block), indexes, extension arrays, dtypes and scalars, exact.

Memory of pandas objects is private: pandas would not know that a rebuilt frame shares memory with another object, and
its copy-on-write would write through. Objects that shared memory under copy-on-write behave the same without.
Indexes do not link names: nearly everything in a notebook shares an index, and an index never changes.
"""

from __future__ import annotations

import io
import warnings
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

from nbmodelver.codecs import culprit, fallback, notes, zones
from nbmodelver.codecs.memory import Memory
from nbmodelver.codecs.protocol import Codec, Helper, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _private(values: Any, memory: Memory, *, rows: bool = False) -> Any:
    """A numpy array for a state: its memory if it has no objects in it, else the array for the numpy codec."""
    if type(values) is not np.ndarray or values.dtype.hasobject or values.dtype.metadata is not None:
        is_view = type(values) is np.ndarray and values.base is not None
        return memory.keep(values.copy(order="K") if is_view else values)
    return memory.add(values, private=True, rows=rows)


# Frames and series


_OWN = {"_mgr", "_attrs", "_flags", "_item_cache", "_name", "_cache"}


def _attributes(value: Any) -> dict[str, Any]:
    """What someone has hung on a frame or series (patsy does), without what pandas remembers there."""
    return {k: v for k, v in vars(value).items() if k not in _OWN and k not in type(value)._accessors}


def _hung(value: Any) -> dict[str, Any]:
    """The same of a plain frame or series; names with an underscore are pandas' own, and differ by its version."""
    return {k: v for k, v in _attributes(value).items() if not k.startswith("_")}


def _keepable(value: Any, own: dict[str, Any], memory: Memory) -> dict[str, Any]:
    """Those attributes that can be pickled: one that cannot (an old patsy's) is no reason to lose the frame."""
    found = {}
    for name, item in own.items():
        try:
            fallback.Pickler(io.BytesIO(), Memory(), fallback.Definitions({})).dump(item)
        except (Exception, SystemExit) as error:
            why = culprit.reason(error)
            memory.note(f"the attribute '{name}' set on a {type(value).__name__} does not come back: {why}")
        else:
            found[name] = item
    return found


def _take_frame(frame: Any, memory: Memory) -> State | None:
    return None if _hung(frame) else _frame_state(frame, memory)


def _frame_state(frame: Any, memory: Memory) -> State:
    blocks = []
    for block in frame._mgr.blocks:
        where = block.mgr_locs.indexer
        # The numbers of a slice are numpy's after some operations (unstack), and Python's in a frame that was rebuilt.
        place = tuple(map(int, (where.start, where.stop, where.step) if isinstance(where, slice) else where))
        blocks.append(
            (
                isinstance(where, slice),
                place,
                _private(memory.name(block.values, *_slots(frame, block)), memory, rows=True),
            )
        )
    return tuple(blocks), frame.columns, frame.index, *_marks(frame)


def _slots(frame: Any, block: Any) -> Iterator[str]:
    """The names of a block's columns, to find their twins in the parent version."""
    for at in block.mgr_locs:
        name = frame.columns[at]
        yield name if type(name) is str else f"#{at}"


def _marks(value: Any) -> tuple[Any, ...]:
    return bool(value.flags.allows_duplicate_labels), *[x for pair in value.attrs.items() for x in pair]


def _mark(value: Any, marks: tuple[Any, ...]) -> Any:
    unique, *attrs = marks
    value.attrs = dict(zip(attrs[::2], attrs[1::2], strict=True))
    if not unique:
        value.flags.allows_duplicate_labels = False
    return value


def _build_frame(state: State) -> Any:
    blocks, columns, index, *marks = state
    made = [
        (_as_block(values), np.arange(*place) if sliced else np.array(place, np.intp))
        for sliced, place, values in blocks
    ]
    return _mark(_from_blocks(made, index, columns), tuple(marks))


def _as_block(values: Any) -> Any:
    """Objects that stand for an extension array, which has one axis, as the block of one column that pandas wants."""
    return values.reshape(1, -1) if type(values) is np.ndarray and values.ndim == 1 else values


def _from_blocks(blocks: list[Any], index: Any, columns: Any) -> Any:
    try:
        from pandas.api.internals import create_dataframe_from_blocks
    except ImportError:  # pandas < 3
        from pandas.core.internals.api import make_block
        from pandas.core.internals.managers import BlockManager

        made = [make_block(values, placement, ndim=2) for values, placement in blocks]
        manager = BlockManager(tuple(made), [columns, index])
        return pd.DataFrame._from_mgr(manager, manager.axes)
    return create_dataframe_from_blocks(blocks, index, columns)


def _take_series(series: Any, memory: Memory) -> State | None:
    return None if _hung(series) else _series_state(series, memory)


def _series_state(series: Any, memory: Memory) -> State:
    values = series._mgr.blocks[0].values
    return _private(values, memory), series.index, series.name, *_marks(series)


def _build_series(state: State) -> Any:
    values, index, name, *marks = state
    return _mark(pd.Series(values, index=index, name=name, dtype=values.dtype, copy=False), tuple(marks))


# Indexes


def _bare(index: Any) -> Any:
    """The array of an index."""
    values = index.array
    return index.to_numpy() if type(values) is NumpyExtensionArray else values


def _take_index(index: Any, memory: Memory) -> State:
    values = _bare(index)
    if type(values) is not np.ndarray:
        values = values.view()  # Indexes share their arrays freely; that must not tie names together.
    freq = index.freq if type(index) in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    return type(index).__name__, _private(values, memory), index.name, freq


def _build_index(state: State) -> Any:
    kind, values, name, freq = state
    return _with_freq(_INDEXES[kind]._simple_new(values, name=name), freq)


def _with_freq(index: Any, freq: Any) -> Any:
    """An index with this frequency, which pandas keeps on the array (before 3.1) or on the index (since).

    Set past the public way, which builds the whole index again to compare, and refuses some that pandas itself made.
    """
    if freq is not None:
        holder = index if hasattr(type(index), "_freq") else index.array
        holder._freq = freq
        if index.freq != freq:
            index.freq = freq
    return index


_INDEXES: dict[str, Any] = {
    k.__name__: k
    for k in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.CategoricalIndex, pd.IntervalIndex)
}


def _take_multi(index: Any, memory: Memory) -> State:
    codes = tuple(_private(np.asarray(c), memory) for c in index.codes)
    return tuple(index.levels), memory.keep(codes), tuple(index.names), index.sortorder


def _build_multi(state: State) -> Any:
    levels, codes, names, sortorder = state
    return pd.MultiIndex(list(levels), list(codes), names=names, sortorder=sortorder, verify_integrity=False)


# Extension arrays


def _take_masked(values: Any, memory: Memory) -> State:
    data = _private(memory.pass_name(values, values._data), memory)
    return type(values).__name__, data, _private(memory.pass_name(values, values._mask, " mask"), memory)


def _build_masked(state: State) -> Any:
    kind, data, mask = state
    return {k.__name__: k for k in (IntegerArray, FloatingArray, BooleanArray)}[kind](data, mask)


def _take_datetimelike(values: Any, memory: Memory) -> State:
    return (
        type(values).__name__,
        _private(memory.pass_name(values, values._ndarray), memory, rows=True),
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
    return _private(values._ndarray, memory, rows=True), values.dtype


def _is_object(dtype: Any) -> bool:
    """True for the dtype that stands for strings where pandas has none for them."""
    return isinstance(dtype, np.dtype) and dtype.hasobject


def _build_strings(state: State) -> Any:
    data, dtype = state
    if _is_object(dtype):
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
    """The numbers in all of these blocks."""
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
    return _private(values.sp_values, memory), (kind, *parts), values.dtype


def _take_arrow(values: Any, memory: Memory) -> State:
    return memory.keep(memory.pass_name(values, values.__arrow_array__())), values.dtype


def _build_arrow(state: State) -> Any:
    data, dtype = state
    if _is_object(dtype):
        return _as_objects(data)
    cls = dtype.construct_array_type()
    if not issubclass(cls, ArrowExtensionArray):
        return pd.array(_as_objects(data), dtype=dtype)
    if cls is ArrowExtensionArray:
        return cls(data)
    return _arrow_strings(cls, data, dtype)


def _arrow_strings(cls: Any, data: Any, dtype: Any) -> Any:
    """Strings of Arrow under a StringDtype; pandas 2.1 takes small strings only, and 3 wants to know the dtype."""
    try:
        made = cls(data, dtype=dtype)
    except TypeError:  # pandas < 3
        try:
            made = cls(data)
        except ValueError:  # pandas < 2.2
            made = cls(data.cast("string"))
    return made


def _as_objects(data: Any) -> Any:
    """Strings of Arrow as an array of Python's, with NaN for what is missing."""
    items = data.to_pylist()
    made = np.empty(len(items), object)
    made[:] = [np.nan if item is None else item for item in items]
    return made


# Dtypes and scalars


def _take_offset(offset: Any, _memory: Memory) -> State | None:
    """Class, n, normalize, and the other arguments by name: their order differs between releases of pandas."""
    name = type(offset).__name__
    if getattr(pd.offsets, name, None) is not type(offset):
        return None
    # The calendar is made of the holidays and the weekmask, which are there too.
    own = {k: v for k, v in offset.kwds.items() if k != "calendar" and _SINCE.get((name, k), offset) != v}
    return name, offset.n, offset.normalize, *[x for pair in sorted(own.items()) for x in pair]


_SINCE: dict[tuple[str, str], Any] = {("Easter", "method"): 3}
"""Arguments that not every release knows, with the default that is what the others do."""


def _offset_class(name: str) -> Any:
    cls = getattr(pd.offsets, name)
    if not (isinstance(cls, type) and issubclass(cls, pd.offsets.BaseOffset)):
        raise TypeError("not an offset")
    return cls


def _build_offset(state: State) -> Any:
    name, n, normalize, *own = state
    return _offset_class(name)(n, normalize, **dict(zip(own[::2], own[1::2], strict=True)))


def _build_offset_by_position(state: State) -> Any:
    name, *args = state
    cls = _offset_class(name)
    return cls(*args[:2]) if (name, args[2:]) == ("Easter", [3]) else cls(*args)


def _take_string_dtype(dtype: Any, _memory: Memory) -> State:
    return dtype.storage, dtype.na_value is pd.NA


def _build_string_dtype(state: State) -> Any:
    """The dtype, or the nearest that this pandas has: the same missing value first, then any storage for it."""
    storage, uses_na = state
    made = _first_string_dtype(storage.removesuffix("_numpy"), uses_na)
    here = "object" if _is_object(made) else _string_name(made.storage, made.na_value is pd.NA)
    then = _string_name(storage, uses_na)
    if here != then:
        notes.instead(here, then)
    elif not _is_object(made) and made.storage != storage:
        notes.instead(f"{here} kept by {made.storage}", f"by {storage}")
    return made


_new_string_dtype: Callable[..., Any] = pd.StringDtype


def _first_string_dtype(storage: str, uses_na: bool) -> Any:
    ways: list[tuple[tuple[str, ...], dict[str, Any]]] = [((storage,), {}), (("python",), {})]
    if not uses_na:
        ways = [(args, {"na_value": np.nan}) for args, _ in ways]
        ways.append((("pyarrow_numpy",), {}))  # pandas 2.1 and 2.2
    for args, how in ways:
        try:
            return _new_string_dtype(*args, **how)
        except (TypeError, ValueError, ImportError):  # No such argument or storage here; no pyarrow.
            continue
    return np.dtype(object)


def _string_name(storage: str, uses_na: bool) -> str:
    if storage == "pyarrow_numpy":
        return "string[pyarrow_numpy]"
    return f"string[{storage}]" if uses_na else "str"


_zones: dict[int, tuple[Any, Any]] = {}
"""Zones met, and how each is kept."""


def _zone(zone: Any) -> Any:
    """The name of a zone that pandas makes of this name by itself, of whatever library; any other zone itself."""
    if zone is None:
        return None
    met = _zones.get(id(zone))
    if met is None or met[0] is not zone:
        if len(_zones) > 256:
            _zones.clear()
        met = _zones[id(zone)] = (zone, _default_name(zone) or zone)
    return met[1]


def _default_name(zone: Any) -> str | None:
    name = zones.name_of(zone)
    if name is None:
        return None
    try:
        default = pd.DatetimeTZDtype("ns", name).tz
    except (TypeError, ValueError, KeyError):
        return None
    same = zones.name_of(default) == name and _root(default) == _root(zone)
    return name if same else None


def _root(zone: Any) -> str:
    return type(zone).__module__.partition(".")[0]


def _usable(zone: Any) -> Any:
    """The zone, or pandas' own of that name where pandas cannot use it (pandas 2 takes no zone of dateutil 4)."""
    if zone is None or isinstance(zone, str) or _root(zone) != "dateutil" or _works(zone):
        return zone
    name = zones.name_of(zone) or "UTC"
    notes.instead(f"the zone {name} of pandas", "of dateutil")
    return name


def _works(zone: Any) -> bool:
    try:  # Of a single Timestamp, pandas would print the error and go on.
        pd.DatetimeIndex([0], tz="UTC").tz_convert(zone).to_pydatetime()
    except (TypeError, ValueError, AttributeError):
        return False
    return True


def _build_tz_dtype(state: State) -> Any:
    unit, tz = state
    return pd.DatetimeTZDtype(unit, _usable(tz))


def _build_timestamp(state: State) -> Any:
    value, unit, tz, fold = state
    tz = _usable(tz)
    if unit != "ns":
        stamp = pd.Timestamp(np.datetime64(value, unit))
        return stamp if tz is None else stamp.tz_localize("UTC").tz_convert(tz)
    made = pd.Timestamp(value, unit="ns", tz=tz)
    # A zone tells the fold of a moment; pytz has none.
    return pd.Timestamp(value, unit="ns", fold=fold) if fold and tz is None else made


def _build_period_dtype(state: State) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Business days are on their way out of pandas.
        return pd.PeriodDtype(*state)


def _build_period(state: State) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return pd.Period(ordinal=state[0], freq=state[1])


_MASKED_DTYPES = {f"{k}{n}Dtype" for k in ("Int", "UInt") for n in (8, 16, 32, 64)} | {
    "Float32Dtype", "Float64Dtype", "BooleanDtype",
}  # fmt: skip


def _codec(tag: str, take: Callable[[Any, Memory], State | None], build: Callable[[State], Any], **how: Any) -> Codec:
    return Codec(f"pandas.{tag}", take, build, **how)


def _scalar(tag: str, take: Callable[[Any], State], build: Callable[[State], Any]) -> Codec:
    return Codec(f"pandas.{tag}", lambda v, _m: take(v), build, identity=False)


_FRAME = _codec("frame", _take_frame, _build_frame)
_SERIES = _codec("series", _take_series, _build_series)
_INDEX = _codec("index", _take_index, _build_index, links=False)
_RANGE = _codec(
    "range",
    lambda v, _m: (v.start, v.stop, v.step, v.name),
    lambda s: pd.RangeIndex(s[0], s[1], s[2], name=s[3]),
    links=False,
)
_MULTI = _codec("multi", _take_multi, _build_multi, links=False)
_MASKED = _codec("masked", _take_masked, _build_masked)
_DATETIMELIKE = _codec("datetimelike", _take_datetimelike, _build_datetimelike)
_CATEGORICAL = _codec(
    "categorical",
    lambda v, m: (_private(m.pass_name(v, v._ndarray), m), v.dtype),
    lambda s: pd.Categorical._simple_new(s[0], s[1]),
)
_STRINGS = _codec("strings", _take_object_backed, _build_strings)
_NUMPY = _codec(
    "numpy", lambda v, m: (_private(v.to_numpy(), m, rows=True), v.dtype), lambda s: NumpyExtensionArray(s[0])
)
_INTERVALS = _codec(
    "intervals",
    lambda v, m: (m.keep(_bare(v.left)), m.keep(_bare(v.right)), v.closed, v.dtype),
    lambda s: IntervalArray.from_arrays(s[0], s[1], closed=s[2], dtype=s[3]),
)
_SPARSE = _codec("sparse", _take_sparse, _build_sparse)
_ARROW = _codec("arrow", _take_arrow, _build_arrow)
_OFFSET = _codec("offset_of", _take_offset, _build_offset, identity=False)
_OLD_OFFSET = _codec("offset", _take_offset, _build_offset_by_position, identity=False)  # Until 2026-11.
_STRING_DTYPE = _codec("string_dtype", _take_string_dtype, _build_string_dtype, identity=False)
_TZ_DTYPE = _scalar("tz_dtype", lambda v: (v.unit, _zone(v.tz)), _build_tz_dtype)
_PERIOD_DTYPE = _scalar("period_dtype", lambda v: (v.freq,), _build_period_dtype)
_INTERVAL_DTYPE = _scalar("interval_dtype", lambda v: (v.subtype, v.closed), lambda s: pd.IntervalDtype(*s))
_CATEGORICAL_DTYPE = _scalar(
    "categorical_dtype", lambda v: (v.categories, v.ordered), lambda s: pd.CategoricalDtype(*s)
)
_SPARSE_DTYPE = _scalar("sparse_dtype", lambda v: (v.subtype, v.fill_value), lambda s: pd.SparseDtype(*s))
_ARROW_DTYPE = _scalar("arrow_dtype", lambda v: (v.pyarrow_dtype,), lambda s: pd.ArrowDtype(*s))
_MASKED_DTYPE = _scalar("masked_dtype", lambda v: (type(v).__name__,), lambda s: _masked_dtype(s[0]))
_TIMESTAMP = _scalar("timestamp", lambda v: (int(v.asm8.view("i8")), v.unit, _zone(v.tz), v.fold), _build_timestamp)
_TIMEDELTA = _scalar(
    "timedelta", lambda v: (int(v.asm8.view("i8")), v.unit), lambda s: pd.Timedelta(np.timedelta64(*s))
)
_PERIOD = _scalar("period", lambda v: (v.ordinal, v.freq), _build_period)
_INTERVAL = _scalar("interval", lambda v: (v.left, v.right, v.closed), lambda s: pd.Interval(*s))
_NAT = _scalar("nat", lambda _v: (), lambda _s: pd.NaT)
_NA = _scalar("na", lambda _v: (), lambda _s: pd.NA)


def _masked_dtype(name: str) -> Any:
    if name not in _MASKED_DTYPES:
        raise ValueError("not a dtype")
    return getattr(pd, name)()


_EXACT: dict[type, Codec] = {
    pd.DataFrame: _FRAME,
    pd.Series: _SERIES,
    pd.RangeIndex: _RANGE,
    pd.MultiIndex: _MULTI,
    **dict.fromkeys(_INDEXES.values(), _INDEX),
    IntegerArray: _MASKED,
    FloatingArray: _MASKED,
    BooleanArray: _MASKED,
    DatetimeArray: _DATETIMELIKE,
    TimedeltaArray: _DATETIMELIKE,
    PeriodArray: _DATETIMELIKE,
    pd.Categorical: _CATEGORICAL,
    StringArray: _STRINGS,
    NumpyExtensionArray: _NUMPY,
    IntervalArray: _INTERVALS,
    SparseArray: _SPARSE,
    ArrowExtensionArray: _ARROW,
    pd.StringDtype: _STRING_DTYPE,
    pd.DatetimeTZDtype: _TZ_DTYPE,
    pd.PeriodDtype: _PERIOD_DTYPE,
    pd.IntervalDtype: _INTERVAL_DTYPE,
    pd.CategoricalDtype: _CATEGORICAL_DTYPE,
    pd.SparseDtype: _SPARSE_DTYPE,
    pd.ArrowDtype: _ARROW_DTYPE,
    pd.Timestamp: _TIMESTAMP,
    pd.Timedelta: _TIMEDELTA,
    pd.Period: _PERIOD,
    pd.Interval: _INTERVAL,
    type(pd.NaT): _NAT,
    type(pd.NA): _NA,
    **{getattr(pd, name): _MASKED_DTYPE for name in _MASKED_DTYPES},
}

BY_TAG: dict[str, Codec] = {codec.tag: codec for codec in (*_EXACT.values(), _OFFSET, _OLD_OFFSET)}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    codec = _EXACT.get(kind)
    if codec is not None:
        return codec
    if kind.__module__.partition(".")[0] != "pandas":
        return None
    if issubclass(kind, ArrowExtensionArray):
        return _ARROW
    if issubclass(kind, StringArray):
        return _STRINGS
    if issubclass(kind, pd.offsets.BaseOffset):
        return _OFFSET
    return None


def helper(kind: type) -> Helper | None:
    """Frames and series with attributes set on them, and subclasses: class, frame, attributes."""
    if issubclass(kind, pd.DataFrame):
        return lambda value, memory: _reduce_hung(value, _FRAME.tag, _frame_state(value, memory), memory)
    if issubclass(kind, pd.Series):
        return lambda value, memory: _reduce_hung(value, _SERIES.tag, _series_state(value, memory), memory)
    return None


def _reduce_hung(value: Any, tag: str, state: State, memory: Memory) -> Any:
    is_plain = type(value) in (pd.DataFrame, pd.Series)
    own = _keepable(value, _hung(value), memory) if is_plain else _attributes(value)
    return rebuild_subclass, (type(value), tag, memory.keep(state)), own, None, None, set_attributes


def rebuild_subclass(cls: Any, tag: str, state: State) -> Any:
    """An instance of a subclass around a rebuilt frame or series."""
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
    """Give an instance of a subclass its own attributes, past pandas' `__setattr__`."""
    for name, item in own.items():
        object.__setattr__(value, name, item)


_OPTIONS = ("max_rows", "max_columns", "max_colwidth", "min_rows", "precision", "width")


def take_session() -> dict[str, Any]:
    """The display options that people change."""
    return {f"display.{name}": pd.get_option(f"display.{name}") for name in _OPTIONS}


def restore_session(state: dict[str, Any]) -> None:
    """Put the options of `take_session` back."""
    for name, value in state.items():
        pd.set_option(name, value)


def opened(value: Any) -> tuple[str, bytes, Any] | None:
    """A frame or series as Parquet (format, bytes, read again); None for what Parquet or pyarrow cannot take."""
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
            again = read(pd.read_parquet(io.BytesIO(file.getvalue()), engine="pyarrow"))
    except Exception:  # No pyarrow, duplicate columns, mixed objects ...: it says so in a dozen ways.
        return None
    return form, file.getvalue(), again


def pieces(value: Any) -> Any:
    """What tells two frames or series apart, whatever the blocks of memory they lie in."""
    attrs = dict(value.attrs)
    if type(value) is pd.Series:
        return _visible(value.array), _labels(value.index), value.name, attrs
    columns = [_visible(value.iloc[:, at].array) for at in range(value.shape[1])]
    return columns, _labels(value.columns), _labels(value.index), attrs, bool(value.flags.allows_duplicate_labels)


def _visible(values: Any) -> Any:
    """The values without what no one can see: a date range's frequency, numbers under a mask, chunks, flags."""
    if type(values) in (DatetimeArray, TimedeltaArray):
        return str(values.dtype), values.asi8.tobytes()
    if type(values) in (IntegerArray, FloatingArray, BooleanArray):
        missing = values.isna()
        return str(values.dtype), missing.tobytes(), values[~missing].to_numpy().tobytes()
    if type(values) is pd.Categorical:
        return values.dtype, values.codes.tobytes()
    if isinstance(values.dtype, pd.StringDtype):
        return values.dtype, list(values)
    if type(values) is NumpyExtensionArray and not values.to_numpy().dtype.hasobject:
        return values.to_numpy().dtype, values.to_numpy().tobytes()
    return values


def _labels(index: Any) -> Any:
    """The labels of rows or columns; scikit-learn's are numpy's strings, which are as good as Python's."""
    if type(index) is not pd.Index:
        return index
    if len(index) and all(isinstance(label, str) for label in index):
        return index.dtype, [str(label) for label in index], index.name
    return _visible(index.array), index.name
