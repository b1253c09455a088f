"""Answers that run code of versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.answers.causes import bisect
from nbmodelver.errors import UsageError
from nbmodelver.repo import CommitContext
from nbmodelver.repo.inspect import probes
from nbmodelver.verbs import parse

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture(autouse=True)
def five(repo: Repo) -> None:
    for number in range(5):
        repo.commit({"rate": number, "rows": [number]}, metrics={"acc": 0.9 - 0.1 * number})


def test_the_words_after_the_versions_are_the_condition(ask: Ask) -> None:
    shown = ask("bisect v1 v5 rate < 3")
    assert shown.first_bad.version.name == "v4"
    assert "v4 is the first bad version" in str(shown)


def test_the_cell_is_the_condition_if_there_is_one(repo: Repo) -> None:
    found = bisect(repo, parse("bisect", "v1 v5"), None, "assert rows[0] < 2")
    assert found.first_bad.version.name == "v3"
    with pytest.raises(UsageError, match="the cell is the condition"):
        bisect(repo, parse("bisect", "v1 v5 rate < 3"), None, "assert rate < 2")


def test_a_condition_is_needed(ask: Ask) -> None:
    with pytest.raises(UsageError, match="a condition is missing"):
        ask("bisect v1 v5")


def test_an_explanation_is_text_or_json(ask: Ask) -> None:
    words = "why acc v1 v2 --expression '0.9 - rate / 10' --dry-run"
    assert "why acc 0.9 → 0.8" in str(ask(words))
    data = json.loads(str(ask(f"{words} --json")))
    assert (data["metric"], data["before"], data["after"]) == ("acc", "v1", "v2")


def test_a_version_without_kept_predictions_says_so(ask: Ask) -> None:
    with pytest.raises(UsageError, match="v1 keeps no predictions"):
        ask("probe v1")


def test_predictions_that_differ_fail_with_the_report(ask: Ask, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    rows = np.arange(20.0).reshape(10, 2)
    values = {"X": rows, "model": linear.LinearRegression().fit(rows, rows[:, 0])}
    kept = probes.taken(values, ["model"], ["X"])
    repo.commit(values, around=CommitContext(probe=kept.document))
    assert "predicts the same" in str(ask("probe HEAD"))
    monkeypatch.setattr(linear.LinearRegression, "predict", lambda _self, given: np.zeros(len(given)) - 1)
    with pytest.raises(CheckFailed) as caught:
        ask("probe HEAD")
    assert "predicts something else" in str(caught.value.shown)
