"""Estimators of scikit-learn in the format of skops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from nbmodelver.codecs.open_models import OpenModel
from nbmodelver.codecs.sklearn_open import to_open_model
from nbmodelver.comparison.agreement import agreement

pytest.importorskip("skops")
X = np.random.default_rng(0).normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        make_pipeline(StandardScaler(), RandomForestClassifier(4, random_state=np.random.RandomState(1))),
        HistGradientBoostingClassifier(max_iter=4),
    ],
)
def test_an_estimator_comes_back_with_equal_state(model) -> None:
    found = to_open_model(model.fit(X, Y))
    assert isinstance(found, OpenModel)
    assert (found.format, list(found.files), found.needs) == ("skops", ["model.skops"], ("skops",))
    assert agreement(model, found.again)[0] == "bit-identical"
    assert b"pickle" not in found.files["model.skops"]


def test_an_estimator_that_skops_does_not_hold_says_so() -> None:
    model = FunctionTransformer(lambda x: x)
    assert str(to_open_model(model)).startswith("skops does not hold it")
