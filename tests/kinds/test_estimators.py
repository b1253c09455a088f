"""Fitted attributes and importances, which models of all libraries have in common."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from nbmodelver.kinds import estimators


def test_attributes_that_fit_sets_are_named_by_shape_or_length() -> None:
    model = SimpleNamespace(alpha=1.0, coef_=np.zeros((2, 3)), classes_=["a", "b"], n_=5, _private_=1)
    found = estimators.fitted(model)
    assert found["is_fitted"] is True
    assert found["fitted"] == {"classes_": "2 list items", "coef_": "numpy.ndarray [2, 3]", "n_": 5} or found[
        "fitted"
    ] == {"classes_": "2 list items", "coef_": "float64 [2, 3]", "n_": 5}
    assert estimators.fitted(SimpleNamespace(alpha=1.0)) == {"fitted": {}, "is_fitted": False}


def test_importances_are_sorted_by_size_and_limited() -> None:
    assert estimators.importances(["a", "b", "c"], [0.1, -0.7, 0.2]) == {
        "importances": [["b", -0.7], ["c", 0.2], ["a", 0.1]]
    }
    many = estimators.importances(None, np.arange(100))["importances"]
    assert isinstance(many, list)
    assert (len(many), many[0]) == (estimators.MAX_FEATURES, ["x99", 99.0])
    assert estimators.importances(None, []) == {}


def test_weights_of_several_classes_are_averaged() -> None:
    assert estimators.importances(None, [[1.0, -2.0], [3.0, 0.0]]) == {"importances": [["x0", 2.0], ["x1", 1.0]]}


def test_the_first_attribute_that_the_model_has_counts() -> None:
    model = SimpleNamespace(coef_=[1.0, 2.0], feature_names_in_=["a", "b"])
    found = estimators.importances_of(model, "feature_importances_", "coef_")
    assert found == {"importances": [["b", 2.0], ["a", 1.0]]}
    assert estimators.importances_of(model, "feature_importances_") == {}
