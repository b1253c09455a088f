"""Merges of whole names: names that share objects stay together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.errors import MergeConflict, UsageError
from nbmodelver.repo import CommitContext
from nbmodelver.repo.restore.merge import holder, require_settled

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path, create=True)


def forked(repo: Repo, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Commit a base, `theirs` on the branch side, and `ours` on main, where the repository then stands."""
    repo.commit(base)
    root = repo.history.head_id
    assert root is not None
    repo.branch("side")
    repo.commit(ours)
    tip = repo.history.head_id
    assert tip is not None
    repo.history.set_head(root, "side")
    repo.commit(theirs)
    repo.history.set_head(tip, "main")


def shared(n: int, b: int) -> dict[str, Any]:
    """Two names that share a list."""
    inner = [1]
    return {"a": {"inner": inner, "n": n}, "b": {"inner": inner, "n": b}}


def test_a_name_that_shares_objects_comes_along_if_it_is_the_same(repo: Repo) -> None:
    forked(repo, {**shared(1, 1), "c": 1}, {**shared(1, 1), "c": 2}, {**shared(2, 1), "c": 1})
    plan = repo.merge_plan("side")
    assert (plan.take, plan.along, plan.conflicts) == (("a",), ("b",), ())


def test_a_name_of_ours_is_not_replaced_because_it_shares_objects(repo: Repo) -> None:
    forked(repo, shared(1, 1), shared(1, 5), shared(2, 1))
    plan = repo.merge_plan("side")
    assert (plan.take, plan.conflicts) == (("a",), ("b",))
    assert plan.reasons["b"] == "in v3 it shares objects with a: take both from one side"
    assert repo.merge_plan("side", {"b": "ours"}).conflicts == ("b",)
    assert repo.merge_plan("side", {"b": "theirs"}).take == ("a", "b")
    assert repo.merge_plan("side", {"a": "ours", "b": "ours"}).take == ()


def test_a_conflict_is_listed_with_its_details(repo: Repo) -> None:
    forked(repo, {"x": 1}, {"x": 2}, {"x": 3})
    with pytest.raises(MergeConflict, match="v2 and v3 both changed: x\n  more") as caught:
        require_settled(repo.merge_plan("side"), ["  more"])
    assert "--take x=ours (or theirs); nothing was changed" in caught.value.hint
    require_settled(repo.merge_plan("side", {"x": "ours"}))


def test_a_choice_of_an_unknown_name_is_refused(repo: Repo) -> None:
    forked(repo, {"x": 1}, {"x": 2}, {"x": 3})
    with pytest.raises(UsageError, match="'y' is in neither v2 nor v3"):
        repo.merge_plan("side", {"y": "ours"})


def test_a_name_that_a_version_left_out_is_held_by_an_ancestor(repo: Repo) -> None:
    repo.commit({"x": [1], "y": [2]})
    repo.commit({"x": [2]}, around=CommitContext(others=["y"]))
    found = holder(repo["v2"], "y", repo.history.version)
    assert found is not None
    assert found.name == "v1"
    assert holder(repo["v2"], "z", repo.history.version) is None
