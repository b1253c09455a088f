"""Data of every sort that pandas, NumPy, pyarrow and polars know, as far as the releases here can make it.

`values()` gives the values by name; a name that is missing cannot be made by the libraries of this environment.
"""

from __future__ import annotations

import datetime
import decimal
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

Maker = Callable[[], Any]
_WHEN = datetime.datetime(2024, 3, 31, 1, 30)
PARIS = "Europe/Paris"


CHOSEN = (
    "np_view", "np_structured", "np_datetime", "np_texts", "np_strings", "np_masked", "np_scalars", "np_functions",
    "rng_default", "rng_spawned", "rng_state", "rng_shared", "rng_MT19937", "rng_seed_child", "rng_with_object",
    "dt_zoneinfo", "dt_named", "dt_dateutil", "dt_pytz", "zone_pytz", "series_strings_default",
    "series_strings_object", "series_string_python", "series_string_pyarrow", "series_string_numpy_nan",
    "series_str_python", "series_str_pyarrow", "series_Int64", "series_boolean", "series_cat", "series_cat_string",
    "series_time_s", "series_delta_ms", "series_zoned_us", "series_zoned_fixed", "series_zoned_pytz",
    "series_period_M", "series_period_Y-JUN", "series_interval_float", "series_sparse_int", "series_arrow_struct",
    "frame_every", "frame_strings", "frame_multi", "frame_twins", "frame_attrs", "frame_zoned_level",
    "frame_with_object", "index_ME", "index_bh_zoned", "index_change_03", "index_days_10", "index_period_Q-MAR",
    "index_multi_times", "stamp_fold", "delta_s", "period_h", "interval_zoned", "missing",
    "offset_CustomBusinessDay(1, holidays=['2024-01-01'])", "offset_DateOffset(months=2, days=3)",
    "offset_Easter(1)", "pa_table", "pa_string_view", "pa_dict", "pl_frame", "pl_Enum", "pl_Struct", "pl_Zoned",
)  # fmt: skip
"""A selection for stores that have to stay small: one of each sort that has ever come back otherwise."""


def values() -> dict[str, Any]:
    """Every value by name, made new at each call; the same content in every environment that can make it."""
    makers: dict[str, Maker] = {}
    for source in (_numpy, _generators, _zones, _pandas, _pyarrow, _polars):
        with suppress(ImportError):
            makers.update(source())
    made = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, make in makers.items():
            # A dtype, a unit or an argument that this release does not know.
            with suppress(ImportError, TypeError, ValueError, AttributeError, NotImplementedError):
                made[name] = make()
    return made


def _numpy() -> Iterator[tuple[str, Maker]]:
    grid = np.arange(12.0).reshape(3, 4)
    yield "np_float", grid.copy
    yield "np_view", lambda: _with_view(grid.copy())
    yield "np_big_endian", lambda: np.arange(5, dtype=">i4")
    yield "np_structured", lambda: np.array([(1, 2.5, b"ab")], dtype=[("a", "<i2"), ("b", ">f8"), ("c", "S3")])
    yield "np_record", lambda: np.rec.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")])
    yield "np_datetime", lambda: np.array(["2024-03-31T01:30", "NaT"], "M8[s]")
    yield "np_timedelta", lambda: np.array([1, 2], "m8[25ms]")
    yield "np_unicode", lambda: np.array(["a", "bcé"])
    yield "np_bytes", lambda: np.array([b"a", b"bc"])
    yield "np_bool", lambda: np.array([True, False])
    yield "np_complex", lambda: np.array([1 + 2j, -0.0j])
    yield "np_float16", lambda: np.array([1.5, np.nan], np.float16)
    yield "np_objects", lambda: np.array(["a", None, 3, 2.5, ("t",)], dtype=object)
    yield "np_texts", lambda: np.array(["a", "b", None, "d"] * 3, dtype=object)
    yield "np_strings", lambda: np.array(["a", "bcé"], dtype=np.dtypes.StringDType())
    yield "np_strings_na", lambda: np.array(["a", np.nan], dtype=np.dtypes.StringDType(na_object=np.nan))
    yield "np_strings_dtype", lambda: np.dtypes.StringDType(coerce=False)
    yield "np_masked", lambda: np.ma.MaskedArray([1, 2, 3], [False, True, False], fill_value=7)
    yield "np_matrix", lambda: np.asmatrix(grid.copy())
    yield "np_scalars", lambda: [np.float64(1.5), np.int8(3), np.bool_(1), np.datetime64("2024-01-01"), np.str_("x")]
    yield "np_dtypes", lambda: [np.dtype("f8"), np.dtype("M8[us]"), np.dtype([("a", "i4")])]
    yield "np_types", lambda: [np.float64, np.int32, np.ndarray, np.generic]
    yield "np_functions", lambda: [np.sin, np.add, np.mean, np.concatenate, np.linalg.norm, np.where]
    yield "np_poly", lambda: np.poly1d([1.0, 2.0, 3.0])
    yield "np_nested", lambda: {"a": [np.arange(3), {"b": np.ones(2)}]}


