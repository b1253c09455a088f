"""The evidence of a card: metrics with their test rows, intervals, slices, gates, and what was not checked."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.model.cards import NOT_STATED
from nbmodelver.registry import card_evidence, checks, reading
from nbmodelver.repo.commit.context import CommitContext
from tests.registry.samples import busy, promoted, registered, study, three, tree


def test_a_metric_names_the_rows_that_it_was_measured_on():
    repo = study()
    values = {"clf": tree(2), "X_test": np.ones((50, 3)), "y_test": np.ones(50), "z": np.ones(7)}
    expressions = {"f1": "f1_score(y_test, clf.predict(X_test))", "x": "g(y_test, z)", "bad": "f("}
    metrics = {"f1": 0.8, "x": 1.0, "bad": 2.0, "none": 3.0}
    version = repo.commit(values, metrics=metrics, around=CommitContext(expressions=expressions))
    on = {name: card_evidence.measured_on(repo, version, name) for name in metrics}
    assert on["f1"] == "measured on X_test, y_test: 50 rows"
    assert on["x"] == "measured on y_test, z: y_test 50, z 7"
    assert on["bad"] == on["none"] == f"test rows {NOT_STATED}"


def test_intervals_and_slices_come_from_checks():
    repo = busy()
    found = card_evidence.metrics(repo, reading.resolve(repo, "churn/1.0.0"), repo["v1"])
    assert ("f1, women", "0.8 (0.7 to 0.9) (check bias)") in found
    assert ("acc", "0.9 (0.85 to 0.95), 500 rows (check bias)") in found
    assert not {"Intervals", "Slices"} & {label for label, _ in found}
    other = dict(card_evidence.metrics(repo, reading.resolve(repo, "churn/2.0.0"), repo["v3"]))
    assert (other["Intervals"], other["Slices"]) == (NOT_STATED, NOT_STATED)


def test_gates_checks_and_forced_promotions_are_listed():
    repo = busy()
    found = dict(card_evidence.gates(repo, reading.resolve(repo, "churn/1.0.0"), repo["v1"]))
    assert found["check bias"].startswith("pass, ")
    rows = list(card_evidence.gates(repo, reading.resolve(repo, "churn/1.1.0"), repo["v2"]))
    said = [text for label, text in rows if label.startswith("to production")]
    assert "metrics.f1 >= 0.83: fail (0.81 >= 0.83 is false)" in said
    assert "forced past failed gates: must be" in said


def test_a_promotion_without_gates_says_so():
    repo = three()
    promoted(repo, "1.0.0")
    (row,) = card_evidence.gates(repo, reading.resolve(repo, "churn/1.0.0"), repo["v1"])
    assert row[1] == "no gates were in force"
    (row,) = card_evidence.gates(repo, reading.resolve(repo, "churn/2.0.0"), repo["v3"])
    assert row == ("Promotions and checks", "none recorded")


def test_a_version_that_was_not_checked_does_not_read_as_clean():
    repo = study()
    assert card_evidence.findings(repo, repo["v1"])[0][1].startswith("no check for leaks is recorded")
    x = np.random.default_rng(0).normal(size=(80, 3))
    repo.commit({"clf": tree(2), "X_train": x[:60], "X_test": x[60:]}, "split")
    repo.check("v4")
    assert card_evidence.findings(repo, repo["v4"])[0] == ("Alarms", "none; 1 checks found nothing")
    repo.commit({"clf": tree(2), "X_train": x, "X_test": x[60:]}, "leak")
    repo.check("v5")
    level, text = card_evidence.findings(repo, repo["v5"])[0]
    assert (level, "X_test" in text) == ("alarm", True)


@pytest.mark.parametrize("name", ["clf", "rows"])
def test_checks_of_a_version_survive_a_purge_of_another_name(name: str):
    repo = study()
    repo.commit({"clf": tree(2), "rows": np.arange(5), "secret": np.arange(9)}, "m4")
    one = registered(repo, "v4", variable=name)
    checks.record(repo, repo["v4"], "bias", passed=True, message="", source="")
    repo.purge("secret")
    version = reading.version_of(repo, one)
    assert version.id != one.version
    assert list(card_evidence.results(repo, one, version.id)) == ["bias"]
