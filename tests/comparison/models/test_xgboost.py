"""Trees of XGBoost models."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.models.xgboost import trees

xgboost = pytest.importorskip("xgboost")
pytest.importorskip("sklearn")

X = np.random.default_rng(0).normal(size=(300, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def model():
    return xgboost.XGBClassifier(n_estimators=4).fit(X, Y)


def test_a_wrapper_and_its_booster_have_the_same_trees(model):
    found = trees(model)
    assert found == trees(model.get_booster())
    assert (len(found.trees), found.is_boosted) == (4, True)
    assert all(t.leaves == sum(t.splits.values()) + 1 for t in found.trees)
    assert all(t.depth > 1 for t in found.trees)


def test_other_data_gives_other_trees(model):
    other = xgboost.XGBClassifier(n_estimators=4).fit(X, 1 - Y)
    assert not {t.key for t in trees(model).trees} & {t.key for t in trees(other).trees}


def test_models_without_trees_have_none():
    assert trees(xgboost.XGBClassifier()) is None
    assert trees(3) is None


@pytest.mark.filterwarnings("ignore:.*gblinear:UserWarning")  # XGBoost 3.4 deprecates it
def test_a_linear_booster_has_no_trees():
    assert trees(xgboost.XGBClassifier(booster="gblinear", n_estimators=2).fit(X, Y)) is None
