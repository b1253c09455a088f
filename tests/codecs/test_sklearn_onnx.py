"""A copy of the behaviour of an estimator in ONNX, and what onnxruntime predicts with it."""

from __future__ import annotations

import copy
import io
from importlib import metadata

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from nbmodelver.codecs import sklearn_onnx
from nbmodelver.codecs.open_models import OnnxCopy, OpenModel
from nbmodelver.codecs.sklearn_onnx import missing_packages, to_onnx
from nbmodelver.errors import UsageError

onnx = pytest.importorskip("onnx")
pytest.importorskip("skl2onnx")
pytest.importorskip("onnxruntime")
X = np.random.default_rng(0).normal(size=(80, 3))
Y = np.where(X[:, 0] > 0, "yes", "no")
FRAME = pd.DataFrame(X, columns=["a", "v5", "c c"]).assign(
    n=range(80), is_new=X[:, 1] > 0, town=np.where(X[:, 2] > 0, "Köln", "Bonn"),
    size=pd.Categorical(np.where(X[:, 2] > 1, "s", "m"), ["m", "s"]),
)  # fmt: skip
NUMBERS = FRAME[["a", "v5", "c c", "n", "is_new"]]


def mixed():
    encode = (OneHotEncoder(), ["town", "size"])
    return make_pipeline(make_column_transformer(encode, remainder="passthrough"), RandomForestClassifier(4))


@pytest.mark.parametrize(
    ("model", "rows", "inputs"),
    [
        (make_pipeline(StandardScaler(), RandomForestClassifier(4)), X, ["X"]),
        (LogisticRegression(max_iter=2000), NUMBERS, ["X"]),
        (KNeighborsClassifier(), X, ["X"]),
        (mixed(), FRAME, list(FRAME)),
    ],
)
def test_a_classifier_predicts_the_same_labels(model, rows, inputs) -> None:
    model.fit(rows, Y)
    found = to_onnx(model, rows)
    assert isinstance(found, OnnxCopy)
    assert found.predictions == model.predict(rows).tolist()
    assert np.abs(np.array(found.probabilities) - model.predict_proba(rows)).max() < 1e-5
    read = onnx.load(io.BytesIO(found.data))
    assert [i.name for i in read.graph.input] == inputs
    onnx.checker.check_model(read)
    again = to_onnx(copy.deepcopy(model), rows)
    assert isinstance(again, OnnxCopy)
    assert again == found


@pytest.mark.parametrize(("names", "given"), [(["a b", "a-b"], "a_b"), (["label", "x"], "label1")])
def test_columns_that_cannot_be_told_apart_are_a_reason(names: list[str], given: str) -> None:
    frame = FRAME[["town"]].assign(**dict(zip(names, X.T[:2], strict=True)))
    encode = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression()).fit(frame, Y)
    assert to_onnx(model, frame) == f"ValueError: the columns of the input '{given}' cannot be told apart"


def test_a_column_that_the_model_drops_is_no_input() -> None:
    model = make_pipeline(make_column_transformer((OneHotEncoder(), ["town"])), LogisticRegression()).fit(FRAME, Y)
    found = to_onnx(model, FRAME)
    assert isinstance(found, OnnxCopy)
    assert found.predictions == model.predict(FRAME).tolist()


def test_numbers_have_no_probabilities() -> None:
    found = to_onnx(LinearRegression().fit(X, X[:, 1]), X)
    assert isinstance(found, OnnxCopy)
    assert found.probabilities is None
    assert np.abs(np.array(found.predictions) - X[:, 1]).max() < 1e-5


def test_a_model_of_an_older_operator_set_is_written() -> None:
    model = IsolationForest(n_estimators=5, random_state=0).fit(X)
    found = to_onnx(model, X)
    assert isinstance(found, OnnxCopy)
    assert found.predictions == model.predict(X).tolist()


def test_what_cannot_be_written_has_a_reason() -> None:
    model = make_pipeline(FunctionTransformer(np.log1p), LinearRegression()).fit(np.abs(X), X[:, 0])
    assert "FunctionTransformer" in str(to_onnx(model, np.abs(X)))


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_packages() == []
    monkeypatch.setattr(sklearn_onnx, "find_spec", lambda name: None if name == "skl2onnx" else True)
    files = OpenModel("skops", {}, (), LinearRegression().fit(X, X[:, 0]))
    with pytest.raises(UsageError, match="ONNX needs skl2onnx") as caught:
        files.to_onnx(X)
    assert caught.value.hint == "install them: pip install skl2onnx"


def test_only_estimators_are_copied() -> None:
    assert OpenModel("pickle", {}, (), {"a": 1}).to_onnx(X) == "only estimators of scikit-learn can be written as ONNX"


def test_the_packages_are_those_of_the_extra() -> None:
    lines = [line for line in metadata.requires("nbmodelver") or [] if line.endswith('extra == "onnx"')]
    assert all(any(line.startswith(name) for line in lines) for name in sklearn_onnx.PACKAGES) or not lines