def _generators() -> Iterator[tuple[str, Maker]]:
    for kind in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        yield f"rng_{kind}", lambda kind=kind: _used(np.random.Generator(getattr(np.random, kind)(7)))
        yield f"bits_{kind}", lambda kind=kind: _advanced(getattr(np.random, kind)(8))
    yield "rng_default", lambda: _used(np.random.default_rng(3))
    yield "rng_spawned", lambda: _used(np.random.default_rng(3).spawn(2)[1])
    yield "rng_state", lambda: _gauss(np.random.RandomState(3))
    yield "rng_state_pcg", lambda: np.random.RandomState(np.random.PCG64(4))
    yield (
        "rng_shared",
        lambda: _sharing(np.random.PCG64(5)),
    )
    yield "rng_bits_shared", lambda: _with_bits(np.random.default_rng(6))
    yield "rng_seed", lambda: np.random.SeedSequence(12345)
    yield "rng_seed_child", lambda: np.random.SeedSequence([1, 2**70], pool_size=8).spawn(3)[2]
    yield "rng_nested", lambda: {"rngs": [np.random.default_rng(n) for n in range(3)]}
    yield "rng_with_object", lambda: [np.random.default_rng(1), Namespace(needs="pickle")]


def _with_view(base: Any) -> Any:
    return [base, base[::2, 1:].T]


def _sharing(bits: Any) -> Any:
    return [np.random.Generator(bits), np.random.Generator(bits)]


def _with_bits(rng: Any) -> Any:
    return [rng, rng.bit_generator]


def _used(rng: Any) -> Any:
    rng.integers(0, 10, 3, dtype=np.int32)
    return rng


def _advanced(bits: Any) -> Any:
    bits.random_raw(3)
    return bits


def _gauss(state: Any) -> Any:
    state.standard_normal(3)
    return state


def _zones() -> Iterator[tuple[str, Maker]]:
    yield "dt_zoneinfo", lambda: _WHEN.replace(tzinfo=ZoneInfo(PARIS))
    yield "dt_utc", lambda: _WHEN.replace(tzinfo=datetime.UTC)
    yield "dt_fixed", lambda: _WHEN.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    yield "dt_named", lambda: _WHEN.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-5), "EST"))
    yield "dt_dateutil", lambda: _WHEN.replace(tzinfo=_dateutil().gettz(PARIS))
    yield "dt_dateutil_utc", lambda: _WHEN.replace(tzinfo=_dateutil().tzutc())
    yield "dt_dateutil_offset", lambda: _WHEN.replace(tzinfo=_dateutil().tzoffset("X", 3600))
    yield "dt_pytz", lambda: _pytz().timezone(PARIS).localize(datetime.datetime(2024, 7, 1))
    yield "dt_pytz_winter", lambda: _pytz().timezone(PARIS).localize(datetime.datetime(2024, 1, 1))
    yield "dt_pytz_utc", lambda: _WHEN.replace(tzinfo=_pytz().utc)
    yield "dt_pytz_fixed", lambda: _WHEN.replace(tzinfo=_pytz().FixedOffset(330))
    yield "zone_zoneinfo", lambda: ZoneInfo("America/New_York")
    yield "zone_pytz", lambda: _pytz().timezone("America/New_York")
    yield "zone_dateutil", lambda: _dateutil().gettz("America/New_York")
    yield "time_zoned", lambda: datetime.time(3, 4, 5, tzinfo=ZoneInfo(PARIS))


