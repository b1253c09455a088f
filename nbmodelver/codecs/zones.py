"""Time zones of pytz and dateutil by their IANA name, with replacements if the library is not installed.

Other codecs use `name_of` and `by_name`: a state has the name of a zone, not the object of one library. Zones of
zoneinfo and fixed offsets of datetime are in python.py.
"""

from __future__ import annotations

import datetime
import importlib
import re
import zoneinfo
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import notes
from nbmodelver.codecs.codec import Codec, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.codecs.memory import Memory

_PATH_IN_REPR = re.compile(r"tzfile\('([^']*)'\)")


def name_of(zone: Any) -> str | None:
    """The IANA name of a zone of zoneinfo, pytz or dateutil; None for a fixed offset or a zone without a name."""
    if zone is datetime.UTC:
        return "UTC"
    root = _root(type(zone))
    if isinstance(zone, zoneinfo.ZoneInfo):
        return zone.key
    if root == "pytz":
        name = getattr(zone, "zone", None)  # None for a fixed offset.
        return name if isinstance(name, str) else None
    return _dateutil_name(zone) if root == "dateutil" else None


def _dateutil_name(zone: Any) -> str | None:
    """The name of a zone. dateutil 2 exposes only the path of its file, whose end has to give an equal zone."""
    tz = _library("dateutil.tz")
    key = getattr(zone, "key", None)  # dateutil >= 3
    if isinstance(key, str):
        return key
    found = _PATH_IN_REPR.fullmatch(repr(zone))
    parts = found[1].split("/") if found else []
    names = ["/".join(parts[-count:]) for count in (3, 2, 1) if count <= len(parts)]
    return next((name for name in names if name and tz.gettz(name) is zone), None)


def by_name(name: str) -> datetime.tzinfo:
    """The zone of the standard library with this name. Raises ValueError if the time zone data does not have it."""
    try:
        return datetime.UTC if name == "UTC" else zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone '{name}' here: try pip install tzdata") from error


def _take(zone: Any, _memory: Memory) -> State | None:
    return _pytz_state(zone) if _root(type(zone)) == "pytz" else _dateutil_state(zone)


def _root(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _pytz_state(zone: Any) -> State | None:
    """("pytz", name), for a zone of one moment also offset, DST (seconds) and abbreviation; or a fixed offset."""
    name = name_of(zone)
    if name is None:
        offset = zone.utcoffset(None)
        return ("pytz offset", int(offset.total_seconds()) // 60) if offset is not None else None
    reduced = zone.__reduce__()[1]  # The arguments of its reduction: name, offset, DST, abbreviation.
    return "pytz", name, *(reduced[1:] if len(reduced) == 4 else ())


def _dateutil_state(zone: Any) -> State | None:
    kind = type(zone).__name__
    if kind == "tzutc":
        return ("dateutil utc",)
    if kind == "tzoffset":
        return "dateutil offset", zone.tzname(None), int(zone.utcoffset(None).total_seconds())
    name = name_of(zone)
    return None if name is None else ("dateutil", name)


def _build(state: State) -> Any:
    how, *rest = state
    makers: dict[str, Callable[..., Any]] = {
        "pytz": _pytz,
        "pytz offset": _pytz_offset,
        "dateutil": _dateutil,
        "dateutil utc": _dateutil_utc,
        "dateutil offset": _dateutil_offset,
    }
    return makers[how](*rest)


def _library(name: str) -> Any:
    """The module "pytz" or "dateutil.tz"; None if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _pytz(name: str, *moment: Any) -> Any:
    """A zone of pytz, or the zone of the standard library with this name."""
    pytz = _library("pytz")
    if pytz is None:
        notes.instead(f"the zone {name} of zoneinfo", "of pytz")
        return by_name(name)
    if not moment:
        return pytz.timezone(name)
    return importlib.import_module("pytz.tzinfo").unpickler(name, *moment)


def _pytz_offset(minutes: int) -> Any:
    pytz = _library("pytz")
    if pytz is None:
        notes.instead("a fixed offset of datetime", "of pytz")
        return datetime.timezone(datetime.timedelta(minutes=minutes))
    return pytz.FixedOffset(minutes)


def _dateutil(name: str) -> Any:
    tz = _library("dateutil.tz")
    found = None if tz is None else tz.gettz(name)
    if found is None:
        notes.instead(f"the zone {name} of zoneinfo", "of dateutil")
        return by_name(name)
    return found


def _dateutil_utc() -> Any:
    tz = _library("dateutil.tz")
    if tz is None:
        notes.instead("UTC of datetime", "of dateutil")
        return datetime.UTC
    return tz.tzutc()


def _dateutil_offset(name: str | None, seconds: int) -> Any:
    tz = _library("dateutil.tz")
    if tz is not None:
        return tz.tzoffset(name, seconds)
    notes.instead("a fixed offset of datetime", "of dateutil")
    offset = datetime.timedelta(seconds=seconds)
    return datetime.timezone(offset) if name is None else datetime.timezone(offset, name)


# Replacements for names in pickles of pytz, for kernels without pytz (see renamed.py).


def pickled_pytz(name: str, *moment: Any) -> Any:
    """Replaces the function `_p` in pickles of pytz zones."""
    return _pytz(name, *moment)


def pickled_pytz_utc() -> Any:
    """Replaces `_UTC`, by which pytz pickles its UTC."""
    return _pytz("UTC")


def pickled_pytz_offset(minutes: int) -> Any:
    """Replaces `FixedOffset`."""
    return _pytz_offset(minutes)


_ZONE = Codec("zones.named", _take, _build, identity=False)

BY_TAG = {_ZONE.tag: _ZONE}


def find(kind: type) -> Codec | None:
    """The codec for zones of pytz and dateutil, or None."""
    return _ZONE if issubclass(kind, datetime.tzinfo) and _root(kind) in ("pytz", "dateutil") else None
