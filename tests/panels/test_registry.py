"""Registered models for a panel: lists, gates, promotions, approvals, states, and what is pushed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.panels.panels import Failed, Panel

STUDY = """\
import numpy as np
X = np.arange(40.0).reshape(20, 2); y = X[:, 0] > 18
clf = DecisionTreeClassifier(max_depth=1).fit(X, y)
%mv_commit clf X -m first --metric f1=0.84
clf = DecisionTreeClassifier(max_depth=2).fit(X, y)
%mv_commit clf X -m second --metric f1=0.81
%mv_register churn v1
%mv_register churn v2 -m deeper"""
POLICY = """\
[[gates]]
to = "production"
require = "metrics.f1 >= 0.83"

[[gates]]
to = "staging"
approvals = 1
"""


@pytest.fixture
def study(shell):
    """Two versions of the model churn; gates stop 1.1.0 in production, and anybody's own version in staging."""
    shell.run("from sklearn.tree import DecisionTreeClassifier")
    for line in STUDY.splitlines():
        shell.run(line)
    Path(".nbmodelver/policy.toml").write_text(POLICY)
    shell.run('%mv_policy adopt -m "good enough"')
    return shell


def version(panel, number="1.1.0"):
    return next(v for v in panel.ask("model", name="churn")["versions"] if v["number"] == number)


def test_without_a_store_and_without_a_model_the_list_is_empty(shell, panel):
    assert panel.ask("models") == {"models": [], "stages": []}
    shell.run("%mv_init")
    assert panel.ask("models") == {"models": [], "stages": ["development", "staging", "production"]}


def test_the_list_has_each_model_with_its_newest_version(study, panel):
    study.run("%mv_promote churn/1.0.0 --to production -m first")
    (found,) = panel.ask("models")["models"]
    assert (found["name"], found["newest"], found["versions"], found["waiting"]) == ("churn", "1.1.0", 2, 0)
    assert found["stages"] == {"production": "1.0.0"}


def test_the_stages_are_those_of_the_policy_and_those_that_hold_a_version(study, panel):
    study.run("%mv_promote churn/1.0.0 --to production -m first")
    Path(".nbmodelver/policy.toml").write_text("[stages.live]\n[stages.trial]\n")
    study.run('%mv_policy adopt -m "other words"')
    assert panel.ask("models")["stages"] == ["live", "trial", "production"]


def test_the_metrics_that_matter_are_those_of_the_gates_and_the_default_one(study, panel):
    study.run("clf = DecisionTreeClassifier(max_depth=3).fit(X, y)")
    study.run("%mv_commit clf -m third --metric f1=0.9 --metric loss=0.2 --metric auc=0.7")
    study.run("%mv_register churn v3")
    found = panel.ask("model", name="churn")
    assert found["metrics"] == ["f1"]
    assert [v["metrics"] for v in found["versions"]] == [{"f1": 0.9}, {"f1": 0.81}, {"f1": 0.84}]
    study.run("%mv_config default_metric loss")
    assert panel.ask("model", name="churn")["metrics"] == ["f1", "loss"]
    assert version(panel, "1.0.0")["metrics"] == {"f1": 0.84}


def test_without_a_gate_the_first_metric_matters(shell, panel):
    shell.run("params = {'lr': 1}")
    shell.run("%mv_commit -m first --metric b=1 --metric a=2")
    shell.run("%mv_register churn v1 --model params")
    assert panel.ask("model", name="churn")["metrics"] == ["b"]


def test_a_version_has_the_alarms_that_nobody_accepted(shell, panel):
    shell.run("import numpy as np, pandas as pd\nrng = np.random.default_rng(0)")
    shell.run("rows = pd.DataFrame(rng.normal(size=(400, 3)), columns=list('abc'))")
    shell.run("train, test = rows.iloc[:300].copy(), rows.iloc[240:].copy()")
    shell.run("%mv_commit train test -m leak --role train=train --role test=test")
    shell.run("%mv_register rows v1 --model train")
    (sentence,) = version_of(panel, "rows")["alarms"]
    assert "test" in sentence
    assert "train" in sentence
    shell.run("%mv_note --accept leak:train,test 'it is a demonstration'")
    assert version_of(panel, "rows")["alarms"] == []


