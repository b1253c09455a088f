"""Logs, diffs and comparisons as actions: what is listed, and which versions a word names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import history
from nbmodelver.actions.compare import CompareRequest, compare
from nbmodelver.errors import UnknownVersion, UsageError
from nbmodelver.repo import Query

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def commits(repo: Repo, *losses: float) -> None:
    for loss in losses:
        repo.commit({"a": loss}, f"loss {loss}", metrics={"loss": loss})


def test_a_log_lists_the_newest_first_and_counts_the_rest(repo: Repo) -> None:
    commits(repo, 0.3, 0.1, 0.2)
    repo.tag("best", "v2")
    found = history.log(repo, history.LogRequest(limit=2))
    assert ([v.name for v in found.versions], found.more, found.metric) == (["v3", "v2"], 1, "")
    assert (found.refs.head, found.refs.branch) == (repo["v3"].id, "main")
    assert found.refs.tags == {"best": repo["v2"].id}
    assert [v.name for v in history.log(repo, history.LogRequest(Query(tag="best"))).versions] == ["v2"]


def test_the_best_are_sorted_by_a_metric_before_the_limit(repo: Repo) -> None:
    commits(repo, 0.3, 0.1, 0.2)
    found = history.log(repo, history.LogRequest(limit=2, best="loss:lower"))
    assert ([v.name for v in found.versions], found.more, found.metric) == (["v2", "v3"], 1, "loss")


def test_a_variable_in_place_of_a_version_gets_the_right_call(repo: Repo) -> None:
    commits(repo, 0.3)
    assert history.version_of(repo, "v1", "%mv_show HEAD").name == "v1"
    with pytest.raises(UnknownVersion) as caught:
        history.version_of(repo, "a", "%mv_show HEAD")
    assert caught.value.hint == "for the variable: %mv_show HEAD a"
    with pytest.raises(UnknownVersion, match="nothing"):
        history.version_of(repo, "nothing", "%mv_show HEAD")


def test_a_diff_of_the_first_version_is_refused_with_what_to_do(repo: Repo) -> None:
    commits(repo, 0.3)
    with pytest.raises(UsageError, match="no version before v1"):
        history.diff(repo, history.DiffRequest())
    commits(repo, 0.1)
    found = history.diff(repo, history.DiffRequest(names=["a"]))
    assert (found.before.name, found.after.name) == ("v1", "v2")
    first, second = repo["v1"], repo["v2"]
    assert (history.parent_of(repo, first), history.parent_of(repo, second)) == (None, first)


def test_a_comparison_without_versions_is_of_the_last_ten_of_the_branch(repo: Repo) -> None:
    commits(repo, *range(12))
    assert [v.number for v in compare(repo, CompareRequest()).versions] == list(range(3, 13))
    assert [v.name for v in compare(repo, CompareRequest(["v2", "v1"])).versions] == ["v2", "v1"]


def test_the_best_version_is_compared_with_the_current_one(repo: Repo) -> None:
    commits(repo, 0.3, 0.1, 0.25, 0.1)
    repo.commit({"a": 9}, metrics={"loss": 0.3})
    found = history.best(repo, "loss")
    assert (found.version.name, found.metric, found.head, found.better_by) == (
        "v4",
        "loss",
        repo["v5"],
        pytest.approx(0.2),
    )
    repo.commit({"a": 10}, metrics={"loss": float("nan"), "fid": 3.0})
    assert history.best(repo, "loss").better_by is None
    assert history.best(repo, "fid:lower").better_by == 0
    repo.commit({"a": 11})
    assert history.best(repo, "fid:higher").better_by is None


def test_the_best_by_nothing_is_refused_with_what_to_do(repo: Repo) -> None:
    commits(repo, 0.3)
    repo.commit({"a": 1}, metrics={"acc": float("nan"), "fid": 1.0})
    with pytest.raises(UsageError, match="no version has the metric 'f1'"):
        history.best(repo, "f1")
    with pytest.raises(UsageError, match="no version has the metric 'acc' as a number"):
        history.best(repo, "acc")
    with pytest.raises(UsageError, match="direction of 'fid' unknown"):
        history.best(repo, "fid")