def _dateutil() -> Any:
    from dateutil import tz

    return tz


def _pytz() -> Any:
    import pytz

    return pytz


OFFSETS = (
    "Day(2)",
    "Hour(3)",
    "Minute(1)",
    "Second(5)",
    "Milli(1)",
    "Micro(2)",
    "Nano(1)",
    "MonthEnd(1)",
    "MonthBegin(2)",
    "BusinessMonthEnd(1)",
    "BMonthBegin(1)",
    "QuarterEnd(1, startingMonth=3)",
    "QuarterBegin(1, startingMonth=2)",
    "BQuarterEnd(1, startingMonth=12)",
    "YearEnd(1, month=6)",
    "YearBegin(1)",
    "BYearEnd(1)",
    "Week(1, weekday=2)",
    "Week(2)",
    "WeekOfMonth(1, week=1, weekday=3)",
    "LastWeekOfMonth(1, weekday=4)",
    "SemiMonthEnd(1)",
    "SemiMonthBegin(1, day_of_month=10)",
    "BusinessDay(1)",
    "BusinessHour(1, start='08:00', end='12:00')",
    "CustomBusinessDay(1, holidays=['2024-01-01'])",
    "CustomBusinessMonthEnd(1)",
    "FY5253(1, weekday=4)",
    "FY5253Quarter(1, weekday=4)",
    "Easter(1)",
    "DateOffset(months=2, days=3)",
    "DateOffset(1)",
    "MonthEnd(1, normalize=True)",
    "CustomBusinessHour(1)",
    "DateOffset(hour=3)",
)
FREQS = (
    "D", "2D", "h", "min", "s", "ms", "us", "ns", "B", "W-WED", "MS", "ME", "BMS", "BME", "QS-FEB", "QE-MAR", "BQE-DEC",
    "YS", "YE-JUN", "BYE-DEC", "SMS", "SME", "WOM-2TUE", "C", "bh",
)  # fmt: skip
_OLD_FREQS = {
    "h": "H",
    "min": "T",
    "s": "S",
    "ms": "L",
    "us": "U",
    "ns": "N",
    "ME": "M",
    "BME": "BM",
    "QE-MAR": "Q-MAR",
    "BQE-DEC": "BQ-DEC",
    "YS": "AS",
    "YE-JUN": "A-JUN",
    "BYE-DEC": "BA-DEC",
    "SME": "SM",
    "bh": "BH",
}
PERIODS = ("D", "h", "min", "s", "ms", "M", "Q-MAR", "Y-JUN", "W-SUN", "B", "2D", "3M")
_OLD_PERIODS = {"Y-JUN": "A-JUN", "h": "H", "min": "T", "s": "S", "ms": "L"}


def _freq(name: str) -> Any:
    from pandas.tseries.frequencies import to_offset

    with suppress(ValueError):
        return to_offset(name)
    return to_offset(_OLD_FREQS[name])


def _period_freq(name: str) -> str:
    import pandas as pd

    try:
        pd.PeriodDtype(name)
    except ValueError:
        return _OLD_PERIODS[name]
    return name


def _pandas() -> Iterator[tuple[str, Maker]]:
    yield from _pandas_dtypes()
    yield from _pandas_frames()
    yield from _pandas_indexes()
    yield from _pandas_scalars()


