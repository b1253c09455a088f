"""A version made with other libraries: what comes back otherwise is in the plan, in the answer and said by load."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from nbmodelver.codecs import pandas_dtypes
from nbmodelver.errors import LoadedDifferently, NotLoadable, UsageError
from nbmodelver.model import Group, Kept, ObjectId
from nbmodelver.repo import Repo, open_repo
from nbmodelver.repo.core import environment as surroundings
from nbmodelver.repo.restore.libraries import Releases, sentences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THEN = {"scikit-learn": "1.0.1", "pandas": "9.9", "xgboost-cpu": "2.0"}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Commits from now on are made with these packages."""

    def tell(packages: dict[str, str]) -> None:
        real = surroundings.environment()
        known = real["packages"]
        assert isinstance(known, dict)
        home = importlib.import_module("nbmodelver.repo.commit.commit")
        monkeypatch.setattr(home, "environment", lambda: {**real, "packages": {**known, **packages}})

    return tell


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return open_repo(tmp_path, create=True)


@pytest.fixture
def objects_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on this pandas has no dtype for strings."""

    def none(*_args: Any, **_more: Any) -> Any:
        raise TypeError("no such dtype")

    return lambda: monkeypatch.setattr(pandas_dtypes, "_new_string_dtype", none)


def fitted() -> Any:
    return Ridge().fit(np.arange(6.0).reshape(3, 2), [1, 2, 3])


def test_the_plan_and_the_answer_say_which_release_made_a_model(repo: Repo, elsewhere: Any) -> None:
    elsewhere(THEN)
    repo.commit({"model": fitted(), "models": {"a": fitted()}, "n": 5})
    now = surroundings.environment()["packages"]
    assert isinstance(now, dict)
    said = f"made with scikit-learn 1.0.1, here {now['scikit-learn']}"
    rollback = repo.rollback("HEAD", {})
    plan = repo.planned(rollback, saves_first=False)
    assert plan.notes == (f"model, models: {said}",)
    rollback.load()
    assert rollback.with_load_notes(plan).notes == plan.notes
    with pytest.warns(LoadedDifferently) as heard:
        repo.load("HEAD", ["model"])
    assert [str(w.message) for w in heard] == [f"model: {said}"]


def test_nothing_is_said_of_what_stays(repo: Repo, elsewhere: Any) -> None:
    elsewhere(THEN)
    live = {"model": fitted()}
    repo.commit(live)
    assert repo.plan("HEAD", live).notes == ()


def test_nothing_is_said_where_the_libraries_are_the_same(repo: Repo) -> None:
    repo.commit({"model": fitted(), "frame": pd.DataFrame({"a": ["x"]})})
    assert repo.plan("HEAD", {}).notes == ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        repo.load("HEAD")


def test_the_plan_names_a_dtype_that_is_not_here(repo: Repo, elsewhere: Any, objects_only: Any) -> None:
    elsewhere(THEN)
    repo.commit({"prices": pd.Series(["a"], dtype="string[python]"), "n": np.arange(3)})
    objects_only()
    rollback = repo.rollback("HEAD", {})
    plan = repo.planned(rollback, saves_first=False)
    assert plan.notes == ("prices: object here, was string[python]",)
    assert rollback.load()["prices"].dtype == object
    assert rollback.with_load_notes(plan).notes == plan.notes


def test_what_comes_under_another_name_is_said_under_it(repo: Repo, elsewhere: Any, objects_only: Any) -> None:
    elsewhere(THEN)
    repo.commit({"prices": pd.Series(["a"], dtype="string[python]")})
    objects_only()
    rollback = repo.rollback("HEAD", {}, prefix="old_")
    plan = repo.planned(rollback, saves_first=False)
    rollback.load()
    assert rollback.with_load_notes(plan).notes == ("old_prices: object here, was string[python]",)


def test_the_answer_says_what_only_the_load_could_tell(repo: Repo, objects_only: Any) -> None:
    """As when the version was made without its environment written down, or a library changed in between."""
    repo.commit({"prices": pd.Series(["a"], dtype="string[python]")})
    objects_only()
    rollback = repo.rollback("HEAD", {})
    plan = rollback.plan()
    assert plan.notes == ()
    rollback.load()
    assert rollback.with_load_notes(plan).notes == ("prices: object here, was string[python]",)


def test_what_came_back_otherwise_counts_as_unchanged(repo: Repo, elsewhere: Any, objects_only: Any) -> None:
    elsewhere(THEN)
    repo.commit({"prices": pd.Series(["a"], dtype="string[python]")})
    objects_only()
    live: dict[str, Any] = {}
    rollback = repo.rollback("HEAD", live)
    repo.planned(rollback, saves_first=False)
    live.update(rollback.load())
    rollback.finish()
    assert not repo.is_dirty(live)
    live["prices"] = live["prices"] + "b"
    assert repo.is_dirty(live)


def test_a_profile_does_not_warn(repo: Repo, objects_only: Any) -> None:
    version = repo.commit({"prices": pd.DataFrame({"s": pd.Series(["a"], dtype="string[python]")})})
    objects_only()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repo.profile(version, "prices")["type"] == "pandas.DataFrame"


def test_a_model_that_cannot_be_read_is_sent_to_the_release_that_made_it(
    repo: Repo, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere(THEN)
    repo.commit({"model": fitted()})

    def refuse(_self: Any, _state: Any) -> None:
        raise ValueError("node array from the pickle has an incompatible dtype")

    monkeypatch.setattr(Ridge, "__setstate__", refuse)
    with pytest.raises(NotLoadable, match="incompatible dtype") as caught:
        repo.load("HEAD")
    assert caught.value.hint == "load it in an environment with scikit-learn 1.0.1"


def group(*classes: str, names: tuple[str, ...] = ("m",)) -> Group:
    return Group(names, ObjectId(""), 0, pickled=True, classes=classes)


def kept(name: str, type_: str) -> dict[str, Kept]:
    return {name: Kept(name, 0, "model", type_, ObjectId(""), 0)}


def releases(then: dict[str, str], now: dict[str, str]) -> Releases:
    return Releases({"packages": dict(then)}, {"packages": dict(now)})


def test_a_library_is_known_by_any_of_its_distributions() -> None:
    of = releases({"xgboost-cpu": "3.0"}, {"xgboost": "3.1"})
    found = list(of.made_with(group("xgboost.sklearn:XGBClassifier"), kept("m", "xgboost.XGBClassifier")))
    assert sentences(found) == ["m: made with xgboost 3.0, here 3.1"]


@pytest.mark.parametrize("now", [{"lightgbm": "4.0"}, {}])
def test_nothing_is_said_of_the_same_release_nor_of_a_library_that_is_not_here(now: dict[str, str]) -> None:
    of = releases({"lightgbm": "4.0"}, now)
    assert list(of.made_with(group("lightgbm.sklearn:LGBMClassifier"), {})) == []
    assert of.way_out(["lightgbm.sklearn:LGBMClassifier"]) == ""


def test_only_the_model_of_a_group_is_named() -> None:
    of = releases({"scikit-learn": "1.0"}, {"scikit-learn": "1.1"})
    both = group("sklearn.linear_model._ridge:Ridge", names=("m", "weights"))
    assert sentences(of.made_with(both, kept("m", "sklearn.Ridge"))) == ["m: made with scikit-learn 1.0, here 1.1"]


def test_names_with_one_note_are_one_line_and_many_are_counted() -> None:
    assert sentences([(("a",), "x"), (("b", "c"), "y"), (("d", "a"), "x")]) == ["a, d: x", "b, c: y"]
    assert sentences([((f"n{at}",), "x") for at in range(20)])[0].endswith("n11 and 8 more: x")


def test_the_answer_adds_a_name_that_the_plan_did_not_say(repo: Repo, elsewhere: Any, objects_only: Any) -> None:
    elsewhere(THEN)
    repo.commit({"a": pd.Series(["a"], dtype="string[python]"), "b": 1})
    objects_only()
    rollback = repo.rollback("HEAD", {})
    plan = repo.planned(rollback, saves_first=False)
    rollback.load()
    rollback.load_notes.append((("b",), "object here, was string[python]"))
    assert rollback.with_load_notes(plan).notes == tuple(f"{name}: object here, was string[python]" for name in "ab")


def test_unknown_releases_differ() -> None:
    assert Releases({}, {"packages": {"pandas": "3"}}).differ(["pandas"])
    assert not releases({"pandas": "3"}, {"pandas": "3"}).differ(["pandas", "polars"])


def test_a_purge_does_not_store_what_came_back_otherwise(repo: Repo, objects_only: Any) -> None:
    shared = pd.Series(["a"], dtype="string[python]")
    version = repo.commit({"a": [shared], "b": [shared]})
    assert version.group_of("a") == version.group_of("b")
    objects_only()
    with pytest.raises(UsageError, match="object here, was string"):
        repo.purge("a")
    assert repo["HEAD"].names == ("a", "b")
