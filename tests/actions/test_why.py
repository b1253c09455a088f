"""`why`: which metric is meant, and what cannot be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.actions.why import WhyRequest, explain
from nbmodelver.errors import UnknownVersion, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    found = mv.open(tmp_path, create=True)
    for scale in (1, 2):
        found.commit({"rows": [1, 2, 3], "scale": scale}, metrics={"total": 6 * scale, "count": 3})
    return found


def test_the_only_metric_that_changed_is_taken(repo: Repo) -> None:
    found = explain(repo, WhyRequest(expression="sum(rows) * scale"))
    assert (found.metric, found.values) == ("total", (6, 12))
    assert [(c.names, c.without, c.alone, c.effect) for c in found.causes] == [(("scale",), 6, 12, 6)]


def test_a_child_process_gives_the_same(repo: Repo) -> None:
    asked = WhyRequest("total", "v1", "v2", "sum(rows) * scale", is_safe=True)
    assert [c.effect for c in explain(repo, asked).causes] == [6]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (WhyRequest("fid"), "v1 has no metric 'fid'"),
        (WhyRequest("total", "v1", "v1"), "does not differ from itself"),
        (WhyRequest("total"), "how total is measured is not recorded"),
        (WhyRequest("total", expression="sum(rows"), "is not an expression"),
    ],
)
def test_what_cannot_be_answered_is_said(repo: Repo, asked: WhyRequest, says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("(", r"\(")):
        explain(repo, asked)


def test_several_changed_metrics_must_be_named(repo: Repo) -> None:
    repo.commit({"rows": [1], "scale": 3}, metrics={"total": 3, "count": 1})
    with pytest.raises(UsageError, match="2 metrics differ between v2 and v3") as raised:
        explain(repo, WhyRequest())
    assert raised.value.hint == "name one: total, count"


def test_an_unknown_version_is_said(repo: Repo) -> None:
    with pytest.raises(UnknownVersion):
        explain(repo, WhyRequest("total", "v1", "v9"))
