"""pandas: every dtype comes back as it was, without pickle; and as the nearest, with a note, where it is not there."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from nbmodelver.codecs import graph, notes, registry
from nbmodelver.repo import open_repo
from nbmodelver.testing.codecs import CodecContract, Sample

pd = pytest.importorskip("pandas")
codec = registry.library("pandas")
dtypes = importlib.import_module("nbmodelver.codecs.pandas_dtypes")

if TYPE_CHECKING:
    from pathlib import Path

PARIS = "Europe/Paris"
IS_3 = int(pd.__version__.partition(".")[0]) >= 3
StringDtype = pd.StringDtype


def built(tag: str, *state: Any) -> tuple[Any, list[str]]:
    with notes.collected() as heard:
        return registry.by_tag(f"pandas.{tag}").restore(state), heard


def back(value: Any) -> Any:
    capture = graph.capture({"x": value})
    assert capture.groups[0].format == graph.PLAIN
    return graph.decode(capture.groups[0], graph.Loader({}, lambda _key: None))["x"]


# Frequencies


@pytest.mark.parametrize("day", ["2024-03-31", "2024-10-27"])
@pytest.mark.parametrize("freq", ["h", "D", "30min"])
def test_an_index_over_a_clock_change_keeps_its_frequency(day: str, freq: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        index = pd.date_range(day, periods=30, freq=freq, tz=PARIS)
    for again in (back(index), back(pd.Series(1.5, index)).index, back(pd.DataFrame({"x": 1.5}, index)).index):
        assert again.freq == index.freq
        assert again.equals(index)
        assert again[:3].freq == index[:3].freq


def test_an_index_without_frequency_gets_none() -> None:
    assert back(pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03"])).freq is None


def test_the_arrays_of_two_indexes_of_one_frequency_do_not_tie_them_together(tmp_path: Path) -> None:
    index = pd.date_range("2024", periods=3)
    repo = open_repo(tmp_path, create=True)
    version = repo.commit({"a": index, "b": index.rename("b")})
    assert len(version.groups) == 2


@pytest.mark.parametrize(
    "offset",
    [
        pd.DateOffset(months=2, days=3),
        pd.DateOffset(hour=3),
        pd.DateOffset(2),
        pd.offsets.CustomBusinessDay(1, holidays=["2024-01-01"], weekmask="Mon Wed"),
        pd.offsets.Easter(2),
        pd.offsets.Week(3, weekday=2),
        pd.offsets.BusinessHour(1, start="08:00", end="12:00"),
    ],
    ids=repr,
)
def test_an_offset_comes_back_by_its_arguments(offset: Any) -> None:
    again = back(offset)
    assert again == offset
    assert type(again) is type(offset)


def test_an_argument_that_only_some_releases_know_is_kept_only_where_it_says_something() -> None:
    (state,) = [codec.find(pd.offsets.Easter).take(pd.offsets.Easter(), None)]
    assert state == ("Easter", 1, False)


def test_an_offset_of_an_older_store_is_read_by_position() -> None:
    assert built("offset", "Week", 2, False, 3)[0] == pd.offsets.Week(2, weekday=3)
    assert built("offset", "Easter", 1, False, 3)[0] == pd.offsets.Easter(1)
    assert built("offset", "Easter", 1, False)[0] == pd.offsets.Easter(1)


@pytest.mark.parametrize("name", ["DataFrame", "offsets", "__name__"])
def test_an_offset_that_is_none_is_refused(name: str) -> None:
    with pytest.raises((TypeError, AttributeError)):
        built("offset_of", name, 1, False)


# Time zones


def test_a_zone_that_pandas_makes_itself_is_kept_by_name() -> None:
    dtype = pd.DatetimeTZDtype("ns", PARIS)
    assert codec.find(type(dtype)).take(dtype, None) == ("ns", PARIS)
    stamp = pd.Timestamp("2024-07-01", tz=PARIS)
    assert codec.find(type(stamp)).take(stamp, None)[2] == PARIS


@pytest.mark.parametrize("zone", [PARIS, "UTC", "Etc/GMT+3"])
def test_a_zone_by_name_is_the_one_that_pandas_makes_of_it_here(zone: str) -> None:
    here = pd.DatetimeTZDtype("us", zone)
    found, heard = built("tz_dtype", "us", zone)
    assert found == here
    assert type(found.tz) is type(here.tz)
    assert heard == []


def test_a_zone_of_another_library_than_pandas_own_stays_one() -> None:
    tz = pytest.importorskip("dateutil.tz").gettz(PARIS)
    try:
        stamp = pd.Timestamp("2024-07-01", tz=tz)
        stamp.utcoffset()
    except (AttributeError, TypeError):
        pytest.skip("this pandas cannot use this dateutil")
    assert type(back(stamp).tz) is type(tz)


def test_a_zone_of_dateutil_that_pandas_cannot_use_is_its_own_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    tz = pytest.importorskip("dateutil.tz").gettz(PARIS)
    monkeypatch.setattr(dtypes, "_works", lambda _zone: False)
    for tag, state in (("timestamp", (0, "ns", tz, 0)), ("tz_dtype", ("ns", tz))):
        found, heard = built(tag, *state)
        assert type(found.tz).__module__ != type(tz).__module__
        assert found.tz == (pd.Timestamp(0, tz=PARIS) if tag == "timestamp" else pd.DatetimeTZDtype("ns", PARIS)).tz
        assert heard == [f"the zone {PARIS} of pandas here, was of dateutil"]


@pytest.mark.parametrize("zone", [PARIS, ZoneInfo(PARIS)])
def test_a_state_of_an_older_store_with_the_zone_itself_is_read(zone: Any) -> None:
    assert built("tz_dtype", "ns", zone)[0].tz.utcoffset(pd.Timestamp("2024-07-01")).total_seconds() == 7200


@pytest.mark.parametrize("hour", [0, 1])
def test_a_stamp_in_the_hour_that_there_is_twice_is_the_same_moment(hour: int) -> None:
    stamp = pd.Timestamp(f"2024-10-27 0{hour}:30", tz="UTC").tz_convert(PARIS)
    again = back(stamp)
    assert (again.value, again.fold, again.unit, again.utcoffset()) == (
        stamp.value,
        stamp.fold,
        stamp.unit,
        stamp.utcoffset(),
    )


# Strings


@pytest.fixture
def pandas_2(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As if StringDtype were that of pandas 2.2: no `na_value`, but "pyarrow_numpy". Gives the storages."""
    storages = ["python", "pyarrow", "pyarrow_numpy"]

    def old(storage: str = "python", **more: Any) -> Any:
        if more:
            raise TypeError("StringDtype.__init__() got an unexpected keyword argument 'na_value'")
        if storage not in storages:
            raise ImportError("pyarrow>=10.0.1 is required for PyArrow backed StringArray.")
        return np.dtype("S1") if storage == "pyarrow_numpy" else StringDtype(storage)

    monkeypatch.setattr(dtypes, "_new_string_dtype", old)
    return storages


