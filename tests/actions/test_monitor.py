"""Fresh data is compared with the training set of what is in use, and the outcome is kept."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.actions import monitor
from nbmodelver.actions.monitor import MonitorRequest
from nbmodelver.errors import UnknownModel, UnknownName, UsageError
from nbmodelver.registry import deployments, register
from tests.actions.watched import customers, fresh, watched


@pytest.fixture
def repo():
    return watched()


def compare(repo, live=None, **more):
    return monitor.monitor(repo, MonitorRequest("df", live=fresh() if live is None else live, **more))


def test_the_training_set_of_what_is_in_production_is_found(repo):
    found = compare(repo)
    assert (found.shown, found.name, found.rows, found.failed) == ("churn/1.0.0", "df_train", (600, 300), ())
    assert found.at_utc


def test_drift_is_told_kept_and_an_alarm(repo):
    found = compare(repo, fresh(income=2.0))
    assert [(d.column, d.verdict) for d in found.drifts] == [("income", "moved strongly")]
    assert repo.alarm_of("v1") == f"fresh data drifted from df_train: income moved strongly ({found.drifts[0].effect})"
    compare(repo)
    assert repo.alarm_of("v1") == ""


@pytest.mark.parametrize(
    ("conditions", "fails"),
    [
        ("drift", True),
        ("drift:0.9", False),
        ("drift:0.2", True),
        ("drift:age", False),
        ("drift:age,drift:income", True),
    ],
)
def test_a_condition_decides_what_is_an_alarm(repo, conditions, fails):
    found = compare(repo, fresh(income=2.0), conditions=conditions)
    assert bool(found.failed) is fails
    assert bool(repo.alarm_of("v1")) is fails


def test_other_conditions_are_refused_before_anything_is_kept(repo):
    before = repo.moves.log.count()
    with pytest.raises(UsageError, match="'leak' is no condition on fresh data"):
        compare(repo, conditions="leak")
    assert repo.moves.log.count() == before


def test_a_sentence_names_three_columns(repo):
    data = fresh(income=3.0).assign(age=lambda d: d.age * 3, plan="d", zip="00")
    compare(repo, data)
    assert repo.alarm_of("v1").count("(") == 3
    assert repo.alarm_of("v1").endswith("more")


def test_what_is_deployed_comes_before_the_stage(repo):
    repo.commit({"df_train": customers(seed=3), "clf": repo.load("v1")["clf"]}, "second")
    register.register(repo, register.RegisterRequest("churn", "v2", "clf"))
    number = register.reading.versions(repo, "churn")[0].number
    deployments.deploy(repo, deployments.DeployRequest(f"churn/{number}", "eu", "release"))
    assert compare(repo).shown == f"churn/{number}"
    deployments.deploy(repo, deployments.DeployRequest("churn/1.0.0", "us", "old"))
    with pytest.raises(UsageError, match="several versions are in use"):
        compare(repo)
    assert compare(repo, model="churn@production").shown == "churn/1.0.0"


def test_a_version_that_is_not_registered_can_be_named(repo):
    repo.commit({"df_train": customers(seed=3)}, "second")
    found = compare(repo, model="v2", without=("churn",))
    assert (found.shown, found.failed) == ("v2", ())
    assert [d.column for d in compare(repo, model="v2").drifts] == ["churn"]  # Nobody knows its inputs.


def test_a_version_without_a_training_set_names_its_datasets(repo):
    repo.commit({"rows": customers()}, "other")
    with pytest.raises(UsageError, match="v2 has no dataset with the role train") as caught:
        compare(repo, model="v2")
    assert "--name rows" in caught.value.hint
    assert compare(repo, model="v2", name="rows", without=("churn",)).name == "rows"
    with pytest.raises(UnknownName, match="v2 has no variable 'row'"):
        compare(repo, model="v2", name="row")


def test_of_several_training_sets_the_one_with_the_columns_is_taken(repo):
    data = customers()
    repo.commit({"y_train": data.churn, "X_train": data[["age", "income"]]}, "split")
    assert compare(repo, model="v2").name == "X_train"


def test_nothing_in_use_and_an_unknown_model_are_said():
    repo = watched(in_production=False)
    with pytest.raises(UsageError, match="no version is deployed or in the last stage"):
        compare(repo)
    with pytest.raises(UnknownModel):
        compare(repo, model="churn@production")


def test_a_live_value_that_is_no_table_is_refused(repo):
    with pytest.raises(UsageError, match="df is no table but a dict"):
        compare(repo, {"a": 1})
    with pytest.raises(UsageError, match="df has no column of df_train"):
        compare(repo, np.eye(3))


def test_the_latest_outcome_of_each_version_is_listed(repo):
    assert monitor.latest(repo) == []
    compare(repo, fresh(income=2.0))
    compare(repo)
    (last,) = monitor.latest(repo)
    assert (last.shown, last.passed, last.source) == ("churn/1.0.0", True, "df")


def test_a_store_without_events_compares_and_says_that_nothing_is_kept(repo, monkeypatch):
    monkeypatch.setattr(type(repo.moves), "has_events", property(lambda _self: False))
    found = compare(repo, model="v1", without=("churn",))
    assert (found.at_utc, found.notes[-1]) == ("", "not kept: the store has no event log (%mv_gc --upgrade)")


def test_json_has_the_columns_and_no_password(repo, tmp_path):
    fresh(income=2.0).to_csv(tmp_path / "f.csv", index=False)
    data = monitor.as_json(monitor.monitor(repo, MonitorRequest(str(tmp_path / "f.csv"))))
    assert data["model"] == "churn/1.0.0"
    assert [d["column"] for d in data["drifts"]] == ["income"]  # type: ignore[union-attr,index]
