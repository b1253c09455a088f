"""Versions, branches, tags and HEAD of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.catalogue.records import Records
from nbmodelver.errors import UnknownVersion
from nbmodelver.repo.core.history import COUNTER, HEAD, MAX_DIGITS, History

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def commits(repo: Repo, count: int) -> None:
    for number in range(count):
        repo.commit({"x": number})


def opened(repo: Repo, notebook: str = "") -> History:
    """The history as another kernel sees it."""
    history = History(Records(repo.backend), repo.refs)
    history.notebook = notebook
    return history


def test_an_empty_store_has_no_version_and_is_on_main(repo: Repo) -> None:
    assert (repo.history.head, repo.history.branch, repo.history.all()) == (None, "main", [])
    assert repo.history.is_of_this_store()


def test_a_commit_moves_head_and_branch_of_the_store(repo: Repo) -> None:
    commits(repo, 2)
    other = opened(repo)
    assert other.head == repo["v2"]
    assert {n: v.name for n, v in other.branches().items()} == {"main": "v2"}
    assert [v.name for v in other.all()] == ["v2", "v1"]


def test_a_notebook_keeps_its_own_position(repo: Repo) -> None:
    commits(repo, 2)
    mine = opened(repo, "mine.ipynb")
    mine.set_head(repo["v1"].id, "trees")
    repo.history.set_head(repo["v2"].id)
    assert (opened(repo, "mine.ipynb").head, opened(repo, "mine.ipynb").branch) == (repo["v1"], "trees")
    assert opened(repo, "new.ipynb").head == repo["v2"]


def test_moving_head_moves_no_branch(repo: Repo) -> None:
    commits(repo, 2)
    repo.history.set_head(repo["v1"].id)
    assert repo.history.branches()["main"] == repo["v2"]
    assert repo.history.head == repo["v1"]


def test_a_forgotten_version_is_replaced_by_its_ancestor(repo: Repo) -> None:
    commits(repo, 3)
    v2 = repo["v2"]
    repo.forget("v2")
    assert repo["v3"].parents == (repo["v1"].id,)
    assert repo.history.version(v2.id) == repo["v1"]
    assert repo.history.living(v2.id) == [repo["v1"].id]
    with pytest.raises(UnknownVersion, match="v2 was forgotten"):
        repo.history.exact(v2.id)
    with pytest.raises(UnknownVersion, match="v2 was forgotten"):
        repo.history.numbered(2)


def test_a_history_whose_versions_are_all_forgotten_has_no_head(repo: Repo) -> None:
    commits(repo, 1)
    other = opened(repo)
    version = other.head
    assert version is not None
    repo.forget("v1", force=True)
    other.records.forgotten.refresh()
    assert (other.head, repo.history.head) == (None, None)
    assert other.head_id == version.id


def test_numbers_go_on_after_the_counter_was_lost(repo: Repo) -> None:
    commits(repo, 3)
    repo.forget("v3", force=True)
    for damaged in ("", "x", "9" * MAX_DIGITS, "-1"):
        repo.refs.move(COUNTER, repo.refs.get(COUNTER), damaged)
        assert repo.history.next_number() == 4, "v3 was forgotten, but its number is not used again"
    assert repo.history.next_number() == 5


def test_another_store_at_the_same_place_is_noticed(repo: Repo) -> None:
    commits(repo, 1)
    assert repo.history.is_of_this_store()
    for key in list(repo.backend.list("records/")):
        repo.backend.delete(key)
    repo.refs.move(HEAD, repo.refs.get(HEAD), '{"branch": "main", "version": null}')
    repo.history.records = Records(repo.backend)
    assert not repo.history.is_of_this_store()


def test_a_reopened_history_has_the_same_head(repo: Repo) -> None:
    commits(repo, 2)
    repo.history.set_head(repo["v1"].id, "trees")
    again = repo.history.reopened(Records(repo.backend))
    assert (again.head, again.branch) == (repo["v1"], "trees")
    elsewhere = opened(repo, "x.ipynb")
    elsewhere.go_on_from(repo.history)
    assert elsewhere.branch == "trees"
