"""Pushes after commits: in the background, one at a time, and never an error of the commit."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from nbmodelver.actions import background_push
from nbmodelver.actions.remote_transfers import CloneRequest, clone_from
from nbmodelver.actions.remotes import AddRequest, add_remote, status_note
from tests.actions.sessions import DictSession, kept

if TYPE_CHECKING:
    from pathlib import Path


def prepared(session: DictSession, team: Path) -> background_push.BackgroundPush:
    """The pushes of a store with a remote and the setting."""
    kept(session, a=1)
    add_remote(session.repo(), AddRequest("origin", str(team)))
    session.repo().settings.set("push_after_commit", "on")
    root = session.repo().backend.local_path()
    assert root is not None
    return background_push.of_store(root)


def test_nothing_is_pushed_without_the_setting(session: DictSession, tmp_path: Path) -> None:
    kept(session, a=1)
    add_remote(session.repo(), AddRequest("origin", str(tmp_path / "team")))
    assert background_push.after_commit(session.repo()) is None
    kept(session, a=2)
    assert status_note(session.repo()) == "origin: 2 versions not pushed"


def test_each_commit_arrives_at_the_remote(session: DictSession, tmp_path: Path) -> None:
    push = prepared(session, tmp_path / "team")
    for number in range(5):
        kept(session, a=number)
    push.wait(60)
    assert push.problem == ""
    assert status_note(session.repo()) == ""
    assert len(clone_from(CloneRequest(str(tmp_path / "team"), tmp_path / "other")).repo.log()) == 6


def test_a_push_that_fails_is_told_by_the_status_and_the_next_one_sends_all(
    session: DictSession, tmp_path: Path
) -> None:
    push = prepared(session, tmp_path / "team")
    kept(session, a=2)
    push.wait(60)
    shutil.move(tmp_path / "team", tmp_path / "away")
    done = kept(session, a=3)
    push.wait(60)
    assert done.version.name == "v3"
    assert background_push.problem_of(session.repo()).startswith("the push after the last commit failed: ")
    shutil.move(tmp_path / "away", tmp_path / "team")
    kept(session, a=4)
    push.wait(60)
    assert background_push.problem_of(session.repo()) == ""
    assert status_note(session.repo()) == ""


def test_listeners_are_told_after_each_push(session: DictSession, tmp_path: Path) -> None:
    push = prepared(session, tmp_path / "team")
    told: list[int] = []
    push.start("main", lambda: told.append(1))
    push.wait(60)
    assert told == [1]
    assert background_push.problem_of(session.repo()) == ""
