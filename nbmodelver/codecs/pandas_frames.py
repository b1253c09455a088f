"""pandas: frames as one buffer per column (or block), series and indexes, exact."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nbmodelver.codecs import culprit, fallback
from nbmodelver.codecs.codec import UNREAD
from nbmodelver.codecs.keys import DefinitionKeys
from nbmodelver.codecs.memory import Memory
from nbmodelver.codecs.pandas_arrays import index_array, make_codec, private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.codecs.codec import State


_OWN = {"_mgr", "_attrs", "_flags", "_item_cache", "_name", "_cache"}


def extra_attributes(value: Any) -> dict[str, Any]:
    """Attributes that were set on a frame or series (patsy does so), without pandas' own."""
    return {k: v for k, v in vars(value).items() if k not in _OWN and k not in type(value)._accessors}


def user_attributes(value: Any) -> dict[str, Any]:
    """Attributes that were set on a frame or series and whose names do not begin with an underscore.

    Those that do are pandas' own and differ between releases.
    """
    return {k: v for k, v in extra_attributes(value).items() if not k.startswith("_")}


def picklable_attributes(value: Any, own: dict[str, Any], memory: Memory) -> dict[str, Any]:
    """The attributes that can be pickled; the others are dropped with a note, and the frame is kept."""
    found = {}
    for name, item in own.items():
        try:
            fallback.Pickler(io.BytesIO(), Memory(), DefinitionKeys({})).dump(item)
        except (Exception, SystemExit) as error:
            why = culprit.reason(error)
            memory.note(f"the attribute '{name}' set on a {type(value).__name__} does not come back: {why}")
        else:
            found[name] = item
    return found


def _take_frame(frame: Any, memory: Memory) -> State | None:
    return None if user_attributes(frame) else frame_state(frame, memory)


def frame_state(frame: Any, memory: Memory) -> State:
    """The state of a frame: its blocks, columns, index, flag for duplicate labels and attrs."""
    blocks = []
    for block in frame._mgr.blocks:
        where = block.mgr_locs.indexer
        # A slice has numpy integers after some operations (unstack), and Python integers in a rebuilt frame.
        place = tuple(map(int, (where.start, where.stop, where.step) if isinstance(where, slice) else where))
        blocks.append(
            (
                isinstance(where, slice),
                place,
                private(memory.name(block.values, *_slots(frame, block)), memory, rows=True),
            )
        )
    return tuple(blocks), frame.columns, frame.index, *_marks(frame)


def _slots(frame: Any, block: Any) -> Iterator[str]:
    """Yield the names of the columns of a block, to find their counterparts in the parent version."""
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


def _select_columns(state: State, wanted: frozenset[str]) -> Any:
    """The frame with its wanted columns only. Other columns may be UNREAD."""
    blocks, columns, index, *_marks = state
    is_wanted = np.array([type(name) is str and name in wanted for name in columns], bool)
    made, places = [], []
    for sliced, place, values in blocks:
        at = np.arange(*place) if sliced else np.array(place, np.intp)
        if values is UNREAD or not is_wanted[at].any():
            continue
        kept = at[is_wanted[at]]
        block = _as_block(values)
        made.append(block[is_wanted[at]] if type(block) is np.ndarray or len(at) > 1 else block)
        places.append(kept)
    order = np.sort(np.concatenate([*places, np.empty(0, np.intp)]).astype(np.intp))
    placed = [(values, np.searchsorted(order, at)) for values, at in zip(made, places, strict=True)]
    return _from_blocks(placed, index, columns[order])


def _as_block(values: Any) -> Any:
    """A 1-D object array that replaces an extension array, reshaped to the 2-D block that pandas expects."""
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
    return None if user_attributes(series) else series_state(series, memory)


def series_state(series: Any, memory: Memory) -> State:
    """The state of a series: its values, index, name, flag for duplicate labels and attrs."""
    values = series._mgr.blocks[0].values
    return private(values, memory), series.index, series.name, *_marks(series)


def _build_series(state: State) -> Any:
    values, index, name, *marks = state
    return _mark(pd.Series(values, index=index, name=name, dtype=values.dtype, copy=False), tuple(marks))


def _take_index(index: Any, memory: Memory) -> State:
    values = index_array(index)
    if type(values) is not np.ndarray:
        values = values.view()  # Indexes share their arrays; this must not link names.
    freq = index.freq if type(index) in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    return type(index).__name__, private(values, memory), index.name, freq


def _build_index(state: State) -> Any:
    kind, values, name, freq = state
    return _with_freq(INDEXES[kind]._simple_new(values, name=name), freq)


def _with_freq(index: Any, freq: Any) -> Any:
    """An index with this frequency, which pandas stores on the array (before 3.1) or on the index (since 3.1).

    It is set without the public setter, which builds the whole index again and rejects some frequencies that pandas
    creates.
    """
    if freq is not None:
        holder = index if hasattr(type(index), "_freq") else index.array
        holder._freq = freq
        if index.freq != freq:
            index.freq = freq
    return index


INDEXES: dict[str, Any] = {
    k.__name__: k
    for k in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.CategoricalIndex, pd.IntervalIndex)
}


def _take_multi(index: Any, memory: Memory) -> State:
    codes = tuple(private(np.asarray(c), memory) for c in index.codes)
    return tuple(index.levels), memory.keep(codes), tuple(index.names), index.sortorder


def _build_multi(state: State) -> Any:
    levels, codes, names, sortorder = state
    return pd.MultiIndex(list(levels), list(codes), names=names, sortorder=sortorder, verify_integrity=False)


FRAME = make_codec("frame", _take_frame, _build_frame, select=_select_columns)
SERIES = make_codec("series", _take_series, _build_series)
INDEX = make_codec("index", _take_index, _build_index, links=False)

RANGE = make_codec(
    "range",
    lambda v, _m: (v.start, v.stop, v.step, v.name),
    lambda s: pd.RangeIndex(s[0], s[1], s[2], name=s[3]),
    links=False,
)

MULTI = make_codec("multi", _take_multi, _build_multi, links=False)
