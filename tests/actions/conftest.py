"""A store, and a notebook that is a dictionary, for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from tests.actions.sessions import DictSession

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def session(tmp_path: Path) -> DictSession:
    return DictSession(mv.open(tmp_path / "store", create=True))


@pytest.fixture
def repo(session: DictSession) -> Repo:
    return session.repo()
