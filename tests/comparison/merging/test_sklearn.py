"""The mean of two linear models, and what has none."""

from __future__ import annotations

import copy

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeRegressor

from nbmodelver.comparison.merging.sklearn import average
from nbmodelver.comparison.merging.weights import Averaged
from nbmodelver.errors import NotMergeable

X = np.random.default_rng(0).normal(size=(100, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("model", [LinearRegression(), LogisticRegression(), LinearSVC(dual=False)])
def test_coefficients_and_intercept_are_means_and_the_rest_is_ours(model):
    ours, theirs = copy.deepcopy(model).fit(X, Y), copy.deepcopy(model).fit(X, X[:, 1] > 0)
    expected = [(a + b) / 2 for a, b in ((ours.coef_, theirs.coef_), (ours.intercept_, theirs.intercept_))]
    if isinstance(model, LogisticRegression | LinearSVC):
        theirs.classes_ = ours.classes_
    found = Averaged()
    assert average("", ours, theirs, found) is ours
    assert np.allclose(ours.coef_, expected[0])
    assert np.allclose(ours.intercept_, expected[1])
    assert (found.tensors, found.from_ours) == (2, ["its other attributes"])


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        (DecisionTreeRegressor().fit(X, Y), DecisionTreeRegressor().fit(X, Y), "trees have no mean"),
        (SVC().fit(X, Y), SVC().fit(X, Y), "is no linear model"),
        (LogisticRegression().fit(X, Y), LogisticRegression().fit(X, Y + 1), "its classes_ differs"),
        (LinearRegression().fit(X, Y), LinearRegression().fit(X[:, :2], Y), "its n_features_in_ differs"),
        (LinearRegression(), LinearRegression(), "it is not fitted: it has no coef_"),
        (LinearRegression().fit(X, Y), LinearRegression().fit(X, np.c_[Y, Y]), "the shape of its coef_ differs"),
    ],
)
def test_models_without_a_mean_are_refused(ours, theirs, message):
    with pytest.raises(NotMergeable, match=message):
        average("", ours, theirs, Averaged())
