"""Data types of the standard library: dates, decimals, ranges, ordered dicts, deques and others."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import pathlib
import random
import struct
import types
import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs.codec import Codec, Helper, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.codecs.memory import Memory

_FACTORIES: dict[str, type] = {k.__name__: k for k in (list, dict, set, int, float, str, tuple, bool, bytes)}


def _fixed(tag: str, take: Callable[[Any], State | None], build: Callable[..., Any]) -> Codec:
    """A codec for an immutable value."""
    return Codec(f"python.{tag}", lambda v, _m: take(v), lambda s: build(*s), identity=False)


def _time_state(value: datetime.time) -> State:
    return value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold


def _datetime_state(value: datetime.datetime) -> State:
    """The fields, zone and fold; for a zone of pytz, which ignores folds, also the UTC offset."""
    clock = (value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold)
    offset = (value.utcoffset(),) if type(value.tzinfo).__module__.partition(".")[0] == "pytz" else ()
    return value.year, value.month, value.day, *clock, *offset


def _build_datetime(*state: Any) -> datetime.datetime:
    *fields, tz, fold = state[:9]
    made = datetime.datetime(*fields).replace(tzinfo=tz, fold=fold)  # noqa: DTZ001  # naive stays naive
    (offset,) = state[9:] or (None,)
    if offset is not None and made.utcoffset() != offset:  # A zone of another library, in the repeated hour.
        later = made.replace(fold=1 - fold)
        return later if later.utcoffset() == offset else made
    return made


def _build_time(*state: Any) -> datetime.time:
    *fields, tz, fold = state
    return datetime.time(*fields).replace(tzinfo=tz, fold=fold)


def _timezone_state(value: datetime.timezone) -> State:
    if value is datetime.UTC:
        return ()
    name = value.tzname(None)
    offset = value.utcoffset(None)
    plain = datetime.timezone(offset).tzname(None)
    return (offset,) if name == plain else (offset, name)


def _build_timezone(*state: Any) -> datetime.timezone:
    return datetime.timezone(*state) if state else datetime.UTC


def _zone_state(value: zoneinfo.ZoneInfo) -> State | None:
    return (value.key,) if value.key else None


def _default_factory_name(value: collections.defaultdict[Any, Any]) -> str | None:
    factory = value.default_factory
    if factory is None:
        return ""
    return next((name for name, known in _FACTORIES.items() if known is factory), None)


def _take_defaultdict(value: Any, _memory: Memory) -> State | None:
    name = _default_factory_name(value)
    return None if name is None else (name, *_items(value))


def _fill_defaultdict(value: Any, state: State) -> None:
    value.default_factory = _FACTORIES[state[0]] if state[0] else None
    _fill_items(value, state[1:])


def _items(value: Any) -> list[Any]:
    return [x for pair in dict.items(value) for x in pair]


def _fill_items(value: Any, state: State) -> None:
    for key, item in zip(state[::2], state[1::2], strict=True):
        dict.__setitem__(value, key, item)


def _fill_ordered(value: Any, state: State) -> None:
    for key, item in zip(state[::2], state[1::2], strict=True):
        value[key] = item


def _ordered_items(value: Any, _memory: Memory) -> State:
    return tuple(x for pair in collections.OrderedDict.items(value) for x in pair)


def _take_namespace(value: Any, _memory: Memory) -> State | None:
    attributes = value.__dict__
    return tuple(x for pair in attributes.items() for x in pair)


def _fill_namespace(value: Any, state: State) -> None:
    value.__dict__.update(zip(state[::2], state[1::2], strict=True))


def _build_array(state: State) -> Any:
    code, data = state
    made = array.array(code)
    made.frombytes(data)
    return made


def _fill_bytearray(value: Any, state: State) -> None:
    value.extend(state[0])


def _build_deque(state: State) -> Any:
    return collections.deque(state[1:], state[0])


def _plain_attributes(take: Callable[[Any, Memory], State | None]) -> Callable[[Any, Memory], State | None]:
    """Leave an instance with additional attributes (possible for OrderedDict, Counter) to pickle."""
    return lambda value, memory: None if getattr(value, "__dict__", None) else take(value, memory)


_CODECS: dict[type, Codec] = {
    range: _fixed("range", lambda v: (v.start, v.stop, v.step), range),
    slice: _fixed("slice", lambda v: (v.start, v.stop, v.step), slice),
    datetime.date: _fixed("date", lambda v: (v.year, v.month, v.day), datetime.date),
    datetime.datetime: _fixed("datetime", _datetime_state, _build_datetime),
    datetime.time: _fixed("time", _time_state, _build_time),
    datetime.timedelta: _fixed("timedelta", lambda v: (v.days, v.seconds, v.microseconds), datetime.timedelta),
    datetime.timezone: _fixed("timezone", _timezone_state, _build_timezone),
    zoneinfo.ZoneInfo: _fixed("zoneinfo", _zone_state, zoneinfo.ZoneInfo),
    decimal.Decimal: _fixed("decimal", lambda v: (str(v),), decimal.Decimal),
    fractions.Fraction: _fixed("fraction", lambda v: (v.numerator, v.denominator), fractions.Fraction),
    struct.Struct: _fixed("struct", lambda v: (v.format,), struct.Struct),
    uuid.UUID: _fixed(
        "uuid", lambda v: (v.int, v.is_safe.value), lambda i, s: uuid.UUID(int=i, is_safe=uuid.SafeUUID(s))
    ),
    pathlib.PurePosixPath: _fixed("pureposixpath", lambda v: (str(v),), pathlib.PurePosixPath),
    pathlib.PureWindowsPath: _fixed("purewindowspath", lambda v: (str(v),), pathlib.PureWindowsPath),
    type(pathlib.Path()): _fixed("path", lambda v: (str(v),), pathlib.Path),
    bytearray: Codec(
        "python.bytearray", lambda v, _m: (bytes(v),), shell=bytearray, fill=_fill_bytearray
    ),
    array.array: Codec("python.array", lambda v, _m: (v.typecode, v.tobytes()), _build_array),
    collections.OrderedDict: Codec(
        "python.ordereddict",
        _plain_attributes(_ordered_items),
        shell=collections.OrderedDict,
        fill=_fill_ordered,
    ),
    collections.defaultdict: Codec(
        "python.defaultdict", _take_defaultdict, shell=collections.defaultdict, fill=_fill_defaultdict
    ),
    collections.Counter: Codec(
        "python.counter",
        _plain_attributes(lambda v, _m: tuple(_items(v))),
        shell=collections.Counter,
        fill=_fill_items,
    ),
    collections.deque: Codec("python.deque", lambda v, _m: (v.maxlen, *v), _build_deque),
    types.SimpleNamespace: Codec(
        "python.namespace", _take_namespace, shell=types.SimpleNamespace, fill=_fill_namespace
    ),
}  # fmt: skip

BY_TAG: dict[str, Codec] = {codec.tag: codec for codec in _CODECS.values()}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    return _CODECS.get(kind)


def helper(kind: type) -> Helper | None:
    """The reduction for subclasses of `random.Random`, whose pickling would drop their attributes."""
    cls: Any = kind
    plain = issubclass(cls, random.Random) and cls.__reduce__ is random.Random.__reduce__
    return _reduce_random if plain and cls.__getstate__ is random.Random.__getstate__ else None


def _reduce_random(value: random.Random, _memory: Memory) -> Any:
    state = (random.Random.getstate(value), dict(vars(value)))
    return random_like, (type(value),), state, None, None, set_random


def random_like(cls: Any) -> Any:
    """An instance without a state."""
    return cls.__new__(cls)


def set_random(value: random.Random, state: State) -> None:
    """Set the state and the attributes of an instance."""
    vars(value).update(state[1])
    random.Random.setstate(value, state[0])