def version_of(panel, name):
    return panel.ask("model", name=name)["versions"][0]


def test_a_model_has_its_versions_with_number_variable_and_reason(study, panel):
    study.run("%mv_promote churn/1.0.0 --alias champion -m ours")
    found = panel.ask("model", name="churn")
    new, old = found["versions"]
    assert (new["address"], new["version"], new["variable"], new["change"]) == ("churn/1.1.0", "v2", "clf", "minor")
    assert "parameters changed (max_depth)" in new["reason"]
    assert (old["aliases"], old["stages"], old["state"]) == (["champion"], [], None)
    assert found["stages"] == ["development", "staging", "production"]
    (held,) = found["holders"]
    assert (held["holder"], held["is_stage"], [h["number"] for h in held["holdings"]]) == ("champion", False, ["1.0.0"])
    assert [e["kind"] for e in found["events"]] == ["alias", "register", "register"]
    assert found["events"][0]["what"] == "churn@champion: none -> 1.0.0"


def test_the_audit_list_is_limited_and_says_that_there_is_more(study, panel):
    found = panel.ask("model", name="churn", limit=1)
    assert (len(found["events"]), found["has_more"]) == (1, True)
    assert panel.ask("model", name="churn", limit=2)["has_more"] is False


def test_a_version_whose_record_is_gone_has_no_name(study, panel):
    study.run("%mv_forget v1")
    found = version(panel, "1.0.0")
    assert (found["id"], found["version"], found["metrics"], found["alarms"]) == ("", "", {}, [])


def test_the_gates_are_shown_before_anything_moves(study, panel):
    found = panel.ask("gates", address="churn/1.1.0", stage="production")
    (gate,) = found["gates"]
    assert (gate["gate"], gate["outcome"], gate["is_met"]) == ("metrics.f1 >= 0.83", "fail", False)
    assert (found["before"], found["after"]) == ("", "churn/1.1.0")
    assert version(panel)["stages"] == []


def test_a_promotion_past_a_failing_gate_is_refused_with_the_gate(study, panel):
    with pytest.raises(Failed, match=r"GateFailed: churn/1.1.0 cannot go to production.*\n.*metrics.f1 >= 0.83"):
        panel.ask("promote", address="churn/1.1.0", stage="production", why="better")
    assert version(panel)["stages"] == []


def test_a_forced_promotion_is_marked(study, panel):
    done = panel.ask("promote", address="churn/1.1.0", stage="production", why="must be", force=True)
    assert "forced past 1 gate" in done["said"]
    found = panel.ask("model", name="churn")
    (held,) = found["holders"]
    assert (held["holdings"][0]["forced"], held["holdings"][0]["why"]) == (True, "must be")
    assert found["events"][0]["forced"] is True


def test_a_stage_goes_back_to_its_former_holder(study, panel):
    panel.ask("promote", address="churn/1.0.0", stage="production", why="first")
    panel.ask("promote", address="churn/1.1.0", stage="production", why="second", force=True)
    planned = panel.ask("way_back", model="churn", stage="production")
    assert (planned["before"], planned["after"], planned["gates"]) == ("churn/1.1.0", "churn/1.0.0", [])
    assert version(panel)["stages"] == ["production"]
    done = panel.ask("back", model="churn", stage="production", why="complaints")
    assert done["said"].startswith("production: churn/1.1.0 -> churn/1.0.0")
    holdings = panel.ask("model", name="churn")["holders"][0]["holdings"]
    assert [(h["number"], h["kind"], h["why"]) for h in holdings] == [
        ("1.0.0", "back", "complaints"),
        ("1.1.0", "promote", "second"),
        ("1.0.0", "promote", "first"),
    ]
    assert [bool(h["until_utc"]) for h in holdings] == [False, True, True]


