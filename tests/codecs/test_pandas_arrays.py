"""pandas: each extension array comes back with its dtype and its missing values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import registry
from nbmodelver.testing.codecs import CodecContract, Sample

pd = pytest.importorskip("pandas")
registry.library("pandas")
from nbmodelver.codecs import pandas_arrays  # noqa: E402  # only where pandas is installed

SAMPLES = {
    "integers": lambda: pd.array([1, None, 3], dtype="Int16"),
    "floats": lambda: pd.array([1.5, None], dtype="Float32"),
    "booleans": lambda: pd.array([True, None]),
    "moments": lambda: pd.array(pd.to_datetime(["2026-01-01", None]).tz_localize("Europe/Paris")),
    "spans": lambda: pd.array(pd.to_timedelta(["1h", None])),
    "periods": lambda: pd.array(pd.period_range("2026", periods=3, freq="M")),
    "categories": lambda: pd.Categorical(["a", None, "b"], categories=["b", "a", "z"], ordered=True),
    "intervals": lambda: pd.arrays.IntervalArray.from_breaks([0, 1, 2.5], closed="left"),
    "sparse": lambda: pd.arrays.SparseArray([0, 0, 1, 2], fill_value=0, kind="block"),
    "sparse integers": lambda: pd.arrays.SparseArray([np.nan, 1.0], kind="integer"),
}


class TestContract(CodecContract):
    samples = tuple(Sample(label, build) for label, build in SAMPLES.items())

    def is_equal(self, a: Any, b: Any) -> bool:
        pd.testing.assert_extension_array_equal(a, b)
        return bool(a.dtype == b.dtype)


def test_the_tags_are_on_disk_and_never_change() -> None:
    codecs = (
        pandas_arrays.MASKED, pandas_arrays.DATETIMELIKE, pandas_arrays.CATEGORICAL, pandas_arrays.STRINGS,
        pandas_arrays.NUMPY, pandas_arrays.INTERVALS, pandas_arrays.SPARSE, pandas_arrays.ARROW,
    )  # fmt: skip
    names = ["masked", "datetimelike", "categorical", "strings", "numpy", "intervals", "sparse", "arrow"]
    assert [codec.tag for codec in codecs] == [f"pandas.{name}" for name in names]
