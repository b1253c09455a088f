"""scikit-learn: an estimator of another release is said to be one, and what it lacks is named."""

from __future__ import annotations

import warnings
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.codecs import graph, notes, registry
from nbmodelver.errors import LoadedDifferently
from nbmodelver.repo import open_repo

sklearn = pytest.importorskip("sklearn")
from sklearn.base import BaseEstimator  # noqa: E402
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor  # noqa: E402
from sklearn.linear_model import Ridge  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import Pipeline, make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

X = np.arange(40.0).reshape(20, 2)
Y = X[:, 0] * 2


def of_release(version: str, estimator: Any, *without: str) -> Any:
    """The estimator as that release of scikit-learn would have pickled it: its mark, and without some parameters."""

    def state(self: Any) -> dict[str, Any]:
        own = {name: value for name, value in vars(self).items() if name not in without}
        return own | {"_sklearn_version": version}

    cls = type(estimator)
    patched = pytest.MonkeyPatch()
    patched.setattr(cls, "__getstate__", state)
    try:
        draft = graph.capture({"model": estimator}).groups[0]
    finally:
        patched.undo()
    return draft


def told(draft: Any) -> list[str]:
    loader = graph.Loader({}, lambda _key: None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph.decode(draft, loader)
    return [note for _names, note in loader.load_notes]


def test_the_release_is_named_and_scikit_learn_does_not_warn_beside() -> None:
    draft = of_release("1.0.1", Ridge().fit(X, Y))
    assert told(draft) == [f"made with scikit-learn 1.0.1, here {sklearn.__version__}"]


def test_a_parameter_that_did_not_come_is_named_with_the_ways_out() -> None:
    made_with, lacks = told(of_release("1.0.1", Ridge().fit(X, Y), "positive"))
    assert made_with.startswith("made with scikit-learn 1.0.1")
    assert lacks == (
        f"Ridge lacks 'positive', which scikit-learn {sklearn.__version__} needs: it can fail when used;"
        " fit it again, or load it with scikit-learn 1.0.1"
    )


def test_an_estimator_of_this_release_is_loaded_without_a_word() -> None:
    assert told(graph.capture({"model": make_pipeline(StandardScaler(), Ridge()).fit(X, Y)}).groups[0]) == []


def test_other_warnings_get_through() -> None:
    with notes.collected() as heard, warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with registry.attending(["sklearn.base:BaseEstimator"]):
            warnings.warn("something else", stacklevel=1)
    assert [str(w.message) for w in seen] == ["something else"]
    assert heard == []


class Wrapped(BaseEstimator):
    def __init__(self, inner: Any = None, *, many: int = 1, **rest: Any) -> None:
        self.inner = inner
        self.many = many
        self.rest = rest


def broken() -> Any:
    made = Ridge().fit(X, Y)
    del made.solver
    return made


def in_search() -> Any:
    search = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [1.0, 2.0]}, cv=2).fit(X, Y)
    del search.best_estimator_.named_steps["ridge"].solver
    return search


def in_forest() -> Any:
    forest = RandomForestRegressor(3).fit(X, Y)
    del forest.estimators_[2].criterion
    return forest


def in_array_of_trees() -> Any:
    boost = GradientBoostingRegressor(n_estimators=2).fit(X, Y)
    del boost.estimators_[1, 0].criterion
    return boost


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (broken, "Ridge lacks 'solver'"),
        (lambda: [1, {"m": broken()}], "Ridge lacks 'solver'"),
        (lambda: Namespace(model=broken()), "Ridge lacks 'solver'"),
        (lambda: Wrapped(broken()), "Ridge lacks 'solver'"),
        (in_search, "Ridge lacks 'solver'"),
        (in_forest, "DecisionTreeRegressor lacks 'criterion'"),
        (in_array_of_trees, "DecisionTreeRegressor lacks 'criterion'"),
    ],
)
def test_an_estimator_inside_is_found(make: Any, says: str) -> None:
    from nbmodelver.codecs import sklearn as codec

    with notes.collected() as heard:
        codec.examine(make())
    assert [note.startswith(says) for note in heard] == [True]
    assert "load it with the release that made it" in heard[0]


def test_a_default_of_the_class_is_no_lack() -> None:
    from nbmodelver.codecs import sklearn as codec

    class Old(Ridge):
        added = 1

        def __init__(self, alpha: float = 1.0, added: int = 1) -> None:
            self.alpha = alpha

    assert codec.lacking(Old()) == ()
    assert codec.lacking(Wrapped()) == ()


def test_loops_and_large_data_are_no_trouble() -> None:
    from nbmodelver.codecs import sklearn as codec

    loop: list[Any] = [broken()]
    loop.append(loop)
    assert len(list(codec.estimators([loop, np.arange(1e6), list(range(1000))]))) == 1


def test_load_warns_with_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Pipeline([("scale", StandardScaler()), ("model", Ridge())]).fit(X, Y)
    repo = open_repo(tmp_path, create=True)
    del pipe.named_steps["model"].solver
    repo.commit({"pipe": pipe, "n": 1})
    with pytest.warns(LoadedDifferently, match="^pipe: Ridge lacks 'solver'"):
        repo.load("HEAD")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repo.load("HEAD", ["n"]) == {"n": 1}
