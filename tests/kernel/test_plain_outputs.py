"""Answers without panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver import views
from nbmodelver.errors import NoStore
from nbmodelver.kernel.plain_outputs import PlainOutputs
from nbmodelver.model import Plan
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.verbs import parse

if TYPE_CHECKING:
    from nbmodelver.model import Version


class Session:
    """A session with a store, or without one."""

    def __init__(self, repo: Repo | None) -> None:
        self._repo = repo

    def repo(self) -> Repo:
        if self._repo is None:
            raise NoStore("no store", "create one")
        return self._repo


def outputs(repo: Repo | None) -> PlainOutputs:
    session: Any = Session(repo)
    return PlainOutputs(session)


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def test_a_panel_is_the_history(repo: Repo) -> None:
    repo.commit({"x": 1})
    repo.commit({"x": 2})
    assert [v.name for v in outputs(repo).panel_for(parse("panel", ""))] == ["v2", "v1"]


def test_without_a_store_the_history_is_a_sentence() -> None:
    shown = outputs(None).history()
    assert str(shown) == "no versions yet; create the first with %mv_commit"
    assert list(shown) == []


def test_answers_stay_as_they_are_and_plans_have_no_button(repo: Repo) -> None:
    version: Version = repo.commit({"x": 1})
    shown = views.sentence("x")
    assert outputs(repo).result(parse("log", ""), shown) is shown
    assert outputs(repo).offer(parse("rollback", "v1"), Plan(version, ())) is None