def _columns() -> dict[str, Maker]:
    """A column of each dtype."""
    import pandas as pd

    stamps = ["2024-03-31 00:30", None, "2024-10-27 02:30"]
    found: dict[str, Maker] = {
        "int8": lambda: np.array([1, -2, 3], np.int8),
        "uint64": lambda: np.array([1, 2**63, 3], np.uint64),
        "float": lambda: np.array([1.5, np.nan, -0.0]),
        "float16": lambda: np.array([1.5, np.nan, 2], np.float16),
        "bool": lambda: np.array([True, False, True]),
        "complex": lambda: np.array([1 + 2j, 0, 3j]),
        "strings_default": lambda: ["a", "bc", "é"],
        "strings_missing": lambda: ["a", None, "é"],
        "strings_object": lambda: pd.Series(["a", None, "é"], dtype=object),
        "mixed_object": lambda: pd.Series([1, "two", (3, 4)], dtype=object),
        "bytes_object": lambda: pd.Series([b"a", b"bc", None], dtype=object),
        "decimals": lambda: pd.Series([decimal.Decimal("1.10"), decimal.Decimal(2), None], dtype=object),
        "dates": lambda: pd.Series([datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 2)], dtype=object),
        "string_python": lambda: pd.array(["a", None, "é"], dtype="string[python]"),
        "string_pyarrow": lambda: pd.array(["a", None, "é"], dtype="string[pyarrow]"),
        "string_numpy_nan": lambda: pd.array(["a", None, "é"], dtype="string[pyarrow_numpy]"),
        "str_python": lambda: pd.array(["a", None, "é"], dtype=pd.StringDtype("python", na_value=np.nan)),
        "str_pyarrow": lambda: pd.array(["a", None, "é"], dtype=pd.StringDtype("pyarrow", na_value=np.nan)),
        "boolean": lambda: pd.array([True, None, False], dtype="boolean"),
        "cat": lambda: pd.Categorical(["a", None, "b"], categories=["b", "a", "z"], ordered=True),
        "cat_object": lambda: pd.Categorical(["a", None, "b"], categories=pd.Index(["a", "b"], dtype=object)),
        "cat_string": lambda: pd.Categorical(["a", None, "b"], categories=pd.Index(["a", "b"], dtype="string")),
        "cat_int": lambda: pd.Categorical([3, 1, 3]),
        "cat_interval": lambda: pd.cut([1, 5, 9], [0, 4, 10]),
        "cat_time": lambda: pd.Categorical(pd.to_datetime(["2024-01-01", None, "2024-01-02"])),
        "timedelta": lambda: pd.to_timedelta([1, None, 3], unit="h"),
        "interval_int": lambda: pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3]),
        "interval_float": lambda: pd.arrays.IntervalArray.from_arrays(
            [0.5, np.nan, 2], [1.5, np.nan, 3], closed="both"
        ),
        "interval_time": lambda: pd.interval_range(pd.Timestamp("2024-01-01"), periods=3).array,
        "interval_zoned": lambda: pd.interval_range(pd.Timestamp("2024-01-01", tz=PARIS), periods=3).array,
        "sparse_int": lambda: pd.arrays.SparseArray([0, 0, 5]),
        "sparse_float": lambda: pd.arrays.SparseArray([np.nan, 1.5, np.nan]),
        "sparse_bool": lambda: pd.arrays.SparseArray([True, False, False], fill_value=False),
        "sparse_block": lambda: pd.arrays.SparseArray([0, 0, 5], kind="block"),
    }
    for name in ("Int8", "Int64", "UInt16", "Float32", "Float64"):
        found[name] = lambda name=name: pd.array([1, None, 3], dtype=name)
    for unit in ("s", "ms", "us", "ns"):
        found[f"time_{unit}"] = lambda unit=unit: pd.to_datetime(pd.Series(stamps)).astype(f"M8[{unit}]")
        found[f"delta_{unit}"] = lambda unit=unit: pd.Series(np.array([1, "NaT", 3], f"m8[{unit}]"))
        found[f"zoned_{unit}"] = lambda unit=unit: (
            pd.to_datetime(pd.Series(stamps)).astype(f"M8[{unit}]").dt.tz_localize("UTC").dt.tz_convert(PARIS)
        )
    found["zoned_utc"] = lambda: pd.to_datetime(pd.Series(stamps)).astype("M8[ns]").dt.tz_localize("UTC")
    found["zoned_fixed"] = lambda: pd.to_datetime(pd.Series(["2024-01-01T00:00+05:30"] * 3)).astype("M8[ns, UTC+05:30]")
    found["zoned_zoneinfo"] = lambda: pd.Series(
        pd.date_range("2024-01-01", periods=3, tz=ZoneInfo("Asia/Tokyo"), unit="ns")
    )
    found["zoned_dateutil"] = lambda: pd.Series(
        pd.date_range("2024-01-01", periods=3, tz="dateutil/Asia/Tokyo", unit="ns")
    )
    found["zoned_pytz"] = lambda: pd.Series(
        pd.date_range("2024-01-01", periods=3, tz=_pytz().timezone("Asia/Tokyo"), unit="ns")
    )
    for freq in PERIODS:
        found[f"period_{freq}"] = lambda freq=freq: (
            pd.period_range("2024-01-01", periods=3, freq=_period_freq(freq)).array
        )
    return found | _arrow_columns()


