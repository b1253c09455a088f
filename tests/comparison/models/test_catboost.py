"""Trees of CatBoost models: oblivious ones, whose levels ask one question, and others."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.models.catboost import trees

catboost = pytest.importorskip("catboost")

X = np.random.default_rng(0).normal(size=(300, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


def fitted(**more):
    return catboost.CatBoostClassifier(iterations=3, depth=3, verbose=False, allow_writing_files=False, **more).fit(
        X, Y
    )


def test_an_oblivious_tree_has_one_split_for_each_level():
    found = trees(fitted())
    assert (len(found.trees), found.is_boosted) == (3, True)
    assert {(t.leaves, t.depth, sum(t.splits.values())) for t in found.trees} == {(8, 3, 3)}
    assert {f for t in found.trees for f in t.splits} <= {f"feature {i}" for i in range(4)} | set("0123")


def test_other_trees_have_a_split_for_each_inner_node():
    found = trees(fitted(grow_policy="Lossguide", max_leaves=5))
    assert all(t.leaves == sum(t.splits.values()) + 1 for t in found.trees)


def test_the_same_fit_has_the_same_trees_and_another_seed_others():
    first, second, other = ([t.key for t in trees(fitted(random_seed=s)).trees] for s in (0, 0, 1))
    assert first == second
    assert first != other


def test_pools_and_models_that_are_not_fitted_have_none():
    assert trees(catboost.Pool(X, Y)) is None
    assert trees(catboost.CatBoostClassifier()) is None
