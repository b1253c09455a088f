"""Rollback, undo and merge without IPython: of a session over a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.commit import Committed
from nbmodelver.actions.merge import AlreadyMerged
from nbmodelver.actions.restore import CherryRequest, Restores, RollbackRequest
from nbmodelver.errors import NothingToCommit, StoreError, UnknownName, UnknownVersion, UsageError
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


def test_a_cherry_brings_some_names_into_the_notebook_and_a_new_version(session: DictSession) -> None:
    kept(session, a=[1], b=1, c=1)
    kept(session, a=[2], b=2)
    done = Restores(session).cherry(CherryRequest("v1", ["a"]))
    assert session.values == {"a": [1], "b": 2, "c": 1}
    repo = session.repo()
    assert (done.version.name, done.version.message, done.notes) == ("v3", "a from v1", ["a from v1"])
    assert done.version.parents == (repo["v2"].id,)
    assert repo.load("v3") == {"a": [1], "b": 2, "c": 1}
    assert Restores(session).cherry(CherryRequest("v1", ["b"], "why")).version.message == "why (b from v1)"


def test_undo_reverts_a_cherry_with_what_was_not_committed(session: DictSession) -> None:
    kept(session, a=1, b=1)
    kept(session, a=2)
    session.values.update(b=7, other=8)
    restores = Restores(session)
    done = restores.cherry(CherryRequest("v1", ["a"]))
    assert (done.version.name, session.values) == ("v4", {"a": 1, "b": 7, "other": 8})
    assert session.repo()["v3"].auto == "before cherry of a from v1"
    restores.undo()
    assert session.values == {"a": 2, "b": 7, "other": 8}


def test_a_cherry_saves_a_value_that_is_in_no_version_before_it_replaces_it(session: DictSession) -> None:
    kept(session, a=1)
    session.repo().commit({"b": 1})
    session.values["a"] = 5
    restores = Restores(session)
    restores.cherry(CherryRequest("v1", ["a"]))
    assert session.values["a"] == 1
    restores.undo()
    assert session.values["a"] == 5


def test_names_that_share_objects_come_with_a_cherry(session: DictSession) -> None:
    inner = [1]
    kept(session, a=[inner], b=[inner])
    kept(session, a=1, b=2)
    done = Restores(session).cherry(CherryRequest("v1", ["a"]))
    assert session.values["a"][0] is session.values["b"][0]
    assert done.version.message == "a, b from v1"


def test_a_cherry_that_changes_nothing_is_refused(session: DictSession) -> None:
    kept(session, a=1, b=1)
    kept(session, b=2)
    restores = Restores(session)
    with pytest.raises(NothingToCommit, match="nothing to bring"):
        restores.cherry(CherryRequest("v1", ["a"]))
    with pytest.raises(UnknownName):
        restores.cherry(CherryRequest("v1", ["x"]))
    assert session.repo().history.head == session.repo()["v2"]
    session.values["b"] = 1  # As in v1, but in no version after it.
    assert restores.cherry(CherryRequest("v1", ["b"])).version.kept["b"].digest == session.repo()["v1"].kept["b"].digest


def test_a_cherry_whose_commit_fails_leaves_the_variables(
    session: DictSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(session, a=1, b=1)
    kept(session, a=2)
    repo = session.repo()

    def fails(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(repo, "commit", fails)
    with pytest.raises(StoreError):
        Restores(session).cherry(CherryRequest("v1", ["a"]))
    assert session.values == {"a": 2, "b": 1}
    assert repo.history.head == repo["v2"]
