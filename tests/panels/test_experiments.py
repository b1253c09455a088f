"""Requests that run code of versions in scratch namespaces: why a metric differs, and predictions."""

from __future__ import annotations

import builtins
import threading

import pytest

from tests.panels.panels import Failed

DATA = "rows = list(range(10))"
FIRST = "scale = 1\ntotal = sum(rows) * scale"
SECOND = "scale = 3\ntotal = sum(rows) * scale"


@pytest.fixture
def study(shell):
    """Two versions with a metric whose expression is recorded: a changed parameter explains it."""
    shell.run(DATA)
    shell.run(FIRST)
    shell.run("%mv_commit -m first --metric total=total")
    shell.run(SECOND)
    shell.run("%mv_commit -m second --metric total=total")
    return shell


WHY = {"metric": "total", "before": "v1", "after": "v2"}


def test_a_metric_is_explained_with_the_verdict_and_each_cause(study, panel):
    found = panel.ask("why", **WHY)
    assert found["verdict"] == "scale explains it: 1 → 3"
    assert (found["before"], found["after"], found["values"], found["limit_s"]) == ("v1", "v2", [45, 135], 60)
    (cause,) = found["causes"]
    assert (cause["names"], cause["effect"], cause["share"], cause["needs_s"]) == (["scale"], 90, 1.0, 0)
    assert found["tests"] > 0


def test_the_variables_of_the_notebook_stay_as_they_are(study, panel):
    study.run("total = 'mine'")
    panel.ask("why", **WHY)
    assert (study.shell.user_ns["total"], study.shell.user_ns["scale"]) == ("mine", 3)


def test_a_limit_names_the_limit_that_is_needed(study, panel, monkeypatch):
    monkeypatch.setattr("nbmodelver.repo.inspect.causes.trials.Trial.cost_s", 100.0)
    (cause,) = panel.ask("why", **WHY, limit_s=60)["causes"]
    assert cause["effect"] is None
    assert cause["needs_s"] > 60
    assert "--limit" not in cause["why_not"]
    (cause,) = panel.ask("why", **WHY, limit_s=cause["needs_s"])["causes"]
    assert cause["effect"] == 90


def test_cancel_ends_it_before_the_next_test_and_shows_what_is_known(study, panel, monkeypatch):
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_AFTER_S", 0.0)
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_EVERY_S", 0.0)
    connection = panel.connection
    send, progress = connection.send, []

    def cancel_at_the_second(message):
        send(message)
        if "progress" in message:
            progress.append(message["progress"]["what"])
            if len(progress) == 2:
                panel.ask("cancel", request=message["id"])

    monkeypatch.setattr(connection, "send", cancel_at_the_second)
    found = panel.ask("why", **WHY)
    assert len(progress) == 2
    assert found["notes"] == ["interrupted: not all changes were tested"]
    assert [c["why_not"] for c in found["causes"]] == ["interrupted"]


def test_while_a_cell_runs_it_is_refused_or_waits_for_the_cell(study, panel):
    seen = {}

    def during():
        with pytest.raises(Failed, match=r"Busy: a cell is running \(wait until it has ended"):
            panel.ask("why", **WHY)
        seen["request"] = panel.send("why", **WHY, queue=True)
        seen["queued"] = panel.ask("hello")["queued"]
        seen["dropped"] = panel.send("why", **WHY, queue=True)
        panel.ask("cancel", request=seen["dropped"])

    study.shell.user_ns["_during"] = during
    study.run("_during()")
    assert [one["what"] for one in seen["queued"]] == ["explanation of total"]
    assert panel.result(seen["request"])["verdict"] == "scale explains it: 1 → 3"
    assert panel.states[-1]["queued"] == []
    with pytest.raises(Failed, match="Cancelled"):
        panel.result(seen["dropped"])


def test_an_unmeasured_metric_names_the_way_out(study, panel):
    panel.ask("commit", names=None, message="third", metrics={"acc": 0.5})
    study.run("scale = 4")
    panel.ask("commit", names=None, message="fourth", metrics={"acc": 0.6})
    with pytest.raises(Failed, match="how acc is measured is not recorded"):
        panel.ask("why", metric="acc", before="v3", after="v4")
    assert panel.ask("why", metric="acc", before="v3", after="v4", expression="scale / 10")["causes"]


