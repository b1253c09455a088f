"""Trees of two models, and the section about them."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison import Side, sections_of
from nbmodelver.comparison.models.layers import layers
from nbmodelver.comparison.models.tree_diff import TreeData, TreeEnsemble, tree_diff, trees_of
from nbmodelver.comparison.models.trees import section, summary, trees
from tests.kinds.samples import profiled

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


def side(value):
    return Side("model", lambda: profiled(value), lambda: value, "v1")


def ensemble(keys, *, is_boosted=False, splits=None):
    splits = splits or {"a": 3, "b": 1}
    return TreeEnsemble(tuple(TreeData(key.encode(), 4, 2, splits) for key in keys), is_boosted)


@pytest.mark.parametrize(
    ("before", "after", "is_boosted", "said"),
    [
        ("abc", "abc", False, "3 trees: all equal"),
        ("abc", "abcde", False, "3 → 5 trees: the first 3 equal · 2 added · splits per feature the same"),
        ("abcde", "abc", True, "5 → 3 trees: the first 3 equal · 2 removed · splits per feature the same"),
        ("abc", "xbc", False, "3 trees: 2 equal · 1 replaced · splits per feature the same"),
        ("abc", "xbcd", False, "3 → 4 trees: 2 equal · 1 removed · 2 added · splits per feature the same"),
        ("abc", "xyz", False, "3 trees: none equal · 3 replaced · splits per feature the same"),
        (
            "abc",
            "abx",
            True,
            "3 trees: equal up to tree 2, the later ones depend on them · splits per feature the same",
        ),
        ("abc", "xyz", True, "3 trees: the first differs, and all others depend on it · splits per feature the same"),
    ],
)
def test_one_sentence(before, after, is_boosted, said):
    sides = (ensemble(keys, is_boosted=is_boosted) for keys in (before, after))
    assert summary(tree_diff(*sides)) == said


def test_splits_per_feature():
    found = tree_diff(ensemble("a"), ensemble("b", splits={"a": 1, "c": 3}))
    assert found.moved_splits == pytest.approx(0.75)
    rows = {r.cells[0]: r.cells[1:3] for r in section("m", found).rows}
    assert rows["splits on c"] == ("0.0 %", "75.0 %")


def models(library):
    """A function that returns a fitted model with a number of trees."""
    module = pytest.importorskip(library)
    if library == "lightgbm":
        return lambda n: module.LGBMClassifier(n_estimators=n, num_leaves=4, verbose=-1).fit(X, Y)
    if library == "xgboost":
        return lambda n: module.XGBClassifier(n_estimators=n, max_depth=2).fit(X, Y)
    return lambda n: module.CatBoostClassifier(
        iterations=n, depth=2, verbose=0, learning_rate=0.1, allow_writing_files=False
    ).fit(X, Y)


@pytest.mark.parametrize("library", ["lightgbm", "xgboost", "catboost"])
def test_more_rounds_are_an_equal_prefix(library):
    fit = models(library)
    found = trees("m", side(fit(3)), side(fit(5)))
    assert found.note.startswith("3 → 5 trees: the first 3 equal · 2 added")
    assert trees("m", side(fit(3)), side(fit(3))).note == "3 trees: all equal"
    facts = {r.cells[0]: r.cells[2] for r in found.rows}
    assert facts["depth of a tree (largest)"] in (2, 3)
    assert facts["leaves of a tree (median)"] == 4


@pytest.mark.parametrize("library", ["lightgbm", "xgboost", "catboost"])
def test_other_data_is_another_first_tree(library):
    fit = models(library)
    old = fit(3)
    flipped = np.where(X[:, 2] > 0, 1, 0)
    new = type(old)(**old.get_params()).fit(X, flipped)
    assert "the first differs" in trees("m", side(old), side(new)).note


@pytest.mark.parametrize("policy", ["SymmetricTree", "Depthwise", "Lossguide"])
def test_each_shape_of_a_catboost_tree(policy):
    catboost = pytest.importorskip("catboost")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd")).assign(k=RNG.choice(["u", "v", "w"], 300))
    model = catboost.CatBoostClassifier(
        iterations=4, depth=2, verbose=0, grow_policy=policy, cat_features=["k"], allow_writing_files=False
    ).fit(frame, Y)
    found = trees_of(model)
    assert len(found.trees) == 4
    assert {"a", "b"} <= found.split_shares().keys()
    assert tree_diff(found, trees_of(model)).same


def sklearn_model(name, **options):
    module = pytest.importorskip("sklearn.ensemble")
    return getattr(module, name)(**{"random_state": 0, **options})


def test_a_forest_that_grew_and_one_with_another_seed():
    def forest(n, seed=0):
        return sklearn_model("RandomForestClassifier", n_estimators=n, random_state=seed).fit(X, Y)

    assert trees("m", side(forest(10)), side(forest(12))).note.startswith("10 → 12 trees: the first 10 equal · 2 added")
    assert trees("m", side(forest(10)), side(forest(10, 1))).note.startswith("10 trees: none equal · 10 replaced")


@pytest.mark.filterwarnings("ignore:The SAMME.R algorithm:FutureWarning")  # Of scikit-learn 1.4 and 1.5.
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("GradientBoostingClassifier", {"n_estimators": 5}),
        ("HistGradientBoostingClassifier", {"max_iter": 5}),
        ("AdaBoostClassifier", {"n_estimators": 5}),
    ],
)
def test_boosted_trees(name, options):
    found = trees_of(sklearn_model(name, **options).fit(X, Y))
    assert (len(found.trees), found.is_boosted) == (5, True)
    assert sum(found.split_shares().values()) == pytest.approx(1)
    assert tree_diff(found, trees_of(sklearn_model(name, **options).fit(X, Y))).same


def test_pipelines_and_searches_have_the_trees_of_their_model():
    pipeline = pytest.importorskip("sklearn.pipeline")
    scaler = pytest.importorskip("sklearn.preprocessing").StandardScaler()
    search = pytest.importorskip("sklearn.model_selection").GridSearchCV
    forest = sklearn_model("ExtraTreesClassifier", n_estimators=3)
    whole = search(pipeline.make_pipeline(scaler, forest), {"extratreesclassifier__max_depth": [2]}, cv=2).fit(X, Y)
    assert max(t.depth for t in trees_of(whole).trees) == 2


def test_names_of_features_and_a_single_tree():
    pandas = pytest.importorskip("pandas")
    tree = pytest.importorskip("sklearn.tree").DecisionTreeClassifier(random_state=0)
    found = trees_of(tree.fit(pandas.DataFrame(X, columns=list("abcd")), Y))
    assert len(found.trees) == 1
    assert found.split_shares().keys() <= set("abcd")


@pytest.mark.parametrize("drawn", [1, 3])
def test_bagged_trees_name_the_features_that_they_drew(drawn):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd")).assign(a=0.0, b=0.0)
    bagging = sklearn_model("BaggingClassifier", n_estimators=8, max_features=drawn)
    assert trees_of(bagging.fit(frame, X[:, 2] > 0)).split_shares().keys() <= {"c", "d"}


def test_models_without_trees_have_no_section():
    linear = pytest.importorskip("sklearn.linear_model").LogisticRegression().fit(X, Y)
    assert trees_of(linear) is None
    assert trees_of(sklearn_model("RandomForestClassifier")) is None
    assert trees_of(3) is None


def test_the_profile_of_a_forest_is_folded():
    old, new = (sklearn_model("RandomForestClassifier", n_estimators=3, random_state=i).fit(X, Y) for i in (0, 1))
    assert [(s.id, s.folded) for s in sections_of("m", side(old), side(new))] == [
        ("trees.m", False),
        ("profile.m", True),
    ]


def test_a_perceptron_has_layers():
    network = pytest.importorskip("sklearn.neural_network").MLPRegressor
    old, new = (network(hidden_layer_sizes=(4,), max_iter=1000, tol=1e-2, random_state=i).fit(X, Y) for i in (0, 1))
    (found,) = layers("m", side(old), side(new))
    assert "4 tensors: " in found.note
    assert [r.cells[0] for r in found.rows][:2] == ["layer 1.weights", "layer 1.biases"]
    assert layers("m", side(old), side(sklearn_model("RandomForestClassifier"))) == ()