def test_str_of_pandas_3_is_object_in_a_pandas_2_without_pyarrow_and_said(pandas_2: list[str]) -> None:
    pandas_2[:] = ["python"]
    found, heard = built("string_dtype", "pyarrow", False)
    assert found == np.dtype(object)
    assert heard == ["object here, was str"]


def test_string_of_pyarrow_is_that_of_python_without_pyarrow_and_said(pandas_2: list[str]) -> None:
    pandas_2[:] = ["python"]
    found, heard = built("string_dtype", "pyarrow", True)
    assert (found.storage, found.na_value) == ("python", pd.NA)
    assert heard == ["string[python] here, was string[pyarrow]"]


@pytest.mark.skipif(not IS_3, reason="pandas 3 reads what pandas 2 wrote")
def test_string_with_nan_of_pandas_2_is_str_in_pandas_3_and_said() -> None:
    pytest.importorskip("pyarrow")
    found, heard = built("string_dtype", "pyarrow_numpy", False)
    assert found == StringDtype("pyarrow", na_value=np.nan)
    assert heard == ["str here, was string[pyarrow_numpy]"]


@pytest.mark.parametrize("dtype", ["string[python]", "string[pyarrow]", "str", object])
def test_strings_are_the_same_dtype_here_without_a_word(dtype: Any) -> None:
    pytest.importorskip("pyarrow")
    series = pd.Series(["a", None, "é"], dtype=dtype)
    with notes.collected() as heard:
        again = back(series)
    assert again.dtype == series.dtype
    assert again.tolist()[::2] == ["a", "é"]
    assert heard == []


