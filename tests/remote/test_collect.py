"""Garbage collection at a remote: what it removes and when, and that it is safe beside pushes and after a kill."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import Damaged, NotPushed
from nbmodelver.remote import collect as module
from nbmodelver.remote.collect import DAY_S, CollectOptions, collect
from nbmodelver.remote.known import pack_key
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty, Killed
from tests.remote.places import (
    ALL,
    cloned,
    connected,
    copied,
    copied_storage,
    new_store,
    outcomes,
    packs,
    pushed,
    values,
)  # fmt: skip

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

NOW = CollectOptions(grace_s=0)


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


def table(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=4000)


def with_garbage() -> tuple[Repo, MemoryStorage, Clock]:
    """A remote with three versions, one of which was forgotten here and is under no ref there."""
    clock = Clock()
    repo, storage = new_store(), MemoryStorage(clock=clock)
    repo.commit({"x": table(1)}, "one")
    repo.branch("side")
    repo.history.set_head(repo["v1"].id, "side")
    repo.commit({"x": table(2)}, "two")
    repo.history.set_head(repo["v1"].id, "main")
    repo.commit({"x": table(3)}, "three")
    pushed(repo, storage, ALL)
    return repo, storage, clock


def gone_branch(repo: Repo, storage: MemoryStorage) -> None:
    """Take the branch `side` away at the remote, and forget its version here."""
    connection = connected(repo, storage)
    before = connection.read("work")
    assert before.head is not None
    refs = {ref: value for ref, value in before.head.refs.items() if ref != "heads/side"}
    assert connection.place("work").move(before, before.head.next(refs=refs)) is not None
    repo.history.delete_branch("side")
    repo.forget(["v2"])


class Killing(Counting):
    """A place whose client is killed when it moves a head."""

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        raise Killed(key)


def collected(repo: Repo, storage: MemoryStorage | Faulty | Counting, options: CollectOptions | None = None):
    return collect(repo, connected(repo, storage), options)


def intact(storage: MemoryStorage) -> bool:
    """True if everything that the remote lists can be read."""
    other = cloned(storage)
    return other.verify(full=True) == [] and bool(values(other))


def test_a_remote_without_garbage_is_left_alone():
    repo, storage, _ = with_garbage()
    before = dict(storage._objects)
    done = collected(repo, storage)
    assert done.did_nothing
    assert done.versions == 3
    assert dict(storage._objects) == before


def test_a_version_that_was_forgotten_stays_until_that_is_asked_for():
    repo, storage, _ = with_garbage()
    gone_branch(repo, storage)
    assert collected(repo, storage).did_nothing
    done = collected(repo, storage, CollectOptions(forgotten=True))
    assert (done.dropped, done.condemned) == (1, 1)
    assert sorted(v.message for v in cloned(storage).log()) == ["one", "three"]


def test_a_forgotten_version_under_a_branch_of_the_remote_stays():
    repo, storage, _ = with_garbage()
    repo.history.delete_branch("side")
    repo.forget(["v2"])
    assert collected(repo, storage, CollectOptions(forgotten=True)).did_nothing


def test_a_pack_is_marked_first_and_deleted_after_the_grace_period():
    repo, storage, _ = with_garbage()
    gone_branch(repo, storage)
    count = len(packs(storage))
    assert collected(repo, storage, CollectOptions(forgotten=True)).condemned == 1
    assert len(packs(storage)) == count
    assert collected(repo, storage).waiting == 1
    assert len(packs(storage)) == count
    done = collected(repo, storage, NOW)
    assert done.deleted == 1
    assert done.deleted_bytes > 20_000
    assert len(packs(storage)) == count - 1
    assert intact(storage)


def test_a_dry_run_changes_nothing():
    repo, storage, _ = with_garbage()
    gone_branch(repo, storage)
    before = dict(storage._objects)
    done = collected(repo, storage, CollectOptions(forgotten=True, dry_run=True))
    assert (done.dropped, done.condemned, done.dry_run) == (1, 1, True)
    assert dict(storage._objects) == before


def test_a_push_sends_the_parts_of_condemned_packs_again():
    repo, storage, _ = with_garbage()
    old = repo.load("v2")["x"]
    gone_branch(repo, storage)
    collected(repo, storage, CollectOptions(forgotten=True))
    repo.commit({"x": old}, "again")
    assert pushed(repo, storage).packs == 1
    collected(repo, storage, NOW)
    assert intact(storage)
    assert np.array_equal(cloned(storage).load("HEAD")["x"], old)


def mostly_unneeded() -> tuple[Repo, MemoryStorage, Clock]:
    """A remote with one pack of which a small part is needed."""
    clock = Clock()
    repo, storage = new_store(), MemoryStorage(clock=clock)
    repo.commit({"n": 1}, "one")
    repo.branch("side")
    repo.history.set_head(repo["v1"].id, "side")
    repo.commit({"keep": table(9)[:300], "drop": table(8)}, "both")
    repo.history.set_head(repo["v1"].id, "main")
    repo.commit({"keep": table(9)[:300]}, "small")
    pushed(repo, storage, ALL)
    gone_branch(repo, storage)
    return repo, storage, clock


def test_a_rewrite_that_was_interrupted_weeks_ago_is_not_deleted_with_the_new_one():
    repo, storage, clock = mostly_unneeded()
    before = set(packs(storage))
    killed = Killing(storage)
    with suppress(Killed):
        collected(repo, killed, CollectOptions(forgotten=True))
    (left,) = set(packs(storage)) - before
    clock.now += 30 * DAY_S
    collected(repo, storage, CollectOptions(forgotten=True))
    assert left not in packs(storage)
    collected(repo, storage, NOW)
    assert not before <= set(packs(storage))
    assert intact(storage)


def test_a_mostly_unneeded_pack_is_rewritten():
    repo, storage, _ = mostly_unneeded()
    before = sum(storage.size(key) for key in packs(storage))
    done = collected(repo, storage, CollectOptions(forgotten=True))
    assert done.rewritten_bytes > 20_000
    collected(repo, storage, NOW)
    assert sum(storage.size(key) for key in packs(storage)) < before - 25_000
    assert intact(storage)


def test_objects_of_an_interrupted_push_are_deleted_when_they_are_old():
    repo, storage, clock = with_garbage()
    storage.create(pack_key("ab" * 16), b"left behind")
    storage.create("segments/cd/" + "cd" * 20, b"left behind")
    assert collected(repo, storage, NOW).did_nothing
    clock.now += 2 * DAY_S
    done = collected(repo, storage, NOW)
    assert done.deleted == 2
    assert pack_key("ab" * 16) not in packs(storage)
    assert intact(storage)


def test_a_name_that_is_being_deleted_is_not_used_again():
    repo, storage, clock = with_garbage()
    repo.commit({"x": table(5)}, "five")
    killed = Faulty(storage, {4: Fault.KILLED_BEFORE})
    with suppress(Killed):
        pushed(repo, killed)  # type: ignore[arg-type]
    left = set(packs(storage))
    clock.now += 2 * DAY_S
    collected(repo, storage, NOW)
    deleted = left - set(packs(storage))
    assert deleted
    pushed(repo, storage)
    assert not deleted & set(packs(storage))
    assert intact(storage)


def test_the_name_of_a_deleted_pack_is_not_used_again_for_weeks():
    """A gc that hangs between two requests may delete it a second time."""
    repo, storage, _ = with_garbage()
    old = repo.load("v2")["x"]
    gone_branch(repo, storage)
    before = set(packs(storage))
    collected(repo, storage, CollectOptions(forgotten=True))
    collected(repo, storage, NOW)
    (deleted,) = before - set(packs(storage))
    gone_twice(repo, storage)
    repo.commit({"x": old}, "again")
    pushed(repo, storage)
    storage.delete([deleted])
    assert np.array_equal(cloned(storage).load("HEAD")["x"], old)
    assert intact(storage)


def gone_twice(repo: Repo, storage: MemoryStorage) -> None:
    """Let another version go, so that the next two runs of gc move the head."""
    repo.branch("side")
    repo.history.set_head(repo["v3"].id, "side")
    gone = repo.commit({"y": table(6)}, "gone too")
    repo.history.set_head(repo["v3"].id, "main")
    pushed(repo, storage, ALL)
    connection = connected(repo, storage)
    before = connection.read("work")
    assert before.head is not None
    refs = {ref: value for ref, value in before.head.refs.items() if ref != "heads/side"}
    assert connection.place("work").move(before, before.head.next(refs=refs)) is not None
    repo.history.delete_branch("side")
    repo.forget([gone.id])
    for options in (CollectOptions(forgotten=True), NOW):
        assert not collected(repo, storage, options).did_nothing


def test_a_deletion_that_lasted_too_long_stops_and_the_next_gc_continues_it(monkeypatch):
    repo, storage, clock = with_garbage()
    storage.create(pack_key("ab" * 16), b"left behind")
    storage.create(pack_key("cd" * 16), b"left behind")
    clock.now += 2 * DAY_S
    count = len(packs(storage))
    slept = 0.0
    now = time.time
    monkeypatch.setattr(module, "KEYS_AT_ONCE", 1)
    monkeypatch.setattr("time.time", lambda: now() + slept)

    class Sleeping(Counting):
        def delete(self, keys):
            nonlocal slept
            super().delete(keys)
            slept += 2 * DAY_S

    collected(repo, Sleeping(storage), NOW)
    assert len(packs(storage)) == count - 1
    collected(repo, storage, NOW)
    assert len(packs(storage)) == count - 2
    assert intact(storage)


def test_old_numbered_heads_are_deleted():
    repo, storage = new_store(), MemoryStorage(swaps=False)
    for number in range(25):
        repo.commit({"x": number})
        pushed(repo, storage)
    assert len(list(storage.list("work/"))) == 25
    collected(repo, storage)
    numbers = {int(one.key.rpartition("/")[2]) for one in storage.list("work/")}
    assert not {3, 5} & numbers
    assert {1, 2, 4, *range(6, 26)} <= numbers  # Those that a search needs, and the newest ones.
    assert intact(storage)


def test_gc_is_refused_where_concurrent_writers_cannot_be_told_apart():
    class Blind(MemoryStorage):
        def create(self, key: str, data: bytes) -> bool:
            self.put(key, [data], len(data))
            return True

    repo, storage = new_store(), Blind(swaps=False)
    repo.commit({"x": 1})
    pushed(repo, storage, ALL)
    with pytest.raises(NotPushed, match="concurrent writers"):
        collected(repo, storage)


def test_gc_goes_on_after_a_push_was_faster():
    repo, storage, _ = with_garbage()
    gone_branch(repo, storage)
    other = cloned(storage)
    other.commit({"y": table(7)}, "meanwhile")

    class Raced(Counting):
        raced = False

        def replace(self, key: str, data: bytes, tag: str) -> str | None:
            if not self.raced:
                self.raced = True
                pushed(other, storage)
            return super().replace(key, data, tag)

    done = collected(repo, Raced(storage), CollectOptions(forgotten=True))
    assert done.dropped == 1
    assert sorted(v.message for v in cloned(storage).log()) == ["meanwhile", "one", "three"]
    assert intact(storage)


def test_a_kill_at_any_request_of_a_gc_loses_nothing_and_the_next_one_completes_it():
    repo, start, _ = with_garbage()
    gone_branch(repo, start)
    collected(repo, start, CollectOptions(forgotten=True))
    wanted = repr(values(cloned(start)))
    for killed, storage in outcomes(lambda place: collected(copied(repo), place, NOW), lambda: copied_storage(start)):
        assert repr(values(cloned(storage))) == wanted, killed
        collected(copied(repo), storage, NOW)
        assert intact(storage), killed
        assert len(packs(storage)) == len(packs(start)) - 1, killed


def test_a_kill_at_any_request_of_marking_loses_nothing():
    repo, start, _ = with_garbage()
    gone_branch(repo, start)
    options = CollectOptions(forgotten=True)
    for killed, storage in outcomes(
        lambda place: collected(copied(repo), place, options), lambda: copied_storage(start)
    ):
        assert intact(storage), killed
        collected(copied(repo), storage, options)
        assert collected(copied(repo), storage, NOW).did_nothing is False, killed
        assert intact(storage), killed


def test_a_recipe_that_cannot_be_read_stops_the_gc():
    _repo, storage, _ = with_garbage()
    other = cloned(storage, lazy=True)
    key = packs(storage)[0]
    data = bytearray(storage.read(key))
    data[40:-200] = bytes(len(data[40:-200]))
    storage.put(key, [bytes(data)], len(data))
    with pytest.raises((Damaged, Exception)) as caught:
        collected(other, storage)
    assert "damaged" in str(caught.value) or "cannot be read" in str(caught.value)
    assert len(packs(storage)) == 3
