"""Dtypes are exact as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nbmodelver.codecs.dtypes import dtype_from_state, dtype_state


@pytest.mark.parametrize(
    "dtype",
    [
        np.dtype(">i4"),
        np.dtype("M8[ms]"),
        np.dtype([("a", "<f8"), ("b", ">i2", (2, 3))]),
        np.dtype([("a", "i1"), ("b", "f8")], align=True),
        np.dtype({"names": ["x"], "formats": ["f4"], "offsets": [4], "itemsize": 16}),
        np.dtype([(("a title", "a"), "i4")]),
        np.dtype("S7"),
    ],
    ids=str,
)
def test_a_dtype_is_equal_after_json(dtype: np.dtype[np.void]) -> None:
    again = dtype_from_state(json.loads(json.dumps(dtype_state(dtype))))
    assert again == dtype
    assert (again.itemsize, again.isalignedstruct, again.fields) == (
        dtype.itemsize,
        dtype.isalignedstruct,
        dtype.fields,
    )


@pytest.mark.parametrize("state", ["no dtype", {"fields": 3}, None, ["<f8"]])
def test_another_state_is_refused(state: object) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        dtype_from_state(state)
