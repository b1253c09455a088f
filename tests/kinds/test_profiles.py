"""Profiles are valid JSON, bounded, and never raise."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from nbmodelver.kinds import profile
from tests.kinds.samples import FRAME, column, profiled


@pytest.mark.parametrize(
    "value",
    [
        pd.Series([1, 2], name="s"), pd.Index(["a"]), pd.MultiIndex.from_tuples([(1, "a")]), pd.DataFrame(),
        pd.DataFrame([[1, 2]], columns=["x", "x"]), pd.DataFrame({("a", 1): [1]}), pd.DataFrame({"v": [[1], {}]}),
        pd.Categorical(["a"]), np.empty((0, 3)), np.array(5.0), np.ones((2, 3, 4)), np.array([1 + 2j]),
        np.array([object(), None]), np.array(["a", "bc"]), np.array([b"x"]), np.ma.array([1, 2], mask=[0, 1]),
        np.zeros(3, dtype=[("a", "i4"), ("b", "U3")]), np.array(["2026", "NaT"], dtype="M8[D]"),
        np.array([1e308, -1e308]), np.array([np.nan]), np.ones((3, 100)), np.array([1.5], dtype=np.float16),
        np.array([2**63], dtype=np.uint64), {"train": FRAME}, [FRAME], None, 3, 1e400, "x" * 9999, {"a": {"b": [1]}},
        datetime.date(2026, 1, 1), object(), len, int,
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_odd_values_have_a_profile(value):
    assert "incomplete" not in profiled(value).get("note", "")


def test_a_value_that_breaks_is_noted_and_not_raised():
    class Broken(pd.DataFrame):
        @property
        def shape(self):
            raise RuntimeError("no")

    found = profile("dataset", Broken({"a": [1]}))
    assert found["note"] == "incomplete: RuntimeError: no"


def test_sparse_arrow_xarray_and_tensors_have_their_facts():
    import pyarrow as pa
    import scipy.sparse as sp
    import torch
    import xarray as xr

    assert profiled(sp.eye_array(4).tocsr())["density"] == 0.25
    assert profiled(pa.chunked_array([[1, 2], [3]]))["columns"][0]["max"] == 3
    assert profiled(xr.DataArray(np.ones((2, 3)), dims=("a", "b"), name="v"))["dims"] == {"a": 2, "b": 3}
    assert column(profiled(xr.Dataset({"v": ("a", [1.0, 2.0])})), "v")["mean"] == 1.5
    assert profiled(torch.ones(2, 3, dtype=torch.bfloat16))["dtype"] == "bfloat16"
    assert profiled(torch.utils.data.TensorDataset(torch.ones(4, 2)))["shape"] == [4]
