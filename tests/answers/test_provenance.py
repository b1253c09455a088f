"""Answers about one variable or metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from nbmodelver.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture(autouse=True)
def three(repo: Repo) -> None:
    for age, loss in ((30, 0.3), (31, 0.1), (31, 0.2)):
        frame = pd.DataFrame({"age": [age, 7]}, index=["ann", "bob"])
        repo.commit({"df": frame, "other": loss}, metrics={"loss": loss})


def test_the_history_of_a_name_has_only_versions_that_changed_it(ask: Ask) -> None:
    shown = ask("history df")
    assert [step.version.name for step in shown.steps] == ["v2", "v1"]
    assert "1 older version not shown" in str(ask("history df --limit 1"))
    assert [step.version.name for step in ask("history other").steps] == ["v3", "v2", "v1"]
    assert "v3 (HEAD)" in str(ask("history other"))


def test_the_best_version_is_compared_with_the_current_one(ask: Ask) -> None:
    shown = ask("best loss:lower")
    assert shown.name == "v2"
    assert "0.1 better than the current version v3" in str(shown)


def test_the_origin_of_a_name_is_the_version_since_which_it_is_the_same(ask: Ask) -> None:
    assert ask("blame df").since.name == "v2"
    assert ask("blame df --version v1").since.name == "v1"
    with pytest.raises(UnknownName):
        ask("blame nothing")


def test_the_origin_of_a_cell_needs_a_row(ask: Ask) -> None:
    shown = ask("blame df --cell ann age")
    assert (shown.since.name, shown.old) == ("v2", 30)
    assert ask("blame df --cell bob age").since.name == "v1"
    with pytest.raises(UsageError, match="needs a row and a column"):
        ask("blame df --cell")


def test_two_names_are_refused_with_both_ways_out(ask: Ask) -> None:
    with pytest.raises(UsageError) as caught:
        ask("blame df v1")
    assert caught.value.hint is not None
    assert "--version v1" in caught.value.hint
    assert "%mv_blame df --cell v1" in caught.value.hint
