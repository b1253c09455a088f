"""Models on data: what counts as a prediction, columns by name, and errors of models."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.predictions.predicting import (
    changed_place,
    differing,
    has_column,
    labelled,
    predicted,
    row_labels,
    target_of,
)
from nbmodelver.comparison.predictions.predictions import Predictions, prediction_diff
from nbmodelver.errors import NotPredictable

pd = pytest.importorskip("pandas")
linear = pytest.importorskip("sklearn.linear_model")

FRAME = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [1.0, 0, 1, 0]}, index=list("wxyz"))
LABELS = ["no", "no", "yes", "yes"]


def test_a_classifier_has_labels_and_probabilities():
    found = predicted(linear.LogisticRegression().fit(FRAME, LABELS), FRAME)
    assert found.classes == ("no", "yes")
    assert found.probabilities.shape == (4, 2)
    assert found.values.tolist() == LABELS
    assert found.is_numeric is False


def test_a_regression_has_numbers():
    found = predicted(linear.LinearRegression().fit(FRAME, [0.0, 1, 2, 3]), FRAME)
    assert (found.is_numeric, found.classes, found.probabilities) == (True, (), None)


def test_columns_are_taken_by_name():
    model = linear.LinearRegression().fit(FRAME, [0.0, 1, 2, 3])
    other = FRAME.assign(c=1)[["c", "b", "a"]]
    assert predicted(model, other).values == pytest.approx([0, 1, 2, 3])
    with pytest.raises(NotPredictable, match=r"it was fitted on columns that are not there: b$"):
        predicted(model, FRAME[["a"]])


def test_polars_frames_are_taken_by_name_too():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"b": [1.0, 0, 1, 0], "a": [0.0, 1, 2, 3]})
    model = linear.LinearRegression().fit(FRAME, [0.0, 1, 2, 3])
    assert predicted(model, frame).values == pytest.approx([0, 1, 2, 3])
    assert has_column(frame, "a")


def test_a_model_that_raises_or_cannot_predict():
    class Broken:
        def predict(self, rows):
            raise ZeroDivisionError("no")

    class Wide:
        def predict(self, rows):
            return np.zeros((4, 2))

    for model, says in (
        (Broken(), "ZeroDivisionError: no"),
        (Wide(), r"shape \[4, 2\]"),
        (3, "a int has no method predict"),
        (linear.LinearRegression(), "NotFittedError"),
    ):
        with pytest.raises(NotPredictable, match=says):
            predicted(model, FRAME)


def test_a_classifier_without_probabilities():
    svm = pytest.importorskip("sklearn.svm")
    found = predicted(svm.LinearSVC(dual=True).fit(FRAME, LABELS), FRAME)
    assert (found.probabilities, found.classes) == (None, ("no", "yes"))


def test_a_network_predicts_in_evaluation_mode():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(0.9))
    rows = torch.ones(5, 2)
    assert predicted(network, rows).values.tolist() == predicted(network, np.ones((5, 2))).values.tolist()
    assert predicted(network, rows).values.dtype.kind == "i"
    assert predicted(torch.nn.Linear(2, 1), FRAME).is_numeric


def test_targets():
    assert target_of(FRAME[["a"]]).tolist() == [0, 1, 2, 3]
    assert target_of(None, FRAME, "b").tolist() == [1, 0, 1, 0]
    with pytest.raises(NotPredictable, match="one value a row"):
        target_of(FRAME)
    assert has_column(FRAME, "a")
    assert not has_column(np.ones(3), "a")


def test_rows_have_the_labels_of_the_index():
    model = linear.LogisticRegression().fit(FRAME, LABELS)
    other = linear.LogisticRegression().fit(FRAME, LABELS[::-1])
    found = prediction_diff(predicted(model, FRAME), predicted(other, FRAME), np.array(LABELS))
    assert sorted(e.label for e in labelled(found, row_labels(FRAME)).examples) == list("wxyz")
    assert sorted(e.label for e in labelled(found, row_labels(FRAME.to_numpy())).examples) == [0, 1, 2, 3]


def test_rows_that_differ_between_two_runs_are_counted():
    words = Predictions(np.array(["a", "b", None], dtype=object))
    assert differing(words, Predictions(np.array(["a", "c", None], dtype=object))) == 1
    numbers = np.array([1.0, np.nan, 3.0])
    assert differing(Predictions(numbers), Predictions(numbers * (1 + 1e-9))) == 0
    assert differing(Predictions(numbers), Predictions(numbers[:2])) == 3
    sides = [Predictions(np.array([0, 0]), np.array([[0.9, 0.1], [0.6, p]]), (0, 1)) for p in (0.4, 0.41)]
    assert differing(*sides) == 1


def test_the_place_of_a_change_is_found_in_frames_and_arrays():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})
    assert changed_place(frame, frame.copy()) == ""
    assert changed_place(frame, frame.assign(b=[3, 5])) == "b[1]"
    assert changed_place(frame, frame[["a"]]) != ""
    assert changed_place(np.zeros((2, 2)), np.eye(2)) == "[0, 0]"
