"""scikit-learn: estimators are models."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.testing.kinds import KindContract, KindSample
from tests.kinds.samples import profiled

linear_model = pytest.importorskip("sklearn.linear_model")
pipeline = pytest.importorskip("sklearn.pipeline")
tree = pytest.importorskip("sklearn.tree")


class TestContract(KindContract):
    samples = (
        KindSample(
            "a regression", lambda: fitted(1.0), "model", ("params", "fitted", "importances"), lambda: fitted(2.0)
        ),
        KindSample("an unfitted tree", lambda: tree.DecisionTreeClassifier(max_depth=3), "model", ("params",)),
        KindSample("a pipeline", lambda: pipeline.make_pipeline(fitted(1.0)), "model", ("params", "steps")),
    )


def fitted(alpha: float) -> Any:
    return linear_model.Ridge(alpha=alpha).fit([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], [0.0, 1.0, 2.0])


def test_an_estimator_shows_parameters_fitted_attributes_and_importances():
    data = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [1.0, 0, 1, 0]})
    model = RandomForestClassifier(5, random_state=0)
    assert profiled(model)["is_fitted"] is False
    found = profiled(model.fit(data, [0, 0, 1, 1]))
    assert found["params"]["n_estimators"] == 5
    assert found["fitted"]["classes_"] == "int64 [2]"
    assert found["trees"] == 5
    assert {name for name, _ in found["importances"]} == {"a", "b"}
    linear = profiled(LinearRegression().fit(data, [0, 1, 2, 3]))
    assert linear["importances"][0][0] == "a"
    assert linear["importances"][0][1] == pytest.approx(1.0)
    pipe = profiled(make_pipeline(StandardScaler()).fit(data))
    assert pipe["steps"] == ["standardscaler: sklearn.preprocessing.StandardScaler"]
    assert pipe["is_fitted"] is True
