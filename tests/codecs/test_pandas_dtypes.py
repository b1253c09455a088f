"""pandas: dtypes, offsets and scalars come back equal."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.codecs import registry
from nbmodelver.testing.codecs import CodecContract, Sample

pd = pytest.importorskip("pandas")
registry.library("pandas")
from nbmodelver.codecs import pandas_dtypes  # noqa: E402  # only where pandas is installed

SAMPLES = {
    "an offset": lambda: pd.offsets.BusinessHour(2, start="08:00"),
    "a zone": lambda: pd.DatetimeTZDtype("us", "Europe/Paris"),
    "a period dtype": lambda: pd.PeriodDtype("M"),
    "an interval dtype": lambda: pd.IntervalDtype("float64", "left"),
    "categories": lambda: pd.CategoricalDtype(["b", "a"], ordered=True),
    "a sparse dtype": lambda: pd.SparseDtype("int64", 0),
    "a masked dtype": pd.UInt8Dtype,
    "a timestamp": lambda: pd.Timestamp("2026-10-25 01:30", tz="UTC").tz_convert("Europe/Paris"),
    "a moment in seconds": lambda: pd.Timestamp("1500-01-01").as_unit("s"),
    "a span": lambda: pd.Timedelta("1h 2s"),
    "a period": lambda: pd.Period("2026-03", "M"),
    "an interval": lambda: pd.Interval(0, 1.5, "both"),
}


class TestContract(CodecContract):
    samples = tuple(Sample(label, build, identity=False, links=False) for label, build in SAMPLES.items())


@pytest.mark.parametrize("value", [pd.NaT, pd.NA])
def test_a_missing_value_is_the_one_of_pandas(value: Any) -> None:
    codec = pandas_dtypes.NAT if value is pd.NaT else pandas_dtypes.NA
    assert codec.restore(()) is value


@pytest.mark.parametrize("state", [("DateOffsetOfMine", 1, False), ("Timestamp", 1, False)])
def test_a_state_that_names_no_offset_is_refused(state: tuple[Any, ...]) -> None:
    with pytest.raises((AttributeError, TypeError)):
        pandas_dtypes.OFFSET.restore(state)


def test_only_masked_dtypes_are_made_by_name() -> None:
    with pytest.raises(ValueError, match="not a dtype"):
        pandas_dtypes.MASKED_DTYPE.restore(("DataFrame",))
