"""Answers about tags, branches and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import BadName, UnknownVersion

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture(autouse=True)
def two(repo: Repo) -> None:
    repo.commit({"a": 1})
    repo.commit({"a": 2})


def test_a_tag_is_set_listed_moved_and_deleted(ask: Ask, repo: Repo) -> None:
    assert str(ask("tag best v1")) == "v1 is best"
    assert {name: v.name for name, v in ask("tag").value.items()} == {"best": "v1"}
    with pytest.raises(BadName):
        ask("tag best v2")
    assert str(ask("tag best v2 --move")) == "v2 is best"
    assert str(ask("tag best --delete")) == "tag best deleted"
    assert repo.history.tags() == {}


def test_a_branch_is_created_listed_and_deleted(ask: Ask, repo: Repo) -> None:
    assert str(ask("branch trees")) == "branch trees starts at v2 · switch to it: %mv_switch trees"
    assert set(ask("branch").value) == {"main", "trees"}
    assert str(ask("branch trees --delete")) == "branch trees deleted"
    assert set(repo.history.branches()) == {"main"}


def test_a_note_is_set_and_shown(ask: Ask, repo: Repo) -> None:
    assert str(ask("note v1 'used in the report'")) == "note of v1: used in the report"
    assert str(ask("note v1")) == "v1 used in the report"
    with pytest.raises(UnknownVersion):
        ask("note v9 text")
    assert repo.history.note(repo["v1"]) == "used in the report"


def test_a_finding_is_accepted_with_its_reason(ask: Ask, repo: Repo) -> None:
    import numpy as np

    rows = np.random.default_rng(0).normal(size=(300, 4))
    repo.commit({"X_train": rows, "X_test": rows[:60].copy()})
    repo.check()
    (finding,) = {f.id for f in repo.findings().of("alarm")}
    assert str(ask(f"note --accept {finding} 'a sample'")) == f"accepted {finding}: a sample"
    assert not repo.findings().of("alarm")
