"""`monitor`: one line and a table; with --fail-on the answer fails."""

from __future__ import annotations

import json

import pytest

from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.answers import ANSWERS
from nbmodelver.errors import UsageError
from nbmodelver.verbs import parse
from tests.actions.watched import fresh, watched


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fresh().to_csv("ok.csv", index=False)
    fresh(income=2.0).to_csv("bad.csv", index=False)
    return watched()


def ask(store, line):
    return ANSWERS["monitor"](store, parse("monitor", line), None)


def test_the_answer_is_one_line_and_a_table(store):
    assert str(ask(store, "ok.csv")).startswith("churn/1.0.0: no drift · 300 rows, trained on 600 (df_train)")
    said = str(ask(store, "bad.csv"))
    assert said.startswith("churn/1.0.0: 1 of 5 columns drifted since training")
    assert "income  moved strongly" in said


def test_only_a_condition_makes_the_answer_fail(store):
    assert ask(store, "bad.csv").failed
    with pytest.raises(CheckFailed, match="income moved strongly") as caught:
        ask(store, "bad.csv --fail-on drift:0.2")
    assert "%mv_monitor without --fail-on" in caught.value.hint
    assert ask(store, "bad.csv --fail-on drift:0.99").failed == ()


def test_without_data_the_latest_outcomes_are_shown(store):
    assert "nothing was compared yet" in str(ask(store, ""))
    ask(store, "bad.csv")
    assert "fresh data drifted from df_train" in str(ask(store, ""))
    with pytest.raises(UsageError, match="the database is missing"):
        ask(store, '--query "select 1"')


def test_json_is_for_programs(store):
    assert json.loads(str(ask(store, "bad.csv --json")))["drifts"][0]["column"] == "income"
