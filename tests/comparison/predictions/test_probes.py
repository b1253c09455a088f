"""Kept predictions, and what they differ in."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.predictions.predictions import Predictions
from nbmodelver.comparison.predictions.probes import MOST_ROWS, differences, length_of, probe, rows_of, rows_to_probe
from nbmodelver.errors import NotPredictable


class Doubles:
    """A model that doubles the first column."""

    def predict(self, rows):
        return np.asarray(rows, float)[:, 0] * 2


def test_the_same_rows_are_taken_each_time_and_not_too_many() -> None:
    assert rows_to_probe(3) == [0, 1, 2]
    first = rows_to_probe(10_000)
    assert len(first) == MOST_ROWS
    assert first == sorted(set(first)) == rows_to_probe(10_000)


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"a": [1, 2, 3]}, index=["x", "y", "z"]),
        np.array([[1], [2], [3]]),
        [[1], [2], [3]],
        pytest.importorskip("polars").DataFrame({"a": [1, 2, 3]}),
    ],
    ids=["pandas", "numpy", "list", "polars"],
)
def test_rows_are_taken_by_position(data) -> None:
    assert length_of(data) == 3
    assert probe(Doubles(), data, [0, 2]) == {"values": [2.0, 6.0]}


def test_sparse_rows_are_taken() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    assert rows_of(sparse.csr_matrix([[1, 0], [0, 2]]), [1]).toarray().tolist() == [[0, 2]]


@pytest.mark.parametrize("data", [3, {"a": 1}, object()])
def test_what_has_no_rows_is_refused(data) -> None:
    with pytest.raises(NotPredictable):
        rows_of(data, range(length_of(data)))


@pytest.mark.parametrize(
    ("kept", "now", "found"),
    [
        ([1.0, 2.0], [1.0, 2.0], (0, 0.0)),
        ([1.0, 2.0], [1.0, 2.0 + 1e-12], (0, pytest.approx(1e-12, rel=1e-3))),
        ([1.0, 2.0], [1.0, 2.5], (1, 0.5)),
        ([math.nan, 2.0], [math.nan, 2.0], (0, 0.0)),
        ([math.nan, 2.0], [1.0, 2.0], (1, math.inf)),
        ([1.0], [1.0, 2.0], (2, math.inf)),
    ],
)
def test_numbers_differ_beyond_rounding(kept, now, found) -> None:
    assert differences({"values": kept}, Predictions(np.array(now))) == found


def test_labels_and_probabilities_are_compared() -> None:
    kept = {"values": ["a", "b"], "probabilities": [[0.9, 0.1], [0.2, 0.8]]}
    now = Predictions(np.array(["a", "a"]), np.array([[0.9, 0.1], [0.6, 0.4]]), ("a", "b"))
    assert differences(kept, now) == (1, pytest.approx(0.4))
    assert differences({"values": [1, 2]}, Predictions(np.array([1, 2]))) == (0, 0.0)
    other = Predictions(np.array(["a", "b"]), np.array([[0.9], [0.2]]), ("a",))
    assert differences(kept, other) == (0, math.inf)
