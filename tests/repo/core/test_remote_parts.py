"""A store without remotes knows no other place, and one with remotes finds the room `remote/` by its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbmodelver.errors import MissingPart
from nbmodelver.model import ObjectId
from nbmodelver.repo import Repo
from nbmodelver.repo.core import remote_parts as module
from nbmodelver.repo.core.remote_parts import RemotePartsOf
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

NOBODY = ObjectId("0" * 40)


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def test_a_store_without_a_remote_has_no_other_place(repo: Repo):
    parts = RemotePartsOf(repo, repo.refs)
    assert parts.place(NOBODY) is None
    parts.prepare([NOBODY])
    with pytest.raises(MissingPart):
        repo.parts.get(NOBODY)


def test_the_room_of_remotes_is_imported_only_when_a_part_is_missing_in_a_store_with_remotes():
    code = (
        "import sys; from nbmodelver.repo import Repo; from nbmodelver.store import layout\n"
        "from nbmodelver.store.backends.memory import MemoryBackend\n"
        "backend = MemoryBackend(); layout.create(backend); repo = Repo(backend)\n"
        "repo.load(repo.commit({'x': 1}))\n"
        "assert not any(m.startswith('nbmodelver.remote.') for m in sys.modules), 'imported too early'"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=120)


def test_a_remote_that_was_added_later_is_found(repo: Repo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    parts = RemotePartsOf(repo, repo.refs)
    assert parts.place(NOBODY) is None
    asked = []

    class Found:
        def place(self, id_: ObjectId) -> None:
            asked.append(id_)

        def prepare(self, ids: list[ObjectId], _progress: object = None) -> None:
            asked.extend(ids)

        def look_again(self) -> None:
            asked.append(ObjectId("again"))

    class Module:
        @staticmethod
        def parts_of(_store: object) -> Found:
            return Found()

    monkeypatch.setattr(module, "import_module", lambda _name: Module)
    repo.refs.move("remotes/origin", None, "{}")
    assert parts.place(NOBODY) is None
    parts.prepare([NOBODY])
    parts.prepare([])
    assert asked == [NOBODY, NOBODY]


def test_the_named_module_exists_and_makes_the_parts_of_a_store(repo: Repo):
    from importlib import import_module

    made = import_module(module.MODULE).parts_of(repo)
    assert made.place(NOBODY) is None
    made.prepare([])