def _arrow_columns() -> dict[str, Maker]:
    with suppress(ImportError):
        import pandas as pd
        import pyarrow as pa

        some: dict[str, tuple[Any, list[Any]]] = {
            "int": (pa.int32(), [1, None, 3]),
            "float": (pa.float64(), [1.5, None, 3]),
            "bool": (pa.bool_(), [True, None, False]),
            "string": (pa.string(), ["a", None, "é"]),
            "large_string": (pa.large_string(), ["a", None, "é"]),
            "binary": (pa.binary(), [b"a", None, b"b"]),
            "time": (pa.timestamp("us"), [_WHEN, None, _WHEN]),
            "zoned": (pa.timestamp("ns", PARIS), [_WHEN, None, _WHEN]),
            "date": (pa.date32(), [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 2)]),
            "duration": (pa.duration("ms"), [datetime.timedelta(1), None, datetime.timedelta(2)]),
            "clock": (pa.time64("us"), [datetime.time(1), None, datetime.time(2)]),
            "decimal": (pa.decimal128(10, 2), [decimal.Decimal("1.10"), None, decimal.Decimal("2.20")]),
            "list": (pa.list_(pa.int64()), [[1, 2], None, []]),
            "struct": (
                pa.struct([("x", pa.int64()), ("y", pa.string())]),
                [{"x": 1, "y": "a"}, None, {"x": 2, "y": "b"}],
            ),
            "dict": (pa.dictionary(pa.int32(), pa.string()), ["a", None, "a"]),
        }
        return {
            f"arrow_{name}": lambda kind=kind, items=items: pd.arrays.ArrowExtensionArray(
                pa.chunked_array([pa.array(items, type=kind)])
            )
            for name, (kind, items) in some.items()
        }
    return {}


def _pandas_dtypes() -> Iterator[tuple[str, Maker]]:
    import pandas as pd

    for name, make in _columns().items():
        yield f"series_{name}", lambda make=make, name=name: pd.Series(make(), index=[5, 6, 7], name=name)
        yield f"dtype_{name}", lambda make=make: pd.Series(make()).dtype


def _pandas_frames() -> Iterator[tuple[str, Maker]]:
    import pandas as pd

    every = ("int8", "float", "strings_object", "cat_object", "Int64", "zoned_ns", "delta_ns", "period_M", "sparse_int")
    yield "frame_every", lambda: pd.DataFrame({n: _columns()[n]() for n in every})
    yield (
        "frame_strings",
        lambda: pd.DataFrame({"name": ["ab", "c", None], "city": ["x", "y", "z"]}, index=["p", "q", "r"]),
    )
    yield (
        "frame_object",
        lambda: pd.DataFrame({"name": pd.Series(["ab", "c", None], dtype=object)}).set_axis(
            pd.Index(["name"], dtype=object), axis=1
        ),
    )
    yield "frame_blocks", lambda: pd.DataFrame(np.arange(12.0).reshape(3, 4), columns=[3, 1, 2, 0])
    yield (
        "frame_multi",
        lambda: pd.DataFrame(
            {("a", 1): [1, 2], ("a", 2): [3, 4], ("b", 1): [5.5, 6.5]},
            index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", None]),
        ),
    )
    yield (
        "frame_zoned_level",
        lambda: pd.DataFrame(
            {"v": [1, 2]}, index=pd.MultiIndex.from_product([["x"], pd.date_range("2024", periods=2, tz=PARIS)])
        ),
    )
    yield "frame_twins", lambda: pd.DataFrame([[1, "a", 2.5]], columns=["x", "x", "y"])
    yield "frame_empty", pd.DataFrame
    yield "frame_no_rows", lambda: pd.DataFrame({"a": np.zeros(0), "b": pd.Series([], dtype=object)})
    yield "frame_attrs", lambda: _with_attrs(pd.DataFrame({"a": [1, 2]}))
    yield "frame_unique", lambda: pd.DataFrame({"a": [1, 2]}).set_flags(allows_duplicate_labels=False)
    yield (
        "frame_times",
        lambda: pd.DataFrame({"v": range(4)}, index=pd.date_range("2024-01-01", periods=4, freq=_freq("h"))),
    )
    yield "frame_columns_named", lambda: pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], name="what", dtype=object))
    yield "frame_columns_time", lambda: pd.DataFrame([[1, 2]], columns=pd.date_range("2024", periods=2, unit="ns"))
    yield (
        "frame_with_object",
        lambda: [
            pd.DataFrame({"s": ["a", "b"], "t": pd.date_range("2024", periods=2, tz=PARIS)}),
            Namespace(needs="pickle"),
        ],
    )
    yield "series_attrs", lambda: _with_attrs(pd.Series([1, 2], name=("a", 1)))
    yield "series_name_stamp", lambda: pd.Series([1], name=pd.Timestamp("2024-01-01", tz=PARIS))


