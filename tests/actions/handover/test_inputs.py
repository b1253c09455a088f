"""The inputs of a model: types, limits and categories, and the lines that make the same rows again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nbmodelver.actions.handover.inputs import InputColumn, Inputs, column_of, of_interface

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("values", "json_type", "limits"),
    [
        (np.zeros(2, "int8"), "integer", (-128, 127)), (np.zeros(2, "uint16"), "integer", (0, 65535)),
        (np.zeros(2, "float16"), "number", (-65504.0, 65504.0)), (np.zeros(2), "number", (None, None)),
        (np.zeros(2, bool), "boolean", (None, None)), (pd.Series([1], dtype="Int32"), "integer", (-(2**31), 2**31 - 1)),
        (pd.Series(["a"]), "string", (None, None)),
        (np.zeros(2, "float32"), "number", (float(np.finfo("f4").min), float(np.finfo("f4").max))),
    ],
)  # fmt: skip
def test_a_dtype_has_a_type_of_json_and_limits(values, json_type, limits) -> None:
    found = column_of("a", values)
    assert (found.type, found.json, (found.minimum, found.maximum)) == (str(values.dtype), json_type, limits)


def test_the_lines_make_the_same_frame_again(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a b": [1, 2], "c": pd.Categorical(["x", "y"], ["y", "x", "z"], ordered=True)})
    frame = frame.astype({"a b": "uint8"})
    inputs = Inputs("frame", tuple(column_of(name, frame[name]) for name in frame))
    (tmp_path / "signature.json").write_text(json.dumps(inputs.to_dict()))
    scope = {"HERE": tmp_path, "json": json}
    exec("\n    ".join(["def rows_of(data):", *inputs.read()]), scope)
    pd.testing.assert_frame_equal(scope["rows_of"](frame.values.tolist()), frame)
    assert inputs.needs == "pandas"


def test_the_lines_make_the_same_array_again() -> None:
    inputs = Inputs("array", (column_of("0", np.zeros(1, "float32")),) * 2)
    scope: dict = {}
    exec("\n    ".join(["def rows_of(data):", *inputs.read()]), scope)
    found = scope["rows_of"]([[1.0, 2.5]])
    assert (found.dtype, found.tolist()) == (np.dtype("float32"), [[1.0, 2.5]])
    assert inputs.to_dict()["shape"] == [None, 2]
    assert inputs.needs == "numpy"


def test_without_an_example_the_model_says_what_it_takes() -> None:
    assert of_interface({"inputs": ["a", "b"]}) == Inputs("frame", (InputColumn("a"), InputColumn("b")))
    assert of_interface({"inputs": 1}) == Inputs("array", (InputColumn("0", "float64", "number"),))
    assert of_interface({"outputs": ["yes"]}) is None


def test_names_that_are_there_twice_are_found() -> None:
    assert Inputs("frame", tuple(InputColumn(name) for name in "abca")).repeated == ("a",)
