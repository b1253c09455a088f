"""pandas: frames, series and indexes come back with labels, dtypes, flags and attrs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import registry
from nbmodelver.testing.codecs import CodecContract, Sample, restored

pd = pytest.importorskip("pandas")
registry.library("pandas")
from nbmodelver.codecs import pandas_frames  # noqa: E402  # only where pandas is installed


def mixed() -> Any:
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": pd.Categorical(["x", "y"])}, index=["r", "s"])
    frame.attrs["unit"] = "m"
    return frame


FRAMES = {
    "mixed columns": mixed,
    "no rows": lambda: mixed().iloc[:0],
    "no columns": lambda: pd.DataFrame(index=range(3)),
    "two names alike": lambda: pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
    "a series": lambda: pd.Series([1, 2], index=pd.date_range("2026", periods=2), name="s"),
    "no duplicates": lambda: pd.Series([1, 2]).set_flags(allows_duplicate_labels=False),
}
INDEXES = {
    "labels": lambda: pd.Index(["a", "b"], name="n"),
    "a range": lambda: pd.RangeIndex(1, 9, 2, name="r"),
    "dates": lambda: pd.date_range("2026", periods=3, freq="MS"),
    "levels": lambda: pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None]),
}


class TestContract(CodecContract):
    samples = (
        *(Sample(label, build) for label, build in FRAMES.items()),
        *(Sample(label, build, links=False) for label, build in INDEXES.items()),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        if isinstance(a, pd.Index):
            pd.testing.assert_index_equal(a, b, exact=True)
            return list(a.names) == list(b.names) and getattr(a, "freq", None) == getattr(b, "freq", None)
        check = pd.testing.assert_frame_equal if isinstance(a, pd.DataFrame) else pd.testing.assert_series_equal
        check(a, b, check_flags=True, check_freq=True)
        return bool(a.attrs == b.attrs)


def test_attributes_that_a_user_set_need_pickle_and_come_back() -> None:
    frame = mixed()
    with pytest.warns(UserWarning, match="new attribute name"):
        frame.study = ["x"]
    assert pandas_frames.user_attributes(frame) == {"study": ["x"]}
    assert restored({"x": frame})["x"].study == ["x"]
