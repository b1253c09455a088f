"""Remotes without IPython: add, list, check and remove, and how a store stands to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import remotes
from nbmodelver.actions.remote_transfers import (
    CollectRequest,
    FetchRequest,
    PullRequest,
    PushRequest,
    collect_remote,
    fetch_from,
    pull_from,
    push_to,
)
from nbmodelver.actions.remotes import (
    AddRequest,
    add_remote,
    check_remote,
    remove_remote,
    status_note,
)
from nbmodelver.errors import RemoteMissing, UsageError
from tests.actions.sessions import DictSession, kept
from tests.actions.teams import colleague

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def test_a_folder_is_made_if_only_the_last_part_is_missing(session: DictSession, tmp_path: Path) -> None:
    kept(session, a=1)
    config = add_remote(session.repo(), AddRequest("origin", str(tmp_path / "team")))
    assert (config.rule, config.abilities is not None and config.abilities.writes) == ("numbered", True)
    with pytest.raises(RemoteMissing, match="gone"):
        add_remote(session.repo(), AddRequest("other", str(tmp_path / "gone" / "team")))


def test_a_name_belongs_to_one_address(session: DictSession, team: Path) -> None:
    add_remote(session.repo(), AddRequest("origin", str(team)))
    with pytest.raises(UsageError, match=r"is .*team"):
        add_remote(session.repo(), AddRequest("origin", str(team.parent / "other")))


def test_a_store_without_a_remote_says_how_to_add_one(repo: Repo) -> None:
    for act in (push_to, fetch_from, pull_from):
        request = {push_to: PushRequest(), fetch_from: FetchRequest(), pull_from: PullRequest()}[act]
        with pytest.raises(UsageError, match="no remote"):
            act(repo, request)  # type: ignore[operator]
    assert status_note(repo) == ""
    assert remotes.remotes(repo) == []


def test_the_status_counts_what_is_not_pushed_and_what_is_to_pull(session: DictSession, team: Path) -> None:
    assert status_note(session.repo()) == ""
    kept(session, a=3)
    assert status_note(session.repo()) == "origin: 1 version not pushed"
    other = colleague(team)
    kept(other, a=4)
    push_to(other.repo(), PushRequest())
    fetch_from(session.repo(), FetchRequest())
    assert status_note(session.repo()) == "origin: 1 version not pushed, 1 to pull"
    (known,) = remotes.remotes(session.repo())
    assert [(b.branch, b.relation, len(b.ahead), len(b.behind)) for b in known.branches] == [("main", "diverged", 1, 1)]


def test_a_remote_is_checked_cleaned_and_removed(session: DictSession, team: Path) -> None:
    assert check_remote(session.repo(), "origin").abilities is not None
    assert collect_remote(session.repo(), CollectRequest("origin")).did_nothing
    remove_remote(session.repo(), "origin")
    assert remotes.remotes(session.repo()) == []
    assert session.repo().history.tracked() == {}
