"""pandas: dtypes, offsets and scalars, exact."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nbmodelver.codecs import notes, zones
from nbmodelver.codecs.codec import Codec, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.codecs.memory import Memory


def is_object(dtype: Any) -> bool:
    """True for the object dtype that replaces a string dtype in a pandas without one."""
    return isinstance(dtype, np.dtype) and dtype.hasobject


def _take_offset(offset: Any, _memory: Memory) -> State | None:
    """Class, n, normalize, and the other arguments by name, because their order differs between releases of pandas."""
    name = type(offset).__name__
    if getattr(pd.offsets, name, None) is not type(offset):
        return None
    # The calendar is derived from the holidays and the weekmask, which are included.
    own = {k: v for k, v in offset.kwds.items() if k != "calendar" and _SINCE.get((name, k), offset) != v}
    return name, offset.n, offset.normalize, *[x for pair in sorted(own.items()) for x in pair]


_SINCE: dict[tuple[str, str], Any] = {("Easter", "method"): 3}
"""Arguments that only newer releases have, with the default that equals the older behaviour."""


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
    """The dtype, or the nearest in this pandas: first the same missing value, then any storage."""
    storage, uses_na = state
    made = _first_string_dtype(storage.removesuffix("_numpy"), uses_na)
    here = "object" if is_object(made) else _string_name(made.storage, made.na_value is pd.NA)
    then = _string_name(storage, uses_na)
    if here != then:
        notes.instead(here, then)
    elif not is_object(made) and made.storage != storage:
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
"""Id of a zone -> the zone and its stored form."""


def _zone(zone: Any) -> Any:
    """The name of a zone if pandas makes an equal zone from it, otherwise the zone."""
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
    """The zone, or pandas' own zone of that name if pandas cannot use it (pandas 2 does not support dateutil 4)."""
    if zone is None or isinstance(zone, str) or _root(zone) != "dateutil" or _works(zone):
        return zone
    name = zones.name_of(zone) or "UTC"
    notes.instead(f"the zone {name} of pandas", "of dateutil")
    return name


def _works(zone: Any) -> bool:
    try:  # With a single Timestamp, pandas would print the error and continue.
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
    # A zone determines the fold of a moment; pytz has no fold.
    return pd.Timestamp(value, unit="ns", fold=fold) if fold and tz is None else made


def _build_period_dtype(state: State) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pandas deprecates business day periods.
        return pd.PeriodDtype(*state)


def _build_period(state: State) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return pd.Period(ordinal=state[0], freq=state[1])


MASKED_DTYPES = {f"{k}{n}Dtype" for k in ("Int", "UInt") for n in (8, 16, 32, 64)} | {
    "Float32Dtype", "Float64Dtype", "BooleanDtype",
}  # fmt: skip


def scalar_codec(tag: str, take: Callable[[Any], State], build: Callable[[State], Any]) -> Codec:
    """The codec of an immutable value without identity. take: needs no memory."""
    return Codec(f"pandas.{tag}", lambda v, _m: take(v), build, identity=False)


OFFSET = Codec("pandas.offset_of", _take_offset, _build_offset, identity=False)
OLD_OFFSET = Codec("pandas.offset", _take_offset, _build_offset_by_position, identity=False)  # Written until 2026-11.
STRING_DTYPE = Codec("pandas.string_dtype", _take_string_dtype, _build_string_dtype, identity=False)
TZ_DTYPE = scalar_codec("tz_dtype", lambda v: (v.unit, _zone(v.tz)), _build_tz_dtype)
PERIOD_DTYPE = scalar_codec("period_dtype", lambda v: (v.freq,), _build_period_dtype)
INTERVAL_DTYPE = scalar_codec("interval_dtype", lambda v: (v.subtype, v.closed), lambda s: pd.IntervalDtype(*s))

CATEGORICAL_DTYPE = scalar_codec(
    "categorical_dtype", lambda v: (v.categories, v.ordered), lambda s: pd.CategoricalDtype(*s)
)

SPARSE_DTYPE = scalar_codec("sparse_dtype", lambda v: (v.subtype, v.fill_value), lambda s: pd.SparseDtype(*s))
ARROW_DTYPE = scalar_codec("arrow_dtype", lambda v: (v.pyarrow_dtype,), lambda s: pd.ArrowDtype(*s))
MASKED_DTYPE = scalar_codec("masked_dtype", lambda v: (type(v).__name__,), lambda s: _masked_dtype(s[0]))
TIMESTAMP = scalar_codec("timestamp", lambda v: (int(v.asm8.view("i8")), v.unit, _zone(v.tz), v.fold), _build_timestamp)

TIMEDELTA = scalar_codec(
    "timedelta", lambda v: (int(v.asm8.view("i8")), v.unit), lambda s: pd.Timedelta(np.timedelta64(*s))
)

PERIOD = scalar_codec("period", lambda v: (v.ordinal, v.freq), _build_period)
INTERVAL = scalar_codec("interval", lambda v: (v.left, v.right, v.closed), lambda s: pd.Interval(*s))
NAT = scalar_codec("nat", lambda _v: (), lambda _s: pd.NaT)
NA = scalar_codec("na", lambda _v: (), lambda _s: pd.NA)


def _masked_dtype(name: str) -> Any:
    if name not in MASKED_DTYPES:
        raise ValueError("not a dtype")
    return getattr(pd, name)()
