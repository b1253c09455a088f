"""Time zones are kept by name, and come back where their library is missing."""

from __future__ import annotations

import datetime
import sys
import types
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from nbmodelver.codecs import notes, registry, zones
from nbmodelver.repo import open_repo

if TYPE_CHECKING:
    from pathlib import Path

PARIS = "Europe/Paris"
HOUR = datetime.timedelta(hours=1)


def built(*state: Any) -> tuple[Any, list[str]]:
    with notes.collected() as heard:
        return registry.by_tag("zones.named").restore(state), heard


@pytest.fixture
def no_pytz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytz", None)


@pytest.fixture
def pytz(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """As much of pytz as its zones need here: one class for each zone, and one object for each of its offsets."""
    module = types.ModuleType("pytz")
    inner = types.ModuleType("pytz.tzinfo")

    class Zone(datetime.tzinfo):
        __module__ = "pytz.tzfile"

        def __init__(self, zone: str | None, hours: int, name: str = "") -> None:
            self.zone, self.offset, self.name = zone, datetime.timedelta(hours=hours), name

        def utcoffset(self, _when: Any) -> datetime.timedelta:
            return self.offset

        def tzname(self, _when: Any) -> str:
            return self.name

        def __reduce__(self) -> Any:
            return print, (self.zone, int(self.offset.total_seconds()), 0, self.name)

    module.timezone = lambda name: Zone(name, 1, "CET")  # type: ignore[attr-defined]
    module.FixedOffset = lambda minutes: Zone(None, minutes // 60)  # type: ignore[attr-defined]
    inner.unpickler = lambda name, offset, _dst, short: Zone(name, offset // 3600, short)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pytz", module)
    monkeypatch.setitem(sys.modules, "pytz.tzinfo", inner)
    return module


def test_a_zone_of_pytz_stays_one_where_pytz_is(pytz: types.ModuleType) -> None:
    codec = registry.find(type(pytz.timezone(PARIS)))
    assert codec is not None
    state = codec.take(pytz.timezone(PARIS), None)  # type: ignore[arg-type]
    assert state == ("pytz", PARIS, 3600, 0, "CET")
    again, heard = built(*state)
    assert (type(again).__module__, again.zone, again.name, heard) == ("pytz.tzfile", PARIS, "CET", [])


def test_a_fixed_offset_of_pytz_stays_one_where_pytz_is(pytz: types.ModuleType) -> None:
    codec = registry.find(type(pytz.FixedOffset(120)))
    assert codec is not None
    state = codec.take(pytz.FixedOffset(120), None)  # type: ignore[arg-type]
    assert state == ("pytz offset", 120)
    assert built(*state)[0].utcoffset(None) == 2 * HOUR


def test_a_zone_of_pytz_without_pytz_is_one_of_zoneinfo_and_said(no_pytz: None) -> None:
    found, heard = built("pytz", PARIS, 7200, 3600, "CEST")
    assert found is ZoneInfo(PARIS)
    assert heard == [f"the zone {PARIS} of zoneinfo here, was of pytz"]


def test_utc_of_pytz_without_pytz_is_that_of_datetime(no_pytz: None) -> None:
    assert built("pytz", "UTC")[0] is datetime.UTC


def test_an_offset_of_pytz_without_pytz_is_one_of_datetime(no_pytz: None) -> None:
    assert built("pytz offset", 330)[0] == datetime.timezone(5.5 * HOUR)


def test_a_pickle_of_pytz_finds_what_stands_for_it(no_pytz: None) -> None:
    assert zones.pickled_pytz(PARIS, 3360, 0, "LMT") is ZoneInfo(PARIS)
    assert zones.pickled_pytz_utc() is datetime.UTC
    assert zones.pickled_pytz_offset(60) == datetime.timezone(HOUR)


@pytest.mark.parametrize(("offset", "fold"), [(2 * HOUR, 0), (HOUR, 1)])
def test_the_hour_that_there_is_twice_keeps_its_offset_without_pytz(offset: datetime.timedelta, fold: int) -> None:
    fields = (2024, 10, 27, 2, 30, 0, 0, ZoneInfo(PARIS), 0, offset)
    found = registry.by_tag("python.datetime").restore(fields)
    assert (found.utcoffset(), found.fold) == (offset, fold)


def test_a_zone_that_no_data_knows_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="Nowhere/Else"):
        zones.by_name("Nowhere/Else")


@pytest.mark.parametrize("value", ["gettz", "tzutc", "tzoffset"])
def test_zones_of_dateutil_come_back_without_pickle(tmp_path: Path, value: str) -> None:
    tz = pytest.importorskip("dateutil.tz")
    made = {"gettz": lambda: tz.gettz(PARIS), "tzutc": tz.tzutc, "tzoffset": lambda: tz.tzoffset("X", 3600)}[value]()
    repo = open_repo(tmp_path, create=True)
    version = repo.commit({"when": datetime.datetime(2024, 7, 1, tzinfo=made)})
    assert not version.group_of("when").pickled
    back = repo.load("HEAD")["when"]
    assert type(back.tzinfo) is type(made)
    assert back.utcoffset() == datetime.datetime(2024, 7, 1, tzinfo=made).utcoffset()


def test_a_zone_of_dateutil_without_dateutil_is_one_of_zoneinfo_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dateutil", "dateutil.tz"):
        monkeypatch.setitem(sys.modules, name, None)
    assert built("dateutil", PARIS) == (ZoneInfo(PARIS), [f"the zone {PARIS} of zoneinfo here, was of dateutil"])
    assert built("dateutil utc")[0] is datetime.UTC
    assert built("dateutil offset", "X", 3600)[0] == datetime.timezone(HOUR, "X")