def test_a_column_whose_dtype_became_object_fits_into_its_frame() -> None:
    words = np.array(["a", np.nan, "c"], dtype=object)
    column = registry.by_tag("pandas.strings").restore((words, np.dtype(object)))
    state = (((True, (0, 1, 1), column),), pd.Index(["name"]), pd.RangeIndex(3), True)
    frame = registry.by_tag("pandas.frame").restore(state)
    assert frame["name"].dtype == object
    assert frame["name"].tolist()[::2] == ["a", "c"]


def test_strings_of_arrow_become_objects_with_nan() -> None:
    pa = pytest.importorskip("pyarrow")
    data = pa.chunked_array([["a", None], ["c"]], type=pa.large_string())
    found = registry.by_tag("pandas.arrow").restore((data, np.dtype(object)))
    assert found.dtype == object
    assert found[0] == "a"
    assert np.isnan(found[1])


@pytest.mark.parametrize("kind", ["string", "large_string"])
def test_strings_of_arrow_of_either_width_come_under_a_string_dtype(kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    data = pa.chunked_array([["a", None]], type=getattr(pa, kind)())
    for dtype in (StringDtype("pyarrow"), StringDtype("python")):
        found = registry.by_tag("pandas.arrow").restore((data, dtype))
        assert found.dtype == dtype
        assert found.isna().tolist() == [False, True]


@pytest.mark.skipif(not IS_3, reason="pandas 3 makes str of strings by itself")
def test_objects_of_pandas_2_stay_objects_in_pandas_3() -> None:
    words = np.array(["a", "b"], dtype=object)
    index = registry.by_tag("pandas.index").restore(("Index", words, "n", None))
    assert index.dtype == object
    series = registry.by_tag("pandas.series").restore((words, index, "s", True))
    assert series.dtype == object
    state = (((True, (0, 1, 1), words.reshape(1, 2)),), index[:1], pd.RangeIndex(2), True)
    frame = registry.by_tag("pandas.frame").restore(state)
    assert frame.dtypes.tolist() == [object]
    assert frame.columns.dtype == object


# Periods


@pytest.mark.parametrize("freq", ["D", "M", "Q-MAR", "W-SUN", "2D"])
def test_a_period_comes_back_by_the_class_of_its_offset(freq: str) -> None:
    index = pd.period_range("2024-01-01", periods=3, freq=freq)
    again = back(index)
    assert again.equals(index)
    assert again.dtype == index.dtype
    assert back(index[0]) == index[0]


def test_a_period_of_business_days_comes_back_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        period = pd.Period("2024-01-02", "B")
        dtype = pd.period_range("2024-01-02", periods=2, freq="B").dtype
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert back(period).ordinal == period.ordinal
        assert back(dtype) == dtype


class TestContract(CodecContract):
    samples = (
        Sample("a frame", lambda: pd.DataFrame({"n": [1, 2], "x": [0.5, None], "s": ["a", None]}, index=[3, 4])),
        Sample(
            "a frame with attrs", lambda: _with_attrs(pd.DataFrame({1: [True], "d": pd.to_datetime(["2026-01-02"])}))
        ),
        Sample("a series", lambda: pd.Series([1, 2], name="n", dtype="Int64")),
        Sample("categories", lambda: pd.Series(pd.Categorical(["u", "v"], ["v", "u", "w"], ordered=True))),
        Sample(
            "a MultiIndex", lambda: pd.MultiIndex.from_product([[1, 2], ["a", "b"]], names=[None, "l"]), links=False
        ),
        Sample("a date range", lambda: pd.date_range("2026-01-01", periods=3, freq="D", tz="UTC"), links=False),
        Sample("a timestamp", lambda: pd.Timestamp("2026-01-02", tz="Europe/Paris"), identity=False, links=False),
        Sample("an offset", lambda: pd.offsets.MonthEnd(2), identity=False, links=False),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        if isinstance(a, (pd.DataFrame, pd.Series)):
            return bool(a.equals(b)) and a.attrs == b.attrs and self.is_equal(a.index, b.index)
        if isinstance(a, pd.Index):
            return bool(a.equals(b)) and (a.names, getattr(a, "freq", None)) == (b.names, getattr(b, "freq", None))
        return bool(a == b)


def _with_attrs(frame: Any) -> Any:
    frame.attrs["source"] = "survey"
    return frame