def _with_attrs(value: Any) -> Any:
    value.attrs.update(source="here", tags=[1, 2])
    return value


def _pandas_indexes() -> Iterator[tuple[str, Maker]]:
    import pandas as pd

    start = "2024-01-01"
    for freq in FREQS:
        yield f"index_{freq}", lambda freq=freq: pd.date_range(start, periods=3, freq=_freq(freq), name="t")
        yield f"index_{freq}_zoned", lambda freq=freq: pd.date_range(start, periods=3, freq=_freq(freq), tz=PARIS)
    for change in ("2024-03-31", "2024-10-27"):
        yield (
            f"index_change_{change[5:7]}",
            lambda day=change: pd.date_range(day, periods=30, freq=_freq("h"), tz=PARIS),
        )
        yield (
            f"series_change_{change[5:7]}",
            lambda day=change: pd.Series(1.5, pd.date_range(day, periods=30, freq=_freq("h"), tz=PARIS)),
        )
        yield f"index_days_{change[5:7]}", lambda day=change: pd.date_range(day, periods=3, freq="D", tz=PARIS)
    yield "index_delta", lambda: pd.timedelta_range("1h", periods=3, freq=_freq("h"))
    yield "index_delta_day", lambda: pd.timedelta_range("1D", periods=3, freq="D")
    for unit in ("s", "ms", "us"):
        yield f"index_unit_{unit}", lambda unit=unit: pd.date_range(start, periods=3, unit=unit)
    for freq in PERIODS:
        yield f"index_period_{freq}", lambda freq=freq: pd.period_range(start, periods=3, freq=_period_freq(freq))
    yield "index_range", lambda: pd.RangeIndex(1, 9, 2, name="r")
    yield "index_int8", lambda: pd.Index(np.array([1, 2], np.int8))
    yield "index_float", lambda: pd.Index([1.5, np.nan])
    yield "index_bool", lambda: pd.Index([True, False])
    yield "index_strings", lambda: pd.Index(["a", "b"], name="n")
    yield "index_object", lambda: pd.Index(["a", 1, None], dtype=object)
    yield "index_Int64", lambda: pd.Index([1, None], dtype="Int64")
    yield "index_string", lambda: pd.Index(["a", None], dtype="string")
    yield "index_arrow", lambda: pd.Index([1, None], dtype="int64[pyarrow]")
    yield "index_cat", lambda: pd.CategoricalIndex(["a", "b", "a"], ordered=True, name="c")
    yield "index_interval", lambda: pd.interval_range(0, 3, closed="left")
    yield "index_interval_zoned", lambda: pd.interval_range(pd.Timestamp(start, tz=PARIS), periods=3)
    yield "index_multi", lambda: pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"])
    yield (
        "index_multi_times",
        lambda: pd.MultiIndex.from_product(
            [pd.date_range(start, periods=2, tz=PARIS), pd.period_range("2024", periods=2, freq="M")]
        ),
    )
    yield "index_empty_time", lambda: pd.DatetimeIndex([], tz=PARIS)