def test_a_version_from_elsewhere_needs_trust(study, panel, monkeypatch, notebook):
    monkeypatch.setattr(type(notebook.repo()), "trusts", lambda _repo, _version: False)
    with pytest.raises(Failed, match=r"NeedsTrust: .*%mv_trust v1"):
        panel.ask("why", **WHY)


MODELS = """\
import numpy as np
from sklearn.linear_model import LogisticRegression
X_train = np.arange(40.0).reshape(-1, 1)
y_train = (X_train[:, 0] > 20).astype(int)
X_test, y_test = X_train[::2].copy(), y_train[::2].copy()
other = np.zeros((3, 1))
model = LogisticRegression().fit(X_train, y_train)"""
WORSE = "model = LogisticRegression().fit(X_train, 1 - y_train)"


@pytest.fixture
def models(shell):
    """Two versions of a model; the second one predicts the opposite."""
    shell.run(MODELS)
    shell.run("%mv_commit -m right")
    shell.run(WORSE)
    shell.run("%mv_commit -m wrong")
    return shell


HANGING = """\
import builtins, time
import numpy as np
class Hanging:
    n = 1
    def fit(self, X, y):
        return self
    def predict(self, X):
        builtins.predicting()
        while True:
            time.sleep(0.01)
model, X_test = Hanging(), np.zeros((5, 2))
model.n = 1
"""

BOTH = {"before": "v1", "after": "v2"}


def test_the_datasets_with_the_role_test_come_first(models, panel):
    found = panel.ask("datasets", **BOTH)["datasets"]
    assert [one["name"] for one in found] == ["X_test", "y_test", "other", "X_train", "y_train"]
    assert found[0]["roles"] == ["test"]


def test_predictions_of_both_versions_are_a_section(models, panel):
    found = panel.ask("predict", **BOTH, model="model", data="X_test", target="y_test")["section"]
    assert found["id"] == "predictions.model"
    cells = {row["cells"][0]: row["cells"] for row in found["rows"]}
    assert cells["accuracy"][1] > 0.9
    assert cells["accuracy"][2] < 0.1
    assert found["directions"]["accuracy"] == "higher"


def test_predictions_are_cancelled_while_a_model_predicts(shell, panel):
    shell.run(HANGING)
    shell.run("%mv_commit -m first")
    shell.run("model.n = 2\n%mv_commit -m second")
    began = threading.Event()
    builtins.predicting = began.set
    cancel = threading.Thread(target=lambda: began.wait(60) and panel.ask("cancel", request=max(panel.sent)))
    cancel.start()
    try:
        with pytest.raises(Failed, match="Cancelled: stopped; nothing was changed"):
            panel.ask("predict", before="v1", after="v2", model="model", data="X_test")
    finally:
        cancel.join()
        del builtins.predicting
    assert shell.shell.user_ns["model"].n == 2


def test_predictions_wait_for_a_cell_or_are_refused(models, panel):
    def during():
        with pytest.raises(Failed, match="Busy"):
            panel.ask("predict", **BOTH, model="model", data="X_test")

    models.shell.user_ns["_during"] = during
    models.run("_during()")


def test_a_dataset_that_the_model_cannot_predict_is_named(models, panel):
    with pytest.raises(Failed, match=r"NotPredictable: model of v1 cannot predict y_test of v2"):
        panel.ask("predict", **BOTH, model="model", data="y_test")


def test_the_first_bad_version_is_found(panel, shell):
    for number in (1, 2, 30, 40):
        shell.run(f"rows = list(range({number}))\n%mv_commit rows -m 'n {number}'")
    found = panel.ask("bisect", good="HEAD~3", bad="HEAD", condition="len(rows) < 10")
    assert (found["last_good"]["value"], found["first_bad"]["value"]) == (2, 30)
    assert found["first_bad"]["version"]["message"] == "n 30"
    assert [one["verdict"] for one in found["tested"]][:2] == ["good", "bad"]


def test_a_condition_that_does_not_fit_is_refused(panel, shell):
    for number in (1, 2):
        shell.run(f"rows = list(range({number}))\n%mv_commit rows")
    with pytest.raises(Failed, match="is good"):
        panel.ask("bisect", good="HEAD~1", bad="HEAD", condition="len(rows) < 10")
