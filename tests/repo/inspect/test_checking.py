"""The checks of a version: which are due, what they find in scalers and pipelines, and what an error does."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nbmodelver as mv
from nbmodelver.actions.conditions import conditions_met


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


@pytest.fixture
def data():
    return load_wine(as_frame=True).data


def commit(repo, **values):
    repo.commit(values)
    return repo.check(live=values)


def told(findings):
    return [(f.id, f.level, f.text) for f in findings.found]


def test_a_scaler_that_was_fitted_before_the_split_is_an_alarm(repo, data):
    train, test = train_test_split(data, random_state=0)
    honest = commit(repo, X_train=train, X_test=test, scaler=StandardScaler().fit(train))
    assert (honest.found, honest.clean) == ((), ("leak:X_train,X_test", "fitted:scaler,X_test"))
    found = commit(repo, X_train=train, X_test=test, scaler=StandardScaler().fit(data))
    text = "scaler was fitted on X_train and X_test together (178 rows)"
    assert told(found) == [("fitted:scaler,X_test", "alarm", text)]
    assert found.found[0].command == "%mv_diff v1 v2 scaler"


def test_the_sets_may_be_the_output_of_the_scaler(repo, data):
    scaler = StandardScaler()
    a, b = train_test_split(scaler.fit_transform(data), random_state=0)
    assert [i for i, _, _ in told(commit(repo, X_train=a, X_test=b, scaler=scaler))] == ["fitted:scaler,X_test"]


def test_a_scaler_of_three_sets_is_found_for_each_of_them(repo, data):
    train, rest = train_test_split(data, random_state=0)
    val, test = train_test_split(rest, random_state=0)
    found = commit(repo, X_train=train, X_val=val, X_test=test, scaler=StandardScaler().fit(data))
    text = "scaler was fitted on X_train, X_val and X_test together (178 rows)"
    assert sorted(told(found)) == [(f"fitted:scaler,{name}", "alarm", text) for name in ("X_test", "X_val")]


@pytest.mark.parametrize(("metrics", "level"), [({}, "note"), ({"acc": 0.9}, "alarm")])
def test_a_pipeline_that_was_fitted_on_everything_is_an_alarm_if_it_has_a_score(repo, data, metrics, level):
    train, test = train_test_split(data, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data, data["hue"] > 1)
    repo.commit({"X_train": train, "X_test": test, "model": model}, metrics=metrics)
    assert [(i, lv) for i, lv, _ in told(repo.check())] == [("fitted:model,X_test", level)]


def test_a_finding_about_a_scaler_stays_with_the_version_that_brought_it_in(repo, data):
    train, test = train_test_split(data, random_state=0)
    values = {"X_train": train, "X_test": test, "scaler": StandardScaler().fit(data)}
    commit(repo, **values)
    assert [f.since for f in commit(repo, **values, x=1).found] == ["v1"]
    assert told(commit(repo, **values | {"scaler": StandardScaler().fit(train)})) == []


def test_a_script_can_fail_on_it(repo, data):
    train, test = train_test_split(data, random_state=0)
    commit(repo, X_train=train, X_test=test)
    commit(repo, X_train=train, X_test=test, scaler=StandardScaler().fit(data))
    diff = repo.diff("v1", "v2")
    for condition in ("fitted", "fitted:scaler,X_test", "alarm"):
        assert conditions_met(diff, condition) == ("scaler was fitted on X_train and X_test together (178 rows)",)
    assert conditions_met(diff, "leak") == ()
    assert conditions_met(repo.diff("v2", "v1"), "fitted") == ()


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
def test_honest_scalers_and_scaled_sets_are_silent(repo, load):
    X, y = load(return_X_y=True, as_frame=True)
    for seed in range(3):
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
        scaler = StandardScaler().fit(X_train)
        model = make_pipeline(StandardScaler(), LinearRegression()).fit(X_train, y_train)
        sets = {"X_train": X_train, "X_test": X_test, "y_train": y_train, "y_test": y_test}
        scaled = {"X_train_scaled": scaler.transform(X_train), "X_test_scaled": scaler.transform(X_test)}
        assert told(commit(repo, **sets, **scaled, scaler=scaler, model=model)) == []


def test_a_model_that_cannot_be_loaded_is_not_called_clean(repo, data, monkeypatch):
    from nbmodelver.errors import NeedsTrust

    def refuse(*_args, **_more):
        raise NeedsTrust("it came from elsewhere", "")

    train, test = train_test_split(data, random_state=0)
    values = {"X_train": train, "X_test": test}
    repo.commit({**values, "scaler": StandardScaler().fit(data)})
    monkeypatch.setattr(type(repo), "loaded", refuse)
    found = repo.check(live=values)
    assert "fitted:scaler,X_test" not in found.clean
    assert "fitted:scaler,X_test" in found.not_comparable


def test_a_user_class_in_a_pipeline_is_never_asked(repo, data):
    def refuse(*_args, **_more):
        raise AssertionError("a method of a user's class was called")

    Own = type("StandardScaler", (StandardScaler,), {})
    train, test = train_test_split(data, random_state=0)
    model = make_pipeline(Own(), "passthrough").fit(data)
    values = {"X_train": train, "X_test": test, "model": model}
    repo.commit(values)
    Own.transform = Own.fit = Own.predict = Own.__len__ = Own.__eq__ = Own.__repr__ = refuse
    found = repo.check(live=values)
    assert (told(found), found.clean) == ([], ("leak:X_train,X_test",))
