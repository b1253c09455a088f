"""Merges of the values of one name in a store: what is loaded, and what is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import nbmodelver as mv
from nbmodelver.errors import NotMergeable
from tests.repo.restore.test_merge import forked

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.comparison.merging.merge import MergedInside
    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path, create=True)


def merged(repo: Repo, name: str = "x", live: dict[str, Any] | None = None, **how: Any) -> MergedInside:
    return repo.merged_inside(repo.merge_plan("side"), name, {} if live is None else live, **how)


def fitted(slope: float) -> LinearRegression:
    return LinearRegression().fit([[0.0], [1.0]], [0.0, slope])


def test_a_merge_loads_new_objects_and_stores_nothing(repo: Repo) -> None:
    ours = {"x": {"a": 2, "w": [1]}}
    forked(repo, {"x": {"a": 1, "w": [1]}}, ours, {"x": {"a": 1, "w": [1], "b": 3}})
    before = repo.history.head_id, list(sys.path), len(repo.log())
    found = merged(repo, live=ours)
    assert found.value == {"a": 2, "w": [1], "b": 3}
    assert found.value["w"] is not ours["x"]["w"]
    assert (repo.history.head_id, list(sys.path), len(repo.log())) == before


def test_objects_of_other_classes_are_equal_if_they_are_stored_alike(repo: Repo) -> None:
    base, ours, theirs = ({"x": {"m": fitted(1.0), "n": n, "k": k}} for n, k in ((1, 1), (2, 1), (1, 2)))
    forked(repo, base, ours, theirs)
    found = merged(repo)
    assert (found.value["n"], found.value["k"], found.conflict_count) == (2, 2, 0)
    assert found.value["m"].coef_.tolist() == pytest.approx([1.0])


def test_pickled_values_of_a_version_that_is_not_trusted_are_not_loaded(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked(repo, {"x": fitted(1)}, {"x": fitted(2)}, {"x": fitted(3)})
    repo.refs.move(f"origin/{repo['side'].id}", None, "bundle:0")
    assert not repo.trusts(repo["side"])
    loaded = []
    monkeypatch.setattr(LinearRegression, "__setstate__", lambda self, state: loaded.append(state))
    with pytest.raises(NotMergeable, match=r"in v3 it cannot be loaded: .x. from v3 can only be rebuilt by pickle"):
        repo._value(repo["side"], "x", {}, None)
    assert not loaded
    with pytest.raises(NotMergeable, match="v3"):
        repo.averaged(repo.merge_plan("side"), "x", {})
    assert len(loaded) <= 1  # ours is the user's own.
    loaded.clear()
    with pytest.raises(NotMergeable, match="not fitted"):  # The state of both was dropped above.
        repo.averaged(repo.merge_plan("side"), "x", {}, trusted=True)
    assert len(loaded) == 2


def test_a_model_is_averaged(repo: Repo) -> None:
    forked(repo, {"x": fitted(1)}, {"x": fitted(2)}, {"x": fitted(4)})
    value, said = repo.averaged(repo.merge_plan("side"), "x", {})
    assert value.coef_ == pytest.approx([3.0])
    assert said.startswith("mean of ours and theirs, 2 tensors")


def test_a_model_that_the_common_ancestor_does_not_have_is_not_averaged(repo: Repo) -> None:
    forked(repo, {"y": 1}, {"x": fitted(2)}, {"x": fitted(4)})
    with pytest.raises(NotMergeable, match="their common ancestor v1 does not have it"):
        repo.averaged(repo.merge_plan("side"), "x", {})


def test_models_of_two_classes_are_not_averaged(repo: Repo) -> None:
    forked(repo, {"x": fitted(1)}, {"x": fitted(2)}, {"x": np.ones(2)})
    with pytest.raises(NotMergeable, match=r"its class differs: numpy\.ndarray, sklearn"):
        repo.averaged(repo.merge_plan("side"), "x", {})


@pytest.mark.parametrize("side", ["base", "ours", "theirs"])
def test_a_name_that_shares_objects_is_not_merged_inside(repo: Repo, side: str) -> None:
    sides: dict[str, dict[str, Any]] = {s: {"x": {"w": [1], "n": i}} for i, s in enumerate(("base", "ours", "theirs"))}
    sides[side]["y"] = sides[side]["x"]["w"]
    forked(repo, *sides.values())
    with pytest.raises(NotMergeable, match="it shares objects with y"):
        merged(repo)


def test_a_live_value_with_changes_that_are_in_no_version_is_refused(repo: Repo) -> None:
    forked(repo, {"x": {"a": 1}}, {"x": {"a": 2}}, {"x": {"a": 1, "b": 1}})
    with pytest.raises(NotMergeable, match="commit them: %mv_commit x"):
        merged(repo, live={"x": {"a": 3}})


def test_a_live_value_to_which_another_variable_refers_is_refused(repo: Repo) -> None:
    forked(repo, {"x": {"a": 1}}, {"x": {"a": 2}}, {"x": {"a": 1, "b": 1}})
    value = {"a": 2}
    with pytest.raises(NotMergeable, match=r"alias\[0\] refers to it too"):
        merged(repo, live={"x": value, "alias": [value]})


def test_versions_without_a_common_ancestor_are_not_merged_inside(repo: Repo) -> None:
    forked(repo, {"x": {"a": 1}}, {"x": {"a": 2}}, {"x": {"a": 3}})
    plan = repo.merge_plan("side")
    alone = type(plan)(None, plan.ours, plan.theirs, (), (), ("x",))
    with pytest.raises(NotMergeable, match="v2 and v3 have no common ancestor"):
        repo.merged_inside(alone, "x", {})


def test_a_name_that_one_side_removed_is_not_merged_inside(repo: Repo) -> None:
    forked(repo, {"x": {"a": 1}, "y": 1}, {"x": {"a": 2}, "y": 1}, {"y": 1})
    with pytest.raises(NotMergeable, match="v3 does not have it"):
        merged(repo)
