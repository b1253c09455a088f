"""A store, and a notebook that is a dictionary, for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.actions.remote_transfers import PushRequest, push_to
from nbmodelver.actions.remotes import AddRequest, add_remote
from tests.actions.sessions import DictSession, kept

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def session(tmp_path: Path) -> DictSession:
    return DictSession(mv.open(tmp_path / "store", create=True))


@pytest.fixture
def repo(session: DictSession) -> Repo:
    return session.repo()


@pytest.fixture
def team(tmp_path: Path, session: DictSession) -> Path:
    """The folder of a remote to which the session pushed two versions."""
    kept(session, a=1, b=[1])
    kept(session, a=2)
    add_remote(session.repo(), AddRequest("origin", str(tmp_path / "team")))
    push_to(session.repo(), PushRequest())
    return tmp_path / "team"
