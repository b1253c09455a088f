"""Trees of LightGBM models."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.models.lightgbm import trees

lightgbm = pytest.importorskip("lightgbm")
pytest.importorskip("sklearn")

X = np.random.default_rng(0).normal(size=(300, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def model():
    return lightgbm.LGBMClassifier(n_estimators=4, verbose=-1).fit(X, Y)


def test_a_wrapper_and_its_booster_have_the_same_trees(model):
    found = trees(model)
    assert found == trees(model.booster_)
    assert (len(found.trees), found.is_boosted) == (4, True)
    assert all(t.leaves == sum(t.splits.values()) + 1 for t in found.trees)
    assert all(t.depth > 1 for t in found.trees)


def test_other_data_gives_other_trees(model):
    other = lightgbm.LGBMClassifier(n_estimators=4, verbose=-1).fit(X, 1 - Y)
    assert not {t.key for t in trees(model).trees} & {t.key for t in trees(other).trees}


def test_models_without_trees_have_none():
    assert trees(lightgbm.LGBMClassifier()) is None
    assert trees(3) is None
