"""Answers about versions: what each option of the line does to what is shown."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.answers.history import state_of
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture
def three(repo: Repo) -> Repo:
    for number, loss in enumerate((0.3, 0.1, 0.2)):
        repo.commit({"rate": loss, "rows": [number]}, f"try {number}", metrics={"loss": loss}, params={"depth": number})
    repo.tag("best", "v2")
    return repo


@pytest.mark.usefixtures("three")
def test_a_log_obeys_limit_condition_and_order(ask: Ask) -> None:
    assert [v.name for v in ask("log")] == ["v3", "v2", "v1"]
    assert [v.name for v in ask("log --limit 1")] == ["v3"]
    assert "2 older versions not shown" in str(ask("log --limit 1"))
    assert [v.name for v in ask("log --where 'metrics.loss > 0.15'")] == ["v3", "v1"]
    assert [v.name for v in ask("log --tag best")] == ["v2"]
    assert [v.name for v in ask("log --best loss:lower")] == ["v2", "v3", "v1"]
    assert "●" in str(ask("log --graph"))
    assert "●" not in str(ask("log"))


@pytest.mark.usefixtures("three")
def test_the_best_versions_have_no_graph(ask: Ask) -> None:
    with pytest.raises(UsageError, match="cannot be combined"):
        ask("log --best loss:lower --graph")


@pytest.mark.usefixtures("three")
def test_names_replace_the_rest_of_a_version(ask: Ask) -> None:
    whole, one = str(ask("show v2")), str(ask("show v2 rows"))
    assert "Parameters" in whole
    assert "Environment" in whole
    assert one.splitlines()[0].split() == ["v2", "try", "1", "best"]
    assert "Parameters" not in one
    assert "Environment" not in one
    assert "rows" in one


@pytest.mark.usefixtures("three")
def test_a_diff_is_text_or_json_and_a_condition_decides_its_status(ask: Ask) -> None:
    shown = ask("diff v1 v2")
    assert "loss" in str(shown)
    assert json.loads(str(ask("diff v1 v2 --json"))) == json.loads(json.dumps(shown.to_dict()))
    ask("diff v1 v2 --fail-on 'metric:loss>0.01'")
    with pytest.raises(CheckFailed) as caught:
        ask("diff v1 v2 --fail-on 'metric:loss<-0.01'")
    assert "loss" in str(caught.value.shown)


@pytest.mark.usefixtures("three")
def test_a_comparison_is_shown_or_written(ask: Ask, tmp_path: Path) -> None:
    assert [v.name for v in ask("compare v1 v2")] == ["v1", "v2"]
    assert "unchanged" not in str(ask("compare v1 v2 --only-differences"))
    shown = ask(f"compare v1 v2 --csv {tmp_path / 'out.csv'}")
    assert str(shown).startswith("2 versions written to")
    rows = list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row[0] for row in rows[1:]] == ["v1", "v2"]
    data = json.loads(str(ask("compare v1 v2 --json")))
    assert [v["number"] for v in data["versions"]] == [1, 2]


def test_the_status_of_a_store_compares_no_variables(ask: Ask, repo: Repo) -> None:
    assert "no versions yet" in str(ask("status"))
    repo.commit({"a": 1})
    said = str(ask("status"))
    assert "on main at v1" in said
    assert "nothing has changed" not in said, "there is no kernel to compare with"
    state = state_of(repo, auto=True)
    assert (state.versions, state.auto, state.live) == (1, True, False)
    assert state.stored_bytes == repo.size_bytes() > 0
