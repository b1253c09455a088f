"""The copy in ONNX is compared with the model: labels have to be equal, and the largest difference is stated."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from nbmodelver.actions.handover.behaviour import Behaviour, behaviour_of, different_labels, largest_difference
from nbmodelver.actions.handover.example_rows import ExampleRows
from nbmodelver.actions.handover.inputs import Inputs, column_of
from nbmodelver.codecs.open_models import OnnxCopy, OpenModel
from nbmodelver.errors import UsageError

X = np.random.default_rng(0).normal(size=(20, 2))
ROWS = ExampleRows("X", Inputs("array", (column_of("0", X),) * 2), tuple(map(tuple, X.tolist())), X)
CLASSIFIER = LogisticRegression().fit(X, X[:, 0] > 0)
REGRESSOR = LinearRegression().fit(X, X[:, 0])


class Made(OpenModel):
    """The files of a model with a copy that a test made."""

    made: OnnxCopy | str = ""

    def to_onnx(self, rows: object) -> OnnxCopy | str:
        assert rows is X
        return self.made


def files(made: OnnxCopy | str) -> OpenModel:
    found = Made("skops", {}, (), None)
    object.__setattr__(found, "made", made)
    return found


def test_equal_labels_state_the_largest_difference_of_probabilities() -> None:
    moved = CLASSIFIER.predict_proba(X)
    moved[3, 1] += 0.25
    copy = OnnxCopy(b"file", CLASSIFIER.predict(X).tolist(), moved.tolist())
    found = behaviour_of("clf", CLASSIFIER, files(copy), ROWS)
    assert found.phrase == "20 labels equal, largest difference of probabilities 0.25"
    assert found.to_dict() == {
        "file": "model.onnx", "rows": 20, "compared": "labels", "largest_difference": pytest.approx(0.25),
    }  # fmt: skip
    assert found.data == b"file"


def test_other_labels_are_refused_with_their_number() -> None:
    labels = CLASSIFIER.predict(X).tolist()
    labels[0] = not labels[0]
    with pytest.raises(UsageError, match="the ONNX copy of 'clf' predicts other labels for 1 of 20 rows"):
        behaviour_of("clf", CLASSIFIER, files(OnnxCopy(b"", labels, None)), ROWS)


def test_probabilities_of_another_shape_are_refused() -> None:
    copy = OnnxCopy(b"", CLASSIFIER.predict(X).tolist(), [[1.0]] * 20)
    with pytest.raises(UsageError, match="probabilities of another shape"):
        behaviour_of("clf", CLASSIFIER, files(copy), ROWS)


def test_numbers_agree_within_float32() -> None:
    own = REGRESSOR.predict(X)
    near = OnnxCopy(b"", own.astype("float32").tolist(), None)
    found = behaviour_of("model", REGRESSOR, files(near), ROWS)
    assert (found.what, found.rows) == ("numbers", 20)
    assert found.largest is not None
    assert 0 < found.largest < 1e-6
    assert found.phrase.startswith("20 numbers agree, largest relative difference ")
    far = OnnxCopy(b"", (own * 1.01).tolist(), None)
    with pytest.raises(UsageError, match=r"differ by 0\.01 of the largest one"):
        behaviour_of("model", REGRESSOR, files(far), ROWS)
    with pytest.raises(UsageError, match="differ in their shape"):
        behaviour_of("model", REGRESSOR, files(OnnxCopy(b"", own.tolist()[1:], None)), ROWS)


def test_without_rows_or_without_a_copy_there_is_a_reason() -> None:
    with pytest.raises(UsageError, match="cannot be compared without rows"):
        behaviour_of("clf", CLASSIFIER, files(""), None)
    with pytest.raises(UsageError, match="'clf' cannot be copied to ONNX: a reason"):
        behaviour_of("clf", CLASSIFIER, files("a reason"), ROWS)


def test_labels_without_probabilities_are_only_counted() -> None:
    assert Behaviour(b"", 7, "labels", None).phrase == "7 labels equal"
    assert different_labels(["a", "b"], ["a", "c"]) == 1
    assert different_labels(["a", "b"], ["a"]) == 2


@pytest.mark.parametrize(
    ("one", "two", "largest"),
    [
        ([1.0, -4.0], [1.0, -3.0], 0.25), ([0.0], [0.5], 0.5), ([[2.0, 0.0]], [[2.0, 1.0]], 0.5), ([], [], 0.0),
        ([1.0], [float("nan")], None), ([[1.0]], [1.0], None), ([1.0, 2.0], [1.0], None),
    ],
)  # fmt: skip
def test_the_largest_difference_is_relative_to_the_largest_number(one, two, largest) -> None:
    assert largest_difference(one, two) == largest
    assert largest_difference([2.0], [1.0], is_relative=False) == 1.0
