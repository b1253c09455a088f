"""A store in memory, and answers of verbs about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from nbmodelver.answers import ANSWERS
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.verbs import parse

if TYPE_CHECKING:
    from nbmodelver.views import Shown


class Ask(Protocol):
    """Answers a line such as "log --limit 2"."""

    def __call__(self, line: str) -> Shown: ...


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("COLUMNS", "140")


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


@pytest.fixture
def ask(repo: Repo) -> Ask:
    def answer(line: str) -> Shown:
        verb, _, words = line.partition(" ")
        return ANSWERS[verb](repo, parse(verb, words), None)

    return answer
