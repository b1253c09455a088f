"""pandas: frames and series as Parquet, and the comparison with what is read from it."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.codecs import registry

pd = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
registry.library("pandas")
from nbmodelver.codecs import pandas_open  # noqa: E402  # only where pandas is installed


def frame() -> Any:
    return pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.array([1, None], dtype="Int64")})


@pytest.mark.parametrize(
    ("value", "form"), [(frame(), "parquet"), (frame()["a"], "parquet-series"), (pd.Series([1.5]), "parquet-series")]
)
def test_a_frame_or_series_is_read_from_parquet_as_it_was(value: Any, form: str) -> None:
    found = pandas_open.to_open_format(value)
    assert found is not None
    assert (found[0], found[1][:4]) == (form, b"PAR1")
    assert repr(pandas_open.comparable(found[2])) == repr(pandas_open.comparable(value))


@pytest.mark.parametrize(
    "value",
    [pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({"a": [1, "x", object()]}), pd.Index([1]), 3],
    ids=["two names alike", "objects", "an index", "a number"],
)
def test_what_parquet_cannot_represent_has_no_open_format(value: Any) -> None:
    assert pandas_open.to_open_format(value) is None


def test_a_difference_is_seen_and_invisible_state_is_not() -> None:
    one, other = frame(), frame()
    other.loc[0, "a"] = 9
    assert repr(pandas_open.comparable(one)) != repr(pandas_open.comparable(other))
    dates = pd.DataFrame({"d": pd.date_range("2026", periods=2)})
    assert pandas_open.comparable(dates)[0] == pandas_open.comparable(dates.iloc[[0, 1]])[0]
