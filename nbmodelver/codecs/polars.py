"""polars: each column as an Arrow IPC file of its own, so that one changed column is one changed buffer."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nbmodelver.codecs.protocol import Codec, State

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory


def _take_series(series: Any, memory: Memory) -> State:
    if series.dtype == pl.Object:
        return series.name, None, *series.to_list()
    sink = io.BytesIO()
    series.alias("x").to_frame().write_ipc(sink, compression="uncompressed", compat_level=pl.CompatLevel.newest())
    data = memory.keep(np.frombuffer(sink.getbuffer(), np.uint8))
    return series.name, memory.add(memory.name(data, series.name), private=True)


def _build_series(state: State) -> Any:
    name, data, *items = state
    if data is None:
        return pl.Series(name, items, dtype=pl.Object)
    return pl.read_ipc(io.BytesIO(data)).to_series().alias(name)


def _take_frame(frame: Any, memory: Memory) -> State:
    return frame.height, *memory.keep(frame.get_columns())


def _build_frame(state: State) -> Any:
    _height, *columns = state
    return pl.DataFrame(columns)


_SERIES = Codec("polars.series", _take_series, _build_series)
_FRAME = Codec("polars.frame", _take_frame, _build_frame)
_EXACT: dict[type, Codec] = {pl.Series: _SERIES, pl.DataFrame: _FRAME}

BY_TAG = {c.tag: c for c in _EXACT.values()}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    return _EXACT.get(kind)
