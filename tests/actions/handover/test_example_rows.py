"""The example: a few rows of a dataset that fits the model, as JSON that gives the same rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import nbmodelver as mv
from nbmodelver.actions.handover.example_rows import example_of, predict_of
from nbmodelver.errors import UnknownName

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame({"a": [1.5, 2.0, 0.1] * 3, "b": range(9)})
MODEL = LinearRegression().fit(FRAME, FRAME["a"])


def test_the_dataset_with_a_role_comes_first_and_gives_the_same_rows(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    other = pd.DataFrame({"c": [1.0]})
    version = repo.commit({"other": other, "all": FRAME, "X_test": FRAME.tail(7)}, roles={"X_test": "test"})
    rows = example_of(repo, version, MODEL)
    assert rows is not None
    assert (rows.name, rows.count) == ("X_test", 5)
    given = json.loads(json.dumps(rows.to_dict()))
    types = dict(zip(given["columns"], given["dtypes"], strict=True))
    again = pd.DataFrame(given["data"], columns=given["columns"]).astype(types)
    pd.testing.assert_frame_equal(again, rows.rows, check_exact=True)
    assert [(c.name, c.type) for c in rows.inputs.columns] == [("a", "float64"), ("b", "int64")]
    assert rows.predicted(MODEL) == MODEL.predict(again).tolist()


def test_an_array_has_positions_as_inputs(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    array = np.arange(12.0).reshape(6, 2)
    version = repo.commit({"X": array, "model": 1})
    model = LinearRegression().fit(array, array[:, 0])
    rows = example_of(repo, version, model)
    assert rows is not None
    assert rows.inputs.kind == "array"
    assert [(c.name, c.type) for c in rows.inputs.columns] == [("0", "float64"), ("1", "float64")]


def test_the_number_of_rows_and_the_call_of_a_booster(tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    repo = mv.open(tmp_path, create=True)
    booster = xgboost.train({}, xgboost.DMatrix(FRAME, FRAME["a"]), 2)
    rows = example_of(repo, repo.commit({"X": FRAME}), booster, count=7)
    assert rows is not None
    assert (rows.count, rows.predict) == (7, predict_of(booster))
    assert rows.predict != predict_of(MODEL)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME.rename(columns={"a": "z"}),
        FRAME.assign(b=pd.Timestamp("2026-01-01")),
        FRAME.assign(a=np.nan),
        FRAME.rename(columns={"a": 0}),
    ],
)
def test_data_that_does_not_fit_is_no_example(tmp_path: Path, frame: pd.DataFrame) -> None:
    repo = mv.open(tmp_path, create=True)
    version = repo.commit({"data": frame, "text": "no data"})
    assert example_of(repo, version, MODEL) is None
    assert example_of(repo, version, MODEL, "data") is None
    with pytest.raises(UnknownName, match="v1 has no 'dat'"):
        example_of(repo, version, MODEL, "dat")
