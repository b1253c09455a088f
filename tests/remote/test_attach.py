"""A store finds missing parts at its remotes, also after another process fetched or added one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import MissingPart, RemoteUnreachable
from nbmodelver.model import ObjectId
from nbmodelver.remote import attach as module
from nbmodelver.remote.attach import PartsOfRemotes, attach, parts_of
from nbmodelver.remote.fetch import fetch
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import Remotes
from nbmodelver.store.objects.memory import MemoryStorage, forget, named
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty
from tests.remote.places import ALL, cloned, connected, fetched, new_store, pushed
from tests.remote.test_fetch import LAZY

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def shared() -> tuple[Repo, MemoryStorage]:
    repo, storage = new_store(), MemoryStorage()
    repo.commit({"x": [1, 2, 3]})
    pushed(repo, storage, ALL)
    return repo, storage


def test_nothing_is_opened_before_a_part_is_missing():
    _, storage = shared()
    repo = cloned(storage, lazy=True)
    opened = []
    attach(repo, lambda config: opened.append(config) or storage)  # type: ignore[func-returns-value]
    repo.log()
    assert opened == []
    assert repo.load("v1") == {"x": [1, 2, 3]}
    assert len(opened) == 1


def test_the_address_of_the_remote_is_opened_by_itself():
    _, filled = shared()
    storage = named("team")
    for one in filled.list(""):
        storage.create(one.key, filled.read(one.key))
    try:
        repo = cloned(storage, lazy=True)
        assert repo.load("v1") == {"x": [1, 2, 3]}
        assert isinstance(parts_of(repo), PartsOfRemotes)
    finally:
        forget("team")


def test_what_another_process_fetched_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    theirs, storage = shared()
    repo = cloned(storage, lazy=True)
    attach(repo, lambda _config: storage)
    repo.load("v1")
    theirs.commit({"y": [4, 5, 6]})
    pushed(theirs, storage)
    fetched(repo, storage, LAZY)
    assert repo.load(theirs["v2"].id[:12]) == {"y": [4, 5, 6]}


def test_a_remote_that_was_removed_is_not_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    _, storage = shared()
    repo = cloned(storage, lazy=True)
    attach(repo, lambda _config: storage)
    Remotes(repo).remove("origin")
    with pytest.raises(MissingPart):
        repo.load("v1")


def test_a_part_that_nobody_has_is_missing():
    _, storage = shared()
    repo = cloned(storage, lazy=True)
    places = PartsOfRemotes(repo, lambda _config: storage)
    assert places.place(ObjectId("0" * 40)) is None
    places.prepare([])
    with pytest.raises(MissingPart):
        repo.parts.get(ObjectId("0" * 40))


def test_a_remote_that_cannot_be_read_is_not_asked_again_at_once():
    _, storage = shared()
    repo = cloned(storage, lazy=True)
    for key in list(repo.backend.list("remotes/")):
        repo.backend.delete(key)
    failing = Counting(Faulty(storage, probability=1, faults=[Fault.SERVER_ERROR]))
    attach(repo, lambda _config: failing)
    for _ in range(3):
        with pytest.raises(RemoteUnreachable):
            repo.load("v1")
    assert failing.total == 1


def test_the_next_remote_is_asked_for_what_the_first_one_lacks():
    theirs, storage = shared()
    other = MemoryStorage("memory://other")
    theirs.commit({"y": [7]})
    push(theirs, connected(theirs, other, "second"), ALL)
    repo = cloned(storage, lazy=True)
    fetch(repo, connected(repo, other, "second", lazy=True), LAZY)
    attach(repo, lambda config: other if config.name == "second" else storage)
    assert repo.load(theirs["v2"].id[:12]) == {"y": [7]}
    assert repo.load("v1") == {"x": [1, 2, 3]}


def test_a_remote_that_cannot_be_read_does_not_hide_what_another_one_has():
    theirs, storage = shared()
    other = MemoryStorage("memory://other")
    push(theirs, connected(theirs, other, "second"), ALL)
    repo = cloned(storage, lazy=True)
    connected(repo, other, "second", lazy=True)  # It was never fetched.
    failing = Faulty(other, probability=1, faults=[Fault.SERVER_ERROR])
    attach(repo, lambda config: failing if config.name == "second" else storage)
    assert repo.load("v1") == {"x": [1, 2, 3]}
    with pytest.raises(RemoteUnreachable):
        repo.parts.get(ObjectId("0" * 40))
