"""What a value is, as a text that does not depend on the release of the library that holds it.

Two values with one fingerprint have the same dtype, shape, labels, frequency, zone and elements. Classes of zones
(pytz, zoneinfo) and the names of frequencies ("M", "ME") differ between releases, so zones stand there by their name
and frequencies by the class and the arguments of their offset.
"""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np


def describe(value: Any, *, zones: bool = False) -> str:
    """The fingerprint. zones: with the class of every time zone, for values that never left their environment."""
    return _Describer(zones).text(value)


class _Describer:
    def __init__(self, zones: bool) -> None:
        self.zones = zones

    def text(self, value: Any) -> str:
        root = type(value).__module__.partition(".")[0]
        if isinstance(value, np.ufunc):
            return f"ufunc {value.__name__}"
        if isinstance(value, type) or callable(value):
            return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value)}".replace(
                "._core", ".core"
            )
        how = getattr(self, f"_{root}", None)
        if how is not None:
            found: str = how(value)
            return found
        if isinstance(value, datetime.tzinfo):
            return self.zone(value)
        return self._plain(value)

    def many(self, items: Any) -> str:
        return ", ".join(map(self.text, items))

    def _plain(self, value: Any) -> str:
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self.text(k)}: {self.text(v)}' for k, v in value.items())}}}"
        if isinstance(value, list | tuple):
            return f"{type(value).__name__}({self.many(value)})"
        if isinstance(value, datetime.datetime):
            return f"datetime({value.isoformat()} {value.fold} {self.zone(value.tzinfo)})"
        if isinstance(value, datetime.time):
            return f"time({value.replace(tzinfo=None).isoformat()} {value.fold} {self.zone(value.tzinfo)})"
        return f"{type(value).__name__}({value!r})"

    _builtins = _datetime = _plain

    def zone(self, zone: Any) -> str:
        """A zone by its name, or its distance from UTC where it has none."""
        if zone is None:
            return "naive"
        name = getattr(zone, "key", None) or getattr(zone, "zone", None) or _dateutil_name(zone)
        if name is None:
            name = f"{zone.utcoffset(None)} {zone.tzname(None)}" if self.zones else f"{zone.utcoffset(None)}"
        if name in ("UTC", "0:00:00", "Etc/UTC"):
            name = "UTC"
        return f"{type(zone).__module__.partition('.')[0]}:{name}" if self.zones else name

    _zoneinfo = zone
    _pytz = zone
    _dateutil = zone

    # numpy

    def _numpy(self, value: Any) -> str:
        if isinstance(value, np.ma.MaskedArray):
            return f"masked({self.text(value.data)} {self.text(np.ma.getmaskarray(value))} {value.fill_value.item()})"
        if isinstance(value, np.ndarray):
            items = value.ravel().tolist()
            where = f"{value.shape} {value.flags.writeable}"
            return f"{type(value).__name__}<{self.dtype(value.dtype)} {where}>({self.many(items)})"
        if isinstance(value, np.dtype):
            return f"dtype({self.dtype(value)})"
        if isinstance(value, np.generic):
            return f"{value.dtype.str}({value.tobytes().hex()})"
        return self._random(value)

    def _random(self, value: Any) -> str:
        if isinstance(value, np.random.Generator):
            return f"Generator({self.text(value.bit_generator)})"
        if isinstance(value, np.random.RandomState):
            return f"RandomState({self.text(value.get_state(legacy=False))})"
        if isinstance(value, np.random.BitGenerator):
            seed = value.seed_seq
            return f"{self.text(value.state)} of {self.text(seed) if seed is not None else None}"
        if isinstance(value, np.random.SeedSequence):
            return f"SeedSequence({self.text(value.state)} {value.generate_state(2).tolist()})"
        return f"{type(value).__name__}({value!r})"

    def dtype(self, dtype: Any) -> str:
        """A dtype by what it means."""
        if isinstance(dtype, np.dtype):
            if dtype.kind == "T":
                return f"StringDType({dtype.coerce}, {getattr(dtype, 'na_object', '')!r})"
            return str(dtype.descr) if dtype.names else dtype.str
        kind = type(dtype).__name__
        if kind == "StringDtype":
            return f"string[{dtype.storage.removesuffix('_numpy')}, {dtype.na_value!r}]"
        if kind == "DatetimeTZDtype":
            return f"datetime[{dtype.unit}, {self.zone(dtype.tz)}]"
        if kind == "PeriodDtype":
            return f"period[{self.text(dtype.freq)}]"
        if kind == "IntervalDtype":
            return f"interval[{self.dtype(dtype.subtype)}, {dtype.closed}]"
        if kind == "CategoricalDtype":
            inner = None if dtype.categories is None else self.text(dtype.categories)
            return f"category[{inner}, {dtype.ordered}]"
        if kind == "SparseDtype":
            return f"sparse[{self.dtype(dtype.subtype)}, {dtype.fill_value!r}]"
        return str(dtype)

    # pandas

    def _pandas(self, value: Any) -> str:
        import pandas as pd

        if value is pd.NaT or value is pd.NA:
            return repr(value)
        if isinstance(value, pd.DataFrame):
            columns = [self.column(value.iloc[:, at]) for at in range(value.shape[1])]
            labels = f"{self.text(value.columns)}; {self.text(value.index)}"
            return f"frame({'; '.join(columns)}; {labels}; {self.marks(value)})"
        if isinstance(value, pd.Series):
            return (
                f"series({self.column(value)}; {self.text(value.index)}; {self.text(value.name)}; {self.marks(value)})"
            )
        if isinstance(value, pd.Index):
            return self.index(value)
        if isinstance(value, pd.Timestamp):
            return f"Timestamp({value.isoformat()} {value.unit} {value.fold} {self.zone(value.tz)})"
        if isinstance(value, pd.Timedelta):
            return f"Timedelta({value.isoformat()} {value.unit})"
        if isinstance(value, pd.Period):
            return f"Period({value.ordinal} {self.text(value.freq)})"
        if isinstance(value, pd.Interval):
            return f"Interval({self.text(value.left)} {self.text(value.right)} {value.closed})"
        if isinstance(value, pd.offsets.BaseOffset):
            return self.offset(value)
        return self.dtype(value)

    def offset(self, value: Any) -> str:
        """Class and arguments, which are the same in every release; names are not."""
        how = {k: v for k, v in value.kwds.items() if k not in ("offset", "calendar", "method")}
        at = "".join(f" {(value + _moment(day)).isoformat()}" for day in (1, 40, 200))
        said = sorted((k, self.text(v)) for k, v in how.items())
        return f"{type(value).__name__}({value.n} {value.normalize} {said}{at})"

    def column(self, series: Any) -> str:
        """dtype and elements."""
        array = series.array
        kind = self.dtype(series.dtype)
        inside = ""
        if kind.startswith("sparse"):
            inside = f"{type(array.sp_index).__name__} "
        if hasattr(array, "_mask"):
            inside = f"{np.asarray(array._mask).tolist()} "
        return f"{kind}: {inside}{self.many(series.tolist())}"

    def index(self, value: Any) -> str:
        """Class, dtype, names, frequency and elements."""
        import pandas as pd

        names = self.text(list(value.names))
        if isinstance(value, pd.MultiIndex):
            levels = "; ".join(self.text(level) for level in value.levels)
            return f"MultiIndex({levels}; {[list(map(int, c)) for c in value.codes]}; {names}; {value.sortorder})"
        if isinstance(value, pd.RangeIndex):
            return f"RangeIndex({value.start} {value.stop} {value.step} {names})"
        freq = getattr(value, "freq", None)
        said = f"{type(value).__name__}<{self.dtype(value.dtype)}>"
        return f"{said}({self.many(value.tolist())}; {names}; {self.text(freq)})"

    def marks(self, value: Any) -> str:
        """attrs and flags."""
        return f"{value.attrs} {value.flags.allows_duplicate_labels}"

    # pyarrow, polars

    def _pyarrow(self, value: Any) -> str:
        import pyarrow as pa

        if isinstance(value, pa.ChunkedArray):
            return f"chunked<{value.type}>({[len(c) for c in value.chunks]} {value.to_pylist()})"
        if isinstance(value, pa.Array) and pa.types.is_timestamp(value.type):
            return f"arrow<{value.type}>({value.cast('int64').to_pylist()})"
        if isinstance(value, pa.Array):
            items = [float(x) if isinstance(x, np.floating) else x for x in value.to_pylist()]
            return f"arrow<{value.type}>({items})"
        if isinstance(value, pa.Table | pa.RecordBatch):
            return f"{type(value).__name__}({self._pyarrow(value.schema)} {value.to_pylist()})"
        if isinstance(value, pa.Schema):
            return f"schema({'; '.join(map(self._pyarrow, value))} {value.metadata})"
        if isinstance(value, pa.Field):
            return f"field({value.name} {value.type} {value.nullable} {value.metadata})"
        if isinstance(value, pa.Scalar):
            return f"scalar<{value.type}>({value.as_py()!r})"
        return f"arrow type({value})"

    def _polars(self, value: Any) -> str:
        import polars as pl

        if isinstance(value, pl.DataFrame):
            return f"frame({'; '.join(self._polars(value[c]) for c in value.columns)} {value.shape})"
        if isinstance(value, pl.Series):
            kind = "Categorical" if value.dtype == pl.Categorical else str(value.dtype)
            return f"series({value.name} {kind} {value.to_list()})"
        if isinstance(value, pl.LazyFrame):
            return f"lazy({self._polars(value.collect())})"
        if isinstance(value, pl.Schema):
            return f"schema({dict(value)})"
        return f"{type(value).__name__}({value})"


def _dateutil_name(zone: Any) -> str | None:
    file = getattr(zone, "_filename", None)
    return "/".join(str(file).split("/")[-2:]) if file else None


def _moment(day: int) -> Any:
    import pandas as pd

    return pd.Timestamp("2024-01-03 10:00") + pd.Timedelta(days=day)
