"""A store in memory, and a configuration of its own for each test."""

from __future__ import annotations

import pytest

from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend


@pytest.fixture
def repo(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))  # Before the list of trust is found.
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)
