"""Rollback, undo and merge without IPython: of a session over a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.commit import Committed
from nbmodelver.actions.restore import AlreadyMerged, Restores, RollbackRequest
from nbmodelver.errors import UnknownVersion, UsageError
from tests.actions.sessions import kept

if TYPE_CHECKING:
    from tests.actions.sessions import DictSession


def test_a_plan_changes_nothing_and_a_rollback_brings_the_values_back(session: DictSession) -> None:
    kept(session, a=[1], b=2)
    session.values["a"] = [5]
    restores = Restores(session)
    planned = restores.plan(RollbackRequest("v1"))
    assert planned.plan.named("changes") == ("a",)
    assert session.values["a"] == [5]
    done = restores.rollback(planned)
    assert session.values == {"a": [1], "b": 2}
    assert done.saves_first


def test_undo_and_redo_go_back_and_forth(session: DictSession) -> None:
    kept(session, a=1)
    kept(session, a=2)
    restores = Restores(session)
    restores.rollback(restores.plan(RollbackRequest("v1")))
    assert session.values == {"a": 1}
    restores.undo()
    assert session.values == {"a": 2}
    restores.redo()
    assert session.values == {"a": 1}
    with pytest.raises(UsageError):
        restores.redo()


def test_a_prefix_leaves_everything_as_it_is(session: DictSession) -> None:
    kept(session, a=1)
    session.values["a"] = 2
    restores = Restores(session)
    restores.rollback(restores.plan(RollbackRequest("v1", prefix="old_")))
    assert session.values == {"a": 2, "old_a": 1}


def test_a_merge_takes_what_the_other_branch_changed(session: DictSession) -> None:
    kept(session, a=1, b=1)
    session.repo().branch("other")
    kept(session, a=2)
    restores = Restores(session)
    restores.switch("other")
    assert session.values == {"a": 1, "b": 1}
    kept(session, b=5)
    done = restores.merge("main")
    assert isinstance(done, Committed)
    assert session.values == {"a": 2, "b": 5}
    assert isinstance(restores.merge("v1"), AlreadyMerged)


def test_a_branch_that_does_not_exist_is_named(session: DictSession) -> None:
    kept(session, a=1)
    with pytest.raises(UnknownVersion, match="no branch 'x'"):
        Restores(session).switch("x")


def test_a_switch_may_create_the_branch_first(session: DictSession) -> None:
    kept(session, a=1)
    Restores(session).switch("side", create=True)
    assert session.repo().history.branch == "side"
    kept(session, a=2)
    assert {n: v.name for n, v in session.repo().history.branches().items()} == {"main": "v1", "side": "v2"}
    with pytest.raises(UsageError, match="'main'"):
        Restores(session).switch("main", create=True)
    assert session.values == {"a": 2}
