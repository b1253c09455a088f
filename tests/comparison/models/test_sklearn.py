"""Trees and weights of scikit-learn models."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from nbmodelver.comparison.models.sklearn import tensors, trees

X = np.random.default_rng(0).normal(size=(200, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.mark.parametrize(
    ("model", "count", "is_boosted"),
    [
        (DecisionTreeClassifier(max_depth=3), 1, False),
        (RandomForestClassifier(5, random_state=0), 5, False),
        (GradientBoostingClassifier(n_estimators=4), 4, True),
        (HistGradientBoostingClassifier(max_iter=3), 3, True),
        (AdaBoostClassifier(n_estimators=2, random_state=0), 2, True),
        (BaggingClassifier(n_estimators=3, max_features=2, random_state=0), 3, False),
    ],
)
@pytest.mark.filterwarnings("ignore:.*SAMME.R:FutureWarning")  # scikit-learn 1.4 and 1.5
def test_each_ensemble_has_its_trees(model, count, is_boosted):
    found = trees(model.fit(X, Y))
    assert found is not None
    assert (len(found.trees), found.is_boosted) == (count, is_boosted)
    assert all(t.leaves == sum(t.splits.values()) + 1 for t in found.trees)


def test_leaves_and_depth_are_those_of_the_tree():
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, Y)
    (tree,) = trees(model).trees
    assert (tree.leaves, tree.depth) == (model.get_n_leaves(), model.get_depth())
    assert set(tree.splits) <= {f"feature {i}" for i in range(4)}


def test_the_same_fit_gives_the_same_keys_and_another_one_others():
    def keys(seed):
        return [t.key for t in trees(RandomForestClassifier(3, random_state=seed).fit(X, Y)).trees]

    assert keys(0) == keys(0)
    assert not set(keys(0)) & set(keys(1))


def test_models_without_trees_have_none():
    for value in (LogisticRegression().fit(X, Y), DecisionTreeClassifier(), 3):
        assert trees(value) is None


def test_a_perceptron_has_weights_and_biases_by_layer():
    model = MLPClassifier((5,), max_iter=5, random_state=0)
    assert tensors(model) is None
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(X, Y)
    found = tensors(model)
    assert {n: t.shape for n, t in found.items()} == {
        "layer 1.weights": (4, 5), "layer 1.biases": (5,), "layer 2.weights": (5, 1), "layer 2.biases": (1,),
    }  # fmt: skip
    assert found["layer 1.weights"].read() is model.coefs_[0]
