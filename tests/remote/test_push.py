"""Pushes: what they send, what they refuse, and that a kill at any request leaves both sides whole."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import Damaged, Diverged, NotPushed, RemoteDenied, RemoteError, RemoteUnreachable, Truncated
from nbmodelver.remote import compaction
from nbmodelver.remote import push as module
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.pull import remote_branches
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import Remotes, now_utc
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.objects.retrying import Patience, Retrying
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty, Killed
from tests.remote.places import (
    ALL,
    cloned,
    connected,
    copied,
    copied_storage,
    fetched,
    new_store,
    outcomes,
    packs,
    pulled,
    pushed,
    refs,
    reopened,
    values,
)  # fmt: skip

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

FORCE = PushOptions(force=True, why="the branch was wrong")


def started(commits: int = 2) -> tuple[Repo, MemoryStorage]:
    """A store that was pushed."""
    repo, storage = new_store(), MemoryStorage()
    for number in range(commits):
        repo.commit({"x": number, "table": np.arange(1000.0) + number}, f"c{number}")
    repo.tag("best", "v1")
    pushed(repo, storage, ALL)
    return repo, storage


def on_branch(repo: Repo, name: str) -> None:
    """Begin a branch and continue on it."""
    repo.history.set_head(repo.branch(name).id, name)


# -- what is sent


def test_a_push_sends_every_version_tag_and_event():
    repo, storage = started()
    other = cloned(storage)
    assert [v.id for v in other.log()] == [v.id for v in repo.log()]
    assert repr(values(other)) == repr(values(repo))
    assert other.history.tags()["best"].id == repo["v1"].id
    assert other.moves.log.keys().keys() >= repo.moves.log.keys().keys()
    assert other.verify(full=True) == []
    assert check_events(other).problems == ()


def test_a_second_push_sends_nothing():
    repo, storage = started()
    counting = Counting(storage)
    assert pushed(repo, counting, ALL).did_nothing
    assert counting.writes == 0


def test_a_push_without_a_selection_sends_the_current_branch_only():
    repo, storage = started()
    on_branch(repo, "side")
    repo.commit({"x": 50})
    result = pushed(repo, storage)
    assert [change.ref for change in result.changes] == ["heads/side"]
    assert set(refs(storage)) == {"heads/main", "heads/side", "tags/best"}


def test_a_dry_run_writes_nothing():
    repo, storage = started()
    repo.commit({"x": 50})
    counting = Counting(storage)
    result = pushed(repo, counting, PushOptions(dry_run=True))
    assert result.dry_run
    assert len(result.versions) == 1
    assert counting.writes == 0


def test_parts_of_versions_that_were_not_chosen_are_not_sent():
    repo, storage = new_store(), MemoryStorage()
    repo.commit({"x": np.arange(50_000)})
    on_branch(repo, "side")
    repo.commit({"secretive": np.arange(50_000) * 7})
    pushed(repo, storage, PushOptions(Selection(branches=("main",))))
    other = cloned(storage)
    hidden = repo.reachability.of_all([repo["v2"]]) - repo.reachability.of_all([repo["v1"]])
    assert hidden
    assert not any(other.parts.has(part) for part in hidden)
    assert other.verify(full=True) == []


def test_an_unknown_branch_tag_or_model_is_named():
    repo, storage = started()
    for selection in (Selection(branches=("no",)), Selection(tags=("no",)), Selection(models=("no",))):
        with pytest.raises(NotPushed, match="no"):
            pushed(repo, storage, PushOptions(selection))


def test_a_branch_can_have_another_name_at_the_remote():
    repo, storage = started()
    pushed(repo, storage, PushOptions(branch_as="ann/main"))
    assert refs(storage)["heads/ann/main"] == repo["v2"].id
    repo.branch("side")
    with pytest.raises(NotPushed, match="one branch"):
        pushed(repo, storage, PushOptions(Selection(everything=True), branch_as="other"))


def test_a_push_after_versions_were_forgotten_sends_the_rest():
    repo, storage = new_store(), MemoryStorage()
    for number in range(4):
        repo.commit({"x": number})
    repo.forget(["v1", "v3"])
    pushed(repo, storage, ALL)
    other = cloned(storage)
    assert [v.name for v in other.log()] == ["v4", "v2"]
    assert other.verify(full=True) == []


def test_a_push_after_a_purge_sends_nothing_of_what_was_purged():
    repo, storage = new_store(), MemoryStorage()
    for number in range(3):
        repo.commit({"x": number, "token_like": np.arange(3000) + number})
    gone = repo.reachability.of_all([repo["v1"]])
    repo.purge("token_like")
    gone -= repo.reachability.of_all([repo[v.id] for v in repo.log()])
    pushed(repo, storage, ALL)
    other = cloned(storage)
    assert [set(v) for v in values(other).values()] == [{"x"}] * 3
    assert not any(other.parts.has(part) for part in gone)
    assert other.verify(full=True) == []


def test_purged_versions_do_not_come_back_from_a_store_that_still_has_them():
    repo, storage = started()
    other = cloned(storage)
    repo.purge("x")
    pushed(repo, storage, ALL)
    other.commit({"y": 1})
    with suppress(Diverged):
        pushed(other, storage)
    fetched(other, storage)
    pushed(other, storage, PushOptions(branch_as="beside"))
    third = cloned(storage)
    assert third.verify(full=True) == []
    assert not any("x" in v.kept for v in third.history.records.all() if v.number <= 2)


def test_a_push_of_the_first_version_makes_a_remote_that_can_be_cloned():
    repo, storage = new_store(), MemoryStorage()
    repo.commit({"x": 1})
    assert len(pushed(repo, storage).versions) == 1
    assert values(cloned(storage)) == values(repo)


# -- refusals


def diverged() -> tuple[Repo, Repo, MemoryStorage]:
    """Two stores with a new version each; the second one was pushed."""
    repo, storage = started()
    other = cloned(storage)
    repo.commit({"x": "ours"})
    other.commit({"x": "theirs"})
    pushed(other, storage)
    return repo, other, storage


def test_a_branch_with_versions_that_are_not_here_is_never_moved():
    repo, other, storage = diverged()
    before = refs(storage)
    with pytest.raises(Diverged, match=r"1 version \(v3\)") as raised:
        pushed(repo, storage)
    assert raised.value.hint
    assert refs(storage) == before
    assert cloned(storage).history.head == other.history.head


def test_a_forced_push_needs_a_reason_and_leaves_an_event():
    repo, _, storage = diverged()
    with pytest.raises(NotPushed, match="reason"):
        pushed(repo, storage, PushOptions(force=True))
    pushed(repo, storage, FORCE)
    assert refs(storage)["heads/main"] == repo["HEAD"].id
    (event,) = [e for e in repo.moves.log.newest() if e.kind == "push"]
    assert event.why == "the branch was wrong"
    assert any(e.id == event.id for e in cloned(storage).moves.log.newest())


def test_a_forced_push_keeps_the_versions_that_it_replaces():
    repo, other, storage = diverged()
    pushed(repo, storage, FORCE)
    third = cloned(storage)
    assert third.history.records.exists(other["HEAD"].id)
    assert third.verify(full=True) == []


def test_a_branch_that_is_behind_the_remote_stays_there():
    repo, other, storage = diverged()
    third = cloned(storage)
    third.refs.move("heads/main", third.refs.get("heads/main"), repo["v2"].id)
    assert not pushed(third, storage).changes
    assert refs(storage)["heads/main"] == other["HEAD"].id


def test_versions_of_another_history_are_refused():
    _, storage = started()
    stranger = new_store()
    stranger.commit({"z": 1})
    with pytest.raises(NotPushed, match="another history"):
        pushed(stranger, storage)


def test_a_secret_in_a_message_stops_the_push_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch):
    repo, storage = started()
    repo.commit({"x": 9}, "uses hunter2-hunter2-hunter2")
    monkeypatch.setenv("SERVICE_TOKEN", "hunter2-hunter2-hunter2")  # The token came after the commit.
    counting = Counting(storage)
    with pytest.raises(NotPushed, match="secret"):
        pushed(repo, counting)
    assert counting.writes == 0
    pushed(repo, counting, PushOptions(allow_secrets=frozenset({"v3"})))
    assert refs(storage)["heads/main"] == repo["v3"].id


def test_credentials_that_only_read_are_named():
    repo, storage = started()
    repo.commit({"x": 9})
    storage.writes = False
    with pytest.raises((NotPushed, RemoteDenied), match="read"):
        pushed(repo, storage)
    assert fetched(repo, storage).did_nothing


def test_a_tag_that_is_another_version_there_is_moved_only_by_force():
    repo, storage = started()
    other = cloned(storage)
    repo.tag("first", "v1")
    other.tag("first", "v2")
    pushed(repo, storage, ALL)
    chosen = Selection(tags=("first",))
    with pytest.raises(Diverged, match="first"):
        pushed(other, storage, PushOptions(chosen))
    pushed(other, storage, PushOptions(chosen, force=True, why="v2 is right"))
    assert refs(storage)["tags/first"] == other["v2"].id


def test_a_tag_that_was_moved_here_moves_there():
    repo, storage = started()
    repo.tag("best", "v2", move=True)
    assert [c.ref for c in pushed(repo, storage).changes] == ["tags/best"]
    assert cloned(storage).history.tags()["best"].id == repo["v2"].id


# -- requests


def test_a_small_push_takes_at_most_six_requests_and_sends_each_object_once():
    repo, storage = started()
    repo.commit({"x": 9})
    counting = Counting(storage)
    pushed(repo, counting)
    assert counting.total - 1 <= 6, counting.calls  # One more reads the marker, because the connection is new.
    keys = [key for kind, key in counting.calls if kind in ("create", "put", "replace")]
    assert len(keys) == len(set(keys))


def test_a_push_that_loses_the_race_for_the_head_sends_no_pack_twice():
    repo, storage = started()
    repo.commit({"x": np.random.default_rng(0).bytes(40_000_00)})
    other = cloned(storage)
    on_branch(other, "side")

    class Racing(Counting):
        left = 3

        def replace(self, key: str, data: bytes, tag: str) -> str | None:
            if self.left:
                self.left -= 1
                other.commit({"y": self.left})
                pushed(other, storage)
            return super().replace(key, data, tag)

    counting = Racing(storage)
    result = pushed(repo, counting)
    assert result.rounds == 4
    keys = [key for kind, key in counting.calls if kind in ("create", "put")]
    assert len(keys) == len(set(keys)), keys
    assert cloned(storage).verify(full=True) == []


def test_a_push_gives_up_when_others_are_always_faster(monkeypatch: pytest.MonkeyPatch):
    repo, storage = started()
    repo.commit({"x": 9})
    monkeypatch.setattr(module, "ROUNDS", 3)
    monkeypatch.setattr(module.time, "sleep", lambda _s: None)
    refusing = Faulty(storage, probability=0.0)
    refusing.replace = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(NotPushed, match="3 times"):
        pushed(repo, refusing)


# -- kills


def small() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, storage = started()
    repo.commit({"x": 9})
    return repo, storage, None


def first() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, storage = new_store(), MemoryStorage()
    repo.commit({"x": 1})
    repo.tag("best")
    connected(repo, storage)
    return repo, storage, ALL


def large() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, storage = started()
    repo.commit({"big": np.random.default_rng(0).bytes(3 << 20)})
    repo.commit({"big": np.random.default_rng(1).bytes(3 << 20)})
    return repo, storage, None


def with_compaction() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, storage = started()
    for number in range(4):
        repo.commit({"x": number, "y": number})
        if number < 3:
            pushed(repo, storage)
    return repo, storage, None


def forced() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, _, storage = diverged()
    return repo, storage, FORCE


def with_registry() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, storage = started()
    version = repo.commit({"model": {"w": [1.0]}})
    promote(repo, "models/churn/1.0.0", version.id)
    return repo, storage, None


def promote(repo: Repo, ref: str, version: str) -> None:
    repo.moves.run(EventDraft("register", ref), [Wanted(ref, repo.moves.state(ref), {"version": version})])


def numbered() -> tuple[Repo, MemoryStorage, PushOptions | None]:
    repo, storage = new_store(), MemoryStorage(swaps=False)
    repo.commit({"x": 1})
    pushed(repo, storage, ALL)
    repo.commit({"x": 2})
    return repo, storage, None


CASES = [small, first, large, with_compaction, forced, with_registry, numbered]


@pytest.mark.parametrize("case", CASES)
def test_a_kill_at_any_request_leaves_the_state_before_or_after(case, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compaction, "MANY", 3)
    monkeypatch.setattr(module, "SMALL_BYTES", 1 << 20)
    repo, storage, options = case()
    before, alive = refs(copied_storage(storage)), [None, None]

    def again() -> MemoryStorage:
        alive[0] = copied(repo)
        alive[1] = copied_storage(storage)
        return alive[1]

    whole = again()
    pushed(alive[0], whole, options)
    after = refs(whole)
    seen = 0
    for what, place in outcomes(lambda faulty: pushed(alive[0], faulty, options), again):
        now = refs(place)
        assert now in (before, after) or (case is with_registry and set(now) >= set(before)), what
        third = cloned(place)
        assert third.verify(full=True) == [], what
        assert check_events(third).problems == (), what
        counting = Counting(place)
        there = set(packs(place))
        pushed(reopened(alive[0]), counting, options)
        assert refs(place) == after, what
        again_sent = {key for kind, key in counting.calls if kind in ("create", "put")} & there
        assert not again_sent, f"{what}: {again_sent}"
        other = cloned(place)
        assert {v.id for v in other.history.records.all()} >= {v.id for v in repo.log()}, what
        assert other.verify(full=True) == [], what
        seen += 1
    assert seen >= 8, seen


@pytest.mark.parametrize("case", [small, large])
def test_a_kill_at_any_change_of_the_own_store_leaves_it_whole(case):
    repo, storage, options = case()
    for left in range(100):
        mine, place = copied(repo), copied_storage(storage)
        mine.backend.left = left
        try:
            pushed(mine, place, options)
        except Killed:
            pass
        else:
            assert left > 1
            return
        pushed(reopened(mine), place, options)
        assert reopened(mine).verify(full=True) == []
        assert cloned(place).verify(full=True) == []
    raise AssertionError("it never ended")


@pytest.mark.parametrize("case", [small, first, forced, with_registry, numbered])
@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.SERVER_ERROR, Fault.THROTTLED, Fault.TRUNCATED])
def test_a_failure_of_the_network_at_any_request_is_repeated(case, fault):
    repo, storage, options = case()
    whole = copied_storage(storage)
    pushed(copied(repo), whole, options)
    for number in range(1, 30):
        place = copied_storage(storage)
        faulty = Faulty(place, {number: fault})
        pushed(copied(repo), Retrying(faulty, Patience(), sleep=lambda _s: None), options)
        assert refs(place) == refs(whole), (number, faulty.happened)
        if not faulty.happened:
            break
        if number % 3 == 1:
            assert cloned(place).verify(full=True) == []
    assert number > 5


@pytest.mark.parametrize("case", [small, first, numbered])
def test_a_refusal_of_ones_own_write_is_no_conflict(case):
    repo, storage, options = case()
    for number in range(1, 30):
        place = copied_storage(storage)
        faulty = Faulty(place, {number: Fault.REFUSED_OWN}, only=("create", "replace"))
        pushed(copied(repo), faulty, options)
        assert refs(place)["heads/main"] == repo["HEAD"].id, number
        assert cloned(place).verify(full=True) == []
        if not faulty.happened:
            return
    raise AssertionError("it never ended")


def test_without_a_network_the_push_says_so_and_moves_nothing():
    repo, storage, _ = small()
    connection = connected(repo, storage)
    connection.storage = Faulty(storage, probability=1.0)
    connection._places["work"]._storage = connection.storage
    before = refs(storage)
    with pytest.raises((RemoteUnreachable, Truncated)):
        push(repo, connection)
    assert refs(storage) == before


# -- many writers


def write_from(storage: MemoryStorage, name: str, commits: int, failed: list[BaseException]) -> None:
    try:
        repo = cloned(storage)
        for number in range(commits):
            repo.commit({**repo.load("HEAD"), name: number}, f"{name} {number}")
            for _ in range(200):
                try:
                    pushed(repo, storage)
                    break
                except Diverged:
                    merge_theirs(repo, storage)
    except BaseException as error:
        failed.append(error)
        raise


def merge_theirs(repo: Repo, storage: MemoryStorage) -> None:
    fetched(repo, storage)
    theirs = repo.history.version(remote_branches(repo, Remotes(repo).get())["main"])
    head = repo.history.head
    assert head is not None
    one, other = repo.load(theirs), repo.load(head)
    merged = {name: max(one.get(name, -1), other.get(name, -1)) for name in {*one, *other}}
    repo.commit(merged, "merge", merged=theirs.id)


@pytest.mark.parametrize("rule", ["swap", "numbered"])
def test_eight_writers_lose_no_version(rule):
    commits = 3
    storage = MemoryStorage(swaps=rule == "swap")
    repo = new_store()
    repo.commit({"start": 0})
    pushed(repo, storage)
    assert Remotes(repo).get().rule == rule
    failed: list[BaseException] = []
    names = [f"w{number}" for number in range(8)]
    threads = [threading.Thread(target=write_from, args=(storage, name, commits, failed)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    end = cloned(storage)
    pulled(repo, storage)
    assert {v.id for v in repo.log(limit=None)} == {v.id for v in end.log(limit=None)}
    messages = {v.message for v in end.history.records.all()}
    assert messages >= {f"{name} {number}" for name in names for number in range(commits)}
    newest = end.load("HEAD")
    assert {name: newest[name] for name in names} == dict.fromkeys(names, commits - 1)
    assert end.verify(full=True) == []


def test_two_pushes_under_the_rule_for_a_single_writer_lose_no_version_when_one_follows_the_other():
    class Naive(MemoryStorage):
        def create(self, key: str, data: bytes) -> bool:
            self._put(key, data)
            return True

    storage = Naive(swaps=False)
    repo = new_store()
    repo.commit({"x": 1})
    pushed(repo, storage)
    assert Remotes(repo).get().rule == "single writer"
    other = cloned(storage)
    repo.commit({"x": 2})
    other.commit({"x": 3})
    pushed(repo, storage)
    with pytest.raises(Diverged):
        pushed(other, storage)
    assert cloned(storage).verify(full=True) == []


def test_a_remote_error_is_never_a_traceback_of_another_kind():
    repo, storage, _ = small()
    for number in range(1, 12):
        faulty = Faulty(copied_storage(storage), {number: Fault.SHORT})
        with suppress(RemoteError, Damaged):
            pushed(copied(repo), faulty)


class Guarded(MemoryStorage):
    """A place whose credentials do not allow to write one area."""

    denied = "registry/"

    def _check_write(self, key: str) -> None:
        super()._check_write(key)
        if key.startswith(self.denied):
            raise RemoteDenied(f"{self.where} refuses to write {key}", "ask for more rights")


def test_without_the_right_to_promote_versions_are_sent_and_the_promotion_is_named():
    repo, storage = new_store(), Guarded()
    repo.commit({"x": 1})
    connected(repo, storage)
    promote(repo, "models/churn/1.0.0", repo["v1"].id)
    with pytest.raises(NotPushed, match="were sent, but your rights") as raised:
        pushed(repo, storage)
    assert "--versions-only" in str(raised.value.hint)
    assert refs(storage) == {"heads/main": repo["v1"].id}
    assert cloned(storage).verify(full=True) == []
    pushed(repo, storage, PushOptions(versions_only=True))
    storage.denied = "none"
    pushed(repo, storage)
    assert cloned(storage).moves.state("models/churn/1.0.0") == repo.moves.state("models/churn/1.0.0")


def test_without_the_right_to_push_nothing_is_moved():
    repo, storage = new_store(), Guarded()
    storage.denied = "work/"
    repo.commit({"x": 1})
    with pytest.raises(NotPushed, match="do not allow you to push"):
        pushed(repo, storage)
    assert refs(storage) == {}


def test_a_promotion_alone_moves_one_head():
    repo, storage = started()
    pushed(repo, storage)
    promote(repo, "models/churn/1.0.0", repo["v1"].id)
    pushed(repo, storage)
    state = repo.moves.state("models/churn/1.0.0")
    assert state is not None
    assert refs(storage)["models/churn/1.0.0"] == {"event": state.event, "value": state.value}


def test_the_first_store_with_events_gives_the_remote_its_history():
    repo, storage = started()
    head = connected(repo, storage).read("work").head
    assert head is not None
    events = repo.moves.head()
    assert events is not None
    assert head.history == events.store


def test_a_pack_with_the_name_of_a_doomed_one_is_sent_under_another_name():
    repo, storage = started()
    connection = connected(repo, storage)
    before = connection.read("work")
    assert before.head is not None
    names = [key.rpartition("/")[2] for key in packs(storage)]
    assert connection.place("work").move(before, before.head.next(doomed=dict.fromkeys(names, now_utc())))
    storage.delete(packs(storage))
    pushed(repo, storage, PushOptions(Selection(everything=True), again=True))
    assert not set(names) & {key.rpartition("/")[2] for key in packs(storage)}
    assert cloned(storage).verify(full=True) == []
