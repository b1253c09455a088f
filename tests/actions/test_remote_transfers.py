"""Transfers without IPython: push, fetch, pull with and without a notebook, clone and purge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.actions.remote_transfers import (
    CloneRequest,
    FetchRequest,
    PullRequest,
    PushRequest,
    clone_from,
    fetch_from,
    pull_from,
    purge_remote,
    push_to,
    selection,
)
from nbmodelver.actions.remotes import (
    remove_remote,
)
from nbmodelver.actions.restore import Restores
from nbmodelver.errors import Diverged, FileExists, NotPushed, UsageError
from nbmodelver.remote.outgoing import PushOptions
from tests.actions.sessions import DictSession, kept
from tests.actions.teams import Model, colleague, messages

if TYPE_CHECKING:
    from pathlib import Path


def test_a_pull_brings_the_branch_and_the_variables_along(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(other, a=5, c="new")
    push_to(other.repo(), PushRequest())
    restores = Restores(session)
    done = pull_from(session.repo(), PullRequest(), restores)
    assert done.outcome == "loaded"
    assert session.values == {"a": 5, "b": [1], "c": "new"}
    assert session.repo().history.head is not None
    assert session.repo().history.head.name == "v3"
    restores.undo()
    assert session.values == {"a": 2, "b": [1]}


def test_a_pull_saves_what_changed_in_the_notebook_first(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(other, a=5)
    push_to(other.repo(), PushRequest())
    session.values["a"] = 77
    restores = Restores(session)
    pull_from(session.repo(), PullRequest(), restores)
    assert session.values["a"] == 5
    restores.undo()
    assert session.values["a"] == 77


def test_a_pull_without_a_load_moves_only_the_branch(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(other, a=5)
    push_to(other.repo(), PushRequest())
    done = pull_from(session.repo(), PullRequest(load=False), Restores(session))
    assert done.outcome == "moved"
    assert session.values["a"] == 2


def test_on_the_command_line_a_pull_moves_branch_and_head(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(session, a=5)
    push_to(session.repo(), PushRequest())
    assert pull_from(other.repo(), PullRequest()).outcome == "moved"
    assert mv.open(team.parent / "colleague").history.head == session.repo()["v3"]


def test_a_pull_of_what_is_here_says_so(session: DictSession, team: Path) -> None:
    assert pull_from(session.repo(), PullRequest(), Restores(session)).outcome == "up to date"
    kept(session, a=9)
    assert pull_from(session.repo(), PullRequest(), Restores(session)).outcome == "ahead"


def test_both_sides_with_new_versions_are_merged_on_request(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(other, c="theirs")
    push_to(other.repo(), PushRequest())
    kept(session, a=6)
    with pytest.raises(Diverged, match="1 here, 1 there"):
        pull_from(session.repo(), PullRequest(), Restores(session))
    assert session.values == {"a": 6, "b": [1]}
    done = pull_from(session.repo(), PullRequest(merge=True), Restores(session))
    assert done.outcome == "merged"
    assert session.values == {"a": 6, "b": [1], "c": "theirs"}
    push_to(session.repo(), PushRequest())
    assert pull_from(other.repo(), PullRequest(), Restores(other)).outcome == "loaded"
    assert other.values == session.values


def test_a_conflict_may_be_kept_beside(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(other, a="theirs")
    push_to(other.repo(), PushRequest())
    kept(session, a="mine")
    with pytest.raises(Diverged, match="v3"):
        push_to(session.repo(), PushRequest())
    push_to(session.repo(), PushRequest("", PushOptions(branch_as="ana-main")))
    fetch_from(other.repo(), FetchRequest())
    assert other.repo().load("origin/ana-main")["a"] == "mine"


def test_a_pickle_of_others_is_loaded_only_with_trust(session: DictSession, team: Path) -> None:
    other = colleague(team)
    kept(other, model=Model(3))
    push_to(other.repo(), PushRequest())
    restores = Restores(session)
    done = pull_from(session.repo(), PullRequest(), restores)
    assert done.outcome == "fetched"
    assert "trust" in done.note
    assert session.values == {"a": 2, "b": [1]}
    assert session.repo().history.branches()["main"].name == "v2", "the branch stays with the notebook"
    assert pull_from(session.repo(), PullRequest(trust=True), restores).outcome == "loaded"
    assert session.values["model"].size == 3


def test_a_lazy_clone_loads_values_when_they_are_needed(session: DictSession, team: Path) -> None:
    kept(session, table=np.arange(10_000.0))
    push_to(session.repo(), PushRequest())
    lazy = clone_from(CloneRequest(str(team), team.parent / "lazy", lazy=True)).repo
    assert lazy.size_bytes() < 5_000
    again = mv.open(team.parent / "lazy")
    assert np.array_equal(again.load("v3", names=["table"])["table"], np.arange(10_000.0))
    assert again.verify(full=True) == []
    with pytest.raises(NotPushed, match="only at origin"):
        remove_remote(again, "origin")
    fetch_from(again, FetchRequest(lazy=False, selection=selection(everything=True)))


def test_a_clone_goes_into_a_new_folder_only(session: DictSession, team: Path) -> None:
    kept(session, a=1)
    with pytest.raises(FileExists):
        clone_from(CloneRequest(str(team), session.repo().backend.local_path(), name="another"))
    with pytest.raises(UsageError):
        clone_from(CloneRequest(""))


def test_a_clone_may_be_named_after_its_address(team: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert messages(clone_from(CloneRequest(str(team))).repo) == ["v2:a,b", "v1:a,b"]
    assert (tmp_path / "work" / "team" / ".nbmodelver").is_dir()


def test_a_purge_reaches_the_remote(session: DictSession, team: Path) -> None:
    assert purge_remote(session.repo(), "origin", ["b"], confirmed=False).collected is None
    purge_remote(session.repo(), "origin", ["b"], confirmed=True)
    assert messages(clone_from(CloneRequest(str(team), team.parent / "after")).repo) == ["v2:a", "v1:a"]