def _pandas_scalars() -> Iterator[tuple[str, Maker]]:
    import pandas as pd

    yield "stamp", lambda: pd.Timestamp("2024-03-31 01:30:00.123456789")
    yield "stamp_paris", lambda: pd.Timestamp("2024-07-31 01:30", tz=PARIS)
    yield "stamp_fold", lambda: pd.Timestamp("2024-10-27 00:30", tz="UTC").tz_convert(PARIS)
    yield "stamp_fold_late", lambda: pd.Timestamp("2024-10-27 01:30", tz="UTC").tz_convert(PARIS)
    yield "stamp_utc", lambda: pd.Timestamp("2024-07-31 01:30", tz="UTC")
    yield "stamp_fixed", lambda: pd.Timestamp("2024-07-31T01:30+05:30")
    yield "stamp_dateutil", lambda: pd.Timestamp("2024-07-31", tz=f"dateutil/{PARIS}")
    yield "stamp_pytz", lambda: pd.Timestamp("2024-07-31", tz=_pytz().timezone(PARIS))
    yield "stamp_zoneinfo", lambda: pd.Timestamp("2024-07-31", tz=ZoneInfo(PARIS))
    for unit in ("s", "ms", "us"):
        yield f"stamp_{unit}", lambda unit=unit: pd.Timestamp("2024-01-01 10:00", tz=PARIS).as_unit(unit)
        yield f"delta_{unit}", lambda unit=unit: pd.Timedelta("5h").as_unit(unit)
    yield "delta", lambda: pd.Timedelta(5, "ns")
    for freq in PERIODS:
        yield f"period_{freq}", lambda freq=freq: pd.Period("2024-03-31", freq=_period_freq(freq))
    yield "interval", lambda: pd.Interval(0, 1.5, closed="both")
    yield "interval_zoned", lambda: pd.Interval(pd.Timestamp("2024", tz=PARIS), pd.Timestamp("2025", tz=PARIS))
    yield "missing", lambda: [pd.NaT, pd.NA]
    yield "stamps_in_list", lambda: [pd.Timestamp("2024", tz=PARIS), pd.Timestamp("2025", tz=PARIS)]
    for text in OFFSETS:
        yield f"offset_{text}", lambda text=text: eval(f"offsets.{text}", {"offsets": pd.offsets})


def _pyarrow() -> Iterator[tuple[str, Maker]]:
    import pyarrow as pa

    kinds: dict[str, tuple[Any, list[Any]]] = {
        "int": (pa.int16(), [1, None, 3]),
        "uint": (pa.uint64(), [1, None, 2**63]),
        "half": (pa.float16(), [np.float16(1.5), None, np.float16(2)]),
        "double": (pa.float64(), [1.5, None, float("inf")]),
        "bool": (pa.bool_(), [True, None, False]),
        "string": (pa.string(), ["a", None, "é"]),
        "large_string": (pa.large_string(), ["a", None, "é"]),
        "binary": (pa.binary(), [b"a", None, b"\x00"]),
        "fixed": (pa.binary(2), [b"ab", None, b"cd"]),
        "time": (pa.timestamp("us", tz=PARIS), [_WHEN, None, _WHEN]),
        "date32": (pa.date32(), [datetime.date(2024, 1, 1), None]),
        "date64": (pa.date64(), [datetime.date(2024, 1, 1), None]),
        "clock": (pa.time32("ms"), [datetime.time(1, 2, 3), None]),
        "duration": (pa.duration("s"), [datetime.timedelta(1), None]),
        "months": (pa.month_day_nano_interval(), [(1, 2, 3), None]),
        "decimal": (pa.decimal128(10, 2), [decimal.Decimal("1.10"), None]),
        "decimal256": (pa.decimal256(50, 2), [decimal.Decimal("1.10"), None]),
        "list": (pa.list_(pa.int64()), [[1, 2], None, []]),
        "large_list": (pa.large_list(pa.int64()), [[1, 2], None, []]),
        "fixed_list": (pa.list_(pa.int8(), 2), [[1, 2], None]),
        "struct": (pa.struct([("x", pa.int64())]), [{"x": 1}, None]),
        "map": (pa.map_(pa.string(), pa.int32()), [[("a", 1)], None]),
        "dict": (pa.dictionary(pa.int8(), pa.string()), ["a", None, "a"]),
        "null": (pa.null(), [None, None]),
    }
    for name, (kind, items) in kinds.items():
        yield f"pa_{name}", lambda kind=kind, items=items: pa.array(items, type=kind)
    yield "pa_string_view", lambda: pa.array(["a", None, "a long text indeed"], type=pa.string_view())
    yield "pa_binary_view", lambda: pa.array([b"a", None], type=pa.binary_view())
    yield "pa_run_end", lambda: pa.RunEndEncodedArray.from_arrays([2, 3], ["a", "b"])
    yield (
        "pa_union",
        lambda: pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
    )
    yield "pa_decimal32", lambda: pa.array([decimal.Decimal("1.1")], pa.decimal32(5, 1))
    yield "pa_chunked", lambda: pa.chunked_array([["a"], ["b", None]])
    yield "pa_table", lambda: pa.table({"a": [1, 2], "s": ["x", None]}).replace_schema_metadata({"k": "v"})
    yield "pa_batch", lambda: pa.record_batch([pa.array([1, 2])], names=["a"])
    yield "pa_schema", lambda: pa.schema([pa.field("a", pa.int64(), nullable=False, metadata={"u": "m"})])
    yield "pa_field", lambda: pa.field("a", pa.list_(pa.string()))
    yield "pa_type", lambda: pa.timestamp("ns", tz=PARIS)
    yield "pa_scalar", lambda: pa.scalar(5, pa.int32())


