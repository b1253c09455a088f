"""polars: each column as a separate Arrow IPC file, so that a changed column is one changed buffer."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nbmodelver.codecs import notes
from nbmodelver.codecs.codec import UNREAD, Codec, State
from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory


_NEWEST: dict[str, Any] = {"compat_level": pl.CompatLevel.newest()} if hasattr(pl, "CompatLevel") else {"future": True}
"""Writes strings as views, as polars holds them in memory; polars 1.0 has another name for this option."""


def _take_series(series: Any, memory: Memory) -> State:
    if series.dtype == pl.Object:
        return series.name, None, *series.to_list()
    if isinstance(series.dtype, pl.Decimal) and series.dtype.precision is None:  # Before polars 1.16.
        memory.note("decimals without a precision come back with precision 38, which Arrow gives them")
    sink = io.BytesIO()
    series.alias("x").to_frame().write_ipc(sink, compression="uncompressed", **_NEWEST)
    data = memory.keep(np.frombuffer(sink.getbuffer(), np.uint8))
    categories = series.dtype.categories.to_list() if isinstance(series.dtype, pl.Enum) else []
    column = memory.add(memory.name(data, series.name), private=True)
    return series.name, column, _dtype_name(series), _missing(series), *categories


def _dtype_name(series: Any) -> str:
    return "Categorical" if series.dtype == pl.Categorical else str(series.dtype)


def _missing(series: Any) -> int:
    """The number of missing rows; in polars 1.0 a Struct has no missing rows, but rows with missing fields."""
    count: int = series.null_count()
    return count if count and series[series.is_null().arg_max()] is None else 0


def _build_series(state: State) -> Any:
    """A series from (name, IPC file, dtype, missing rows, categories of an Enum), or from (name, None, objects).

    Until 2026-11 the first form ended with the file. If this release of polars reads another value from it, a note is
    added.
    """
    name, data, *items = state
    if data is None:
        return pl.Series(name, items, dtype=pl.Object)
    try:
        made = pl.read_ipc(io.BytesIO(data)).to_series().alias(name)
    except pl.exceptions.PolarsError as error:
        kind = items[0] if items else "this type"
        raise NotLoadable(
            f"polars {pl.__version__} cannot read a series of {kind} ({error})", "try: pip install --upgrade polars"
        ) from error
    then, missing, *categories = items or (_dtype_name(made), _missing(made))
    if categories and _dtype_name(made) != then:
        made = made.cast(pl.Enum(categories))
    if _dtype_name(made) != then:
        notes.instead(_dtype_name(made), then)
    if _missing(made) != missing:
        notes.instead(f"{_missing(made)} missing rows", missing)
    return made


def _take_frame(frame: Any, memory: Memory) -> State:
    return frame.height, *memory.keep(frame.get_columns())


def _build_frame(state: State) -> Any:
    _height, *columns = state
    return pl.DataFrame(columns)


def _select_columns(state: State, wanted: frozenset[str]) -> Any:
    """The frame with its wanted columns only. Other columns may be UNREAD."""
    _height, *columns = state
    return pl.DataFrame([column for column in columns if column is not UNREAD and column.name in wanted])


def _take_dtype(dtype: Any, memory: Memory) -> State | None:
    if dtype in (pl.Object, pl.Unknown):
        return None
    return (memory.keep(pl.Series("", [], dtype=dtype)),)


_DTYPE = Codec("polars.dtype", _take_dtype, lambda s: s[0].dtype, identity=False)
_SCHEMA = Codec(
    "polars.schema", lambda v, m: (m.keep(pl.DataFrame(schema=dict(v))),), lambda s: pl.Schema(dict(s[0].schema))
)
_SERIES = Codec("polars.series", _take_series, _build_series)
_FRAME = Codec("polars.frame", _take_frame, _build_frame, select=_select_columns)
_EXACT: dict[type, Codec] = {pl.Series: _SERIES, pl.DataFrame: _FRAME, pl.Schema: _SCHEMA}

BY_TAG = {c.tag: c for c in (*_EXACT.values(), _DTYPE)}


def find(kind: type) -> Codec | None:
    """The codec for this type, or None."""
    return _DTYPE if issubclass(kind, pl.DataType) else _EXACT.get(kind)
