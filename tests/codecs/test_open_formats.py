"""A value is written in an open format only if the format represents it exactly."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from nbmodelver.codecs.open_formats import to_open_format


def test_plain_values_are_json() -> None:
    found = to_open_format({"a": [1, 2.5, None, "é"]})
    assert found is not None
    assert (found.format, json.loads(found.data)) == ("json", {"a": [1, 2.5, None, "é"]})


def test_an_array_is_npy() -> None:
    found = to_open_format(np.arange(6, dtype=">f4").reshape(2, 3))
    assert found is not None
    again = np.load(io.BytesIO(found.data), allow_pickle=False)
    assert (found.format, again.dtype, again.tolist()) == ("npy", ">f4", [[0, 1, 2], [3, 4, 5]])


@pytest.mark.parametrize("value", [(1, 2), {1: "a"}, float("nan"), {"a": {1, 2}}, np.array([None]), object()])
def test_a_value_that_would_change_has_no_open_format(value: object) -> None:
    assert to_open_format(value) is None