def _polars() -> Iterator[tuple[str, Maker]]:
    import polars as pl

    kinds: dict[str, tuple[Callable[[], Any], list[Any]]] = {
        "Int8": (lambda: pl.Int8, [1, None]),
        "UInt64": (lambda: pl.UInt64, [1, 2**63]),
        "Int128": (lambda: pl.Int128, [1, 2**100]),
        "Float32": (lambda: pl.Float32, [1.5, None]),
        "Float64": (lambda: pl.Float64, [1.5, float("nan")]),
        "Boolean": (lambda: pl.Boolean, [True, None]),
        "String": (lambda: pl.String, ["a", None]),
        "Binary": (lambda: pl.Binary, [b"a", None]),
        "Date": (lambda: pl.Date, [datetime.date(2024, 1, 1), None]),
        "Time": (lambda: pl.Time, [datetime.time(1), None]),
        "Datetime": (lambda: pl.Datetime("us"), [_WHEN, None]),
        "Zoned": (lambda: pl.Datetime("ns", PARIS), [_WHEN.replace(tzinfo=ZoneInfo(PARIS)), None]),
        "Duration": (lambda: pl.Duration("ms"), [datetime.timedelta(1), None]),
        "Decimal": (lambda: pl.Decimal(10, 2), [decimal.Decimal("1.10"), None]),
        "Categorical": (lambda: pl.Categorical, ["a", "b", None]),
        "Enum": (lambda: pl.Enum(["b", "a"]), ["a", None]),
        "List": (lambda: pl.List(pl.Int64), [[1, 2], None]),
        "Array": (lambda: pl.Array(pl.Int64, 2), [[1, 2], None]),
        "Struct": (lambda: pl.Struct({"x": pl.Int64, "s": pl.String}), [{"x": 1, "s": "a"}, None]),
        "Null": (lambda: pl.Null, [None, None]),
        "Object": (lambda: pl.Object, ["a", 3]),
    }
    for name, (kind, items) in kinds.items():
        yield f"pl_{name}", lambda kind=kind, items=items, name=name: pl.Series(name, items, dtype=kind())
    yield "pl_frame", lambda: pl.DataFrame({"a": [1, 2], "s": ["x", None], "d": [_WHEN, None]})
    yield "pl_frame_empty", lambda: pl.DataFrame({"a": []}, schema={"a": pl.Int32})
    yield "pl_frame_none", pl.DataFrame
    yield "pl_cat_frame", lambda: pl.DataFrame({"c": pl.Series(["u", "v"], dtype=pl.Categorical)})
    yield "pl_dtype", lambda: pl.Datetime("us", PARIS)
    yield "pl_schema", lambda: pl.Schema({"a": pl.Int64, "b": pl.List(pl.String)})
    yield "pl_lazy", lambda: pl.DataFrame({"a": [1, 2]}).lazy().filter(pl.col("a") > 1)
    yield "pl_expr", lambda: pl.col("a") + 1
