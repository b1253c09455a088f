"""Branches, tags and notes of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import BadName, RefMoved, UnknownVersion
from tests.repo.core.test_history import commits

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def test_a_tag_points_to_one_version_until_it_is_moved(repo: Repo) -> None:
    commits(repo, 2)
    history, (v1, v2) = repo.history, (repo["v1"], repo["v2"])
    history.set_tag("best", v1.id)
    history.set_tag("best", v1.id)
    with pytest.raises(BadName, match="already points to v1"):
        history.set_tag("best", v2.id)
    history.set_tag("best", v2.id, move=True)
    assert history.tags() == {"best": v2}
    assert history.tags_by_version() == {v2.id: ("best",)}
    assert (history.refs_of(v2.id), history.refs_of(v1.id)) == (("best",), ())
    history.delete_tag("best")
    with pytest.raises(UnknownVersion, match="no tag 'best'"):
        history.delete_tag("best")


def test_tags_that_differ_in_case_only_are_refused(repo: Repo) -> None:
    commits(repo, 1)
    repo.history.set_tag("Best", repo["v1"].id)
    with pytest.raises(BadName):
        repo.history.check_tags(["best"])
    with pytest.raises(BadName):
        repo.history.check_tags(["new", "New"])
    repo.history.check_tags(["new", "other"])


def test_the_current_branch_cannot_be_deleted(repo: Repo) -> None:
    commits(repo, 1)
    repo.history.set_branch("trees", repo["v1"].id)
    with pytest.raises(BadName, match="is the current branch"):
        repo.history.delete_branch("main")
    repo.history.delete_branch("trees")
    assert list(repo.history.branches()) == ["main"]


def test_an_edited_note_replaces_that_of_the_record(repo: Repo) -> None:
    version = repo.commit({"x": 1}, note="first")
    assert repo.history.note(version) == "first"
    repo.history.set_note(version, "")
    assert (repo.history.note(version), repo["v1"].note) == ("", "first")
    assert repo.history.notes() == {version.id: ""}


def test_a_ref_that_another_kernel_moves_again_and_again_is_given_up(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = repo.commit({"x": 1})

    def moved(name: str, *_: object) -> None:
        raise RefMoved(name)

    monkeypatch.setattr(repo.refs, "move", moved)
    with pytest.raises(RefMoved, match="is being moved"):
        repo.history.set_branch("main", version.id)
    with pytest.raises(RefMoved, match="being changed"):
        repo.history.set_note(version, "x")


def test_hints_name_the_newest_numbers(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commits(repo, 4)
    assert repo.history.numbers() == [4, 3, 2, 1]
    monkeypatch.setattr("nbmodelver.repo.core.history.MOST_NUMBERS", 2)
    assert repo.history.numbers() == [4, 3, 1]