def test_a_request_waits_until_somebody_decides(study, panel):
    panel.ask("decide", address="churn/1.1.0", stage="staging", outcome="request", why="please read")
    (asked,) = panel.ask("model", name="churn")["waiting"]
    assert (asked["address"], asked["stage"], asked["why"]) == ("churn/1.1.0", "staging", "please read")
    assert panel.ask("models")["models"][0]["waiting"] == 1
    done = panel.ask("decide", address="churn/1.1.0", stage="staging", outcome="approve", why="read")
    assert "does not count: the author of the version does not count" in done["said"]
    assert panel.ask("model", name="churn")["waiting"] == []
    with pytest.raises(Failed, match="UsageError: decide: 'outcome'"):
        panel.ask("decide", address="churn/1.1.0", stage="staging", outcome="bless", why="")


def test_a_version_is_deprecated_archived_and_restored(study, panel):
    panel.ask("deprecate", address="churn/1.1.0", why="leaked", use="churn/1.0.0", starts_on="2030-01-01")
    state = version(panel)["state"]
    assert (state["state"], state["why"], state["use"], state["starts_on"]) == (
        "deprecated", "leaked", "churn/1.0.0", "2030-01-01",
    )  # fmt: skip
    panel.ask("archive", address="churn/1.1.0", why="licence")
    assert version(panel)["state"]["state"] == "archived"
    with pytest.raises(Failed, match=r"ArchivedVersion: churn/1.1.0 was archived by .*: licence"):
        panel.ask("promote", address="churn/1.1.0", stage="development", why="again")
    assert panel.ask("restore", address="churn/1.1.0", why="renewed")["said"] == "churn/1.1.0 is active again"
    assert version(panel)["state"] is None


def test_every_panel_hears_of_a_change(study, panel, notebook):
    other = Panel(notebook.outputs.server)
    other.ask("hello")
    before = len(other.states)
    panel.ask("promote", address="churn/1.0.0", stage="production", why="first")
    assert len(other.states) > before


def test_a_change_waits_for_a_running_cell_or_is_refused(study, panel):
    panel.ask("hello")
    waiting = []

    def during():
        with pytest.raises(Failed, match="Busy"):
            panel.ask("promote", address="churn/1.0.0", stage="production", why="first")
        waiting.append(panel.send("promote", address="churn/1.0.0", stage="production", why="first", queue=True))
        assert panel.states[-1]["queued"][0]["what"] == "promotion of churn/1.0.0"
        assert version(panel, "1.0.0")["stages"] == []

    study.shell.user_ns["_during"] = during
    study.run("_during()")
    assert panel.result(waiting[0])["said"].startswith("production: none -> churn/1.0.0")


def test_an_unknown_model_is_named(study, panel):
    with pytest.raises(Failed, match="UnknownModel: no model 'chrun' is registered"):
        panel.ask("model", name="chrun")


def test_a_change_that_fails_waits_no_longer(study, panel, monkeypatch):
    """A request comes in another thread than the one that makes changes, so it is seen waiting first."""
    posted, numbers = [], []
    monkeypatch.setattr(panel.server.queue, "_post", posted.append)
    panel.ask("hello")
    asked = {"address": "churn/1.1.0", "stage": "production", "why": "better"}
    asking = threading.Thread(target=lambda: numbers.append(panel.send("promote", **asked)))
    asking.start()
    asking.join()
    assert [q["what"] for q in panel.states[-1]["queued"]] == ["promotion of churn/1.1.0"]
    posted[0]()
    with pytest.raises(Failed, match="GateFailed"):
        panel.result(numbers[0])
    assert panel.states[-1]["queued"] == []
