"""Another store as a remote: what is read from it and sent to it, and that a kill or a refusal leaves both whole."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.actions.remote_transfers import (
    CloneRequest,
    CollectRequest,
    FetchRequest,
    PullRequest,
    PushRequest,
    clone_from,
    collect_remote,
    fetch_from,
    pull_from,
    purge_remote,
    push_to,
)
from nbmodelver.actions.remotes import (
    AddRequest,
    add_remote,
    check_remote,
    remotes,
    status_note,
)
from nbmodelver.actions.restore import Restores
from nbmodelver.errors import (
    Diverged,
    MergeConflict,
    NeedsTrust,
    NotPushed,
    NotSupported,
    RemoteChanged,
    RemoteError,
    RemoteMissing,
    StoreError,
    StoreLocked,
    StoreReadOnly,
    UsageError,
)  # fmt: skip
from nbmodelver.remote.fetch import FetchOptions, fetch
from nbmodelver.remote.opening import in_use, open_store, probe, usual_form
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import RemoteConnection, Remotes, add, read_marker
from nbmodelver.remote.store_storage import StoreStorage, naming_incomplete, store_at
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Killed
from tests.actions.sessions import DictSession, kept
from tests.remote import places
from tests.remote.places import ALL, DyingBackend, copied, new_store, reopened, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.model.remotes import Fetched, Pushed
    from nbmodelver.repo import Repo
    from tests.shells import Shell

FORCE = PushOptions(force=True, why="the branch was wrong")


class Point:
    """A value that only a pickle can hold."""

    def __init__(self, x: int) -> None:
        self.x = x


# -- stores in memory


def named(repo: Repo, name: str) -> Repo:
    """The store, with an address of its own."""
    repo.backend.where = name  # type: ignore[misc]  # of the class otherwise
    return repo


def store(name: str, commits: int = 0) -> Repo:
    """A store in memory."""
    repo = named(new_store(), name)
    for number in range(commits):
        repo.commit({"x": number, "table": np.arange(3000.0) + number}, f"{name} {number}")
    return repo


@contextmanager
def connection(reader: Repo, other: Repo) -> Iterator[RemoteConnection]:
    """The other store as a remote of the reader, with a new connection, as a new process has it."""
    with in_use(open_store(other.backend, reader)) as storage:
        name = other.where
        config = Remotes(reader).all().get(name) or add(reader, name, name, storage, probe=probe)
        yield RemoteConnection(reader, config, storage)


def pushed(reader: Repo, other: Repo, options: PushOptions | None = None) -> Pushed:
    with connection(reader, other) as opened:
        return push(reader, opened, options)


def fetched(reader: Repo, other: Repo, options: FetchOptions | None = None) -> Fetched:
    with connection(reader, other) as opened, naming_incomplete(opened.storage):
        return fetch(reader, opened, options)


def cloned(other: Repo, name: str) -> Repo:
    """A new store in memory with everything of the other one, at the same version."""
    repo = store(name)
    fetched(repo, other)
    for branch, version in other.history.branches().items():
        repo.history.create_branch(branch, version.id)
    head = other.history.head
    if head is not None:
        repo.history.set_head(head.id, "main")
    return repo


def sequence(reader: Repo, other: Repo) -> int:
    """The number of the head that the reader saw last."""
    with connection(reader, other) as opened:
        head = opened.known.head("work")
        return 0 if head is None else head.sequence


def promote(repo: Repo, version: str) -> None:
    ref = "models/churn/1.0.0"
    repo.moves.run(EventDraft("register", ref), [Wanted(ref, repo.moves.state(ref), {"version": version})])


def whole(*repos: Repo) -> None:
    """Both stores are complete and their logs are intact."""
    for repo in repos:
        assert reopened(repo).verify(full=True) == []
        assert check_events(reopened(repo)).problems == ()


# -- reading


def test_a_fetch_brings_versions_tags_and_values_and_writes_nothing_there():
    ben, ana = store("ben", 3), store("ana")
    ben.tag("best", "v2")
    before = dict(ben.backend._objects)  # type: ignore[attr-defined]
    found = fetched(ana, ben)
    assert [len(found.versions), found.branches] == [3, {"main": (None, ben["v3"].id)}]
    assert repr(values(ana)) == repr(values(ben))
    assert ana.history.tags()["best"].id == ben["v2"].id
    assert ben.backend._objects == before  # type: ignore[attr-defined]
    whole(ana)


def test_the_same_content_has_the_same_head_and_other_content_the_next_number():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    assert sequence(ana, ben) == 1
    for _ in range(3):
        assert fetched(ana, ben).did_nothing
        assert sequence(ana, ben) == 1
    ben.commit({"x": 10})
    assert len(fetched(ana, ben).versions) == 1
    assert sequence(ana, ben) == 2
    ben.tag("best", "v1")
    fetched(ana, ben)
    assert sequence(ana, ben) == 3


def test_many_fetches_after_each_commit_keep_few_segments():
    ben = store("ben", 1)
    ana = cloned(ben, "ana")
    for number in range(40):
        ben.commit({"x": 100 + number})
        fetched(ana, ben)
    with connection(ana, ben) as opened:
        assert len(opened.known.listings) <= 18
    assert repr(values(ana)) == repr(values(ben))


def test_a_merge_and_a_gc_there_are_no_alarm_and_values_still_come():
    ben = store("ben", 3)
    ana = cloned(ben, "ana")
    ben.commit({"big": np.arange(50_000)})
    ben.commit({"x": 1})
    ben.forget(["v4"])
    for number in range(40):
        ben.commit({"x": 200 + number})
    ben.gc(grace_s=0)
    assert len(fetched(ana, ben).versions) == 41
    assert repr(values(ana)) == repr(values(ben))
    whole(ana)


def test_values_of_forgotten_versions_are_not_brought():
    ben = store("ben", 1)
    ben.commit({"gone": np.random.default_rng(0).normal(size=200_000)})
    ben.history.set_head(ben["v1"].id)
    ben.commit({"x": 7})
    ben.forget(["v2"])
    gone = ben.reachability.of_forgotten(3600) - ben.live_parts()
    ana = cloned(ben, "ana")
    assert gone
    assert not any(ana.parts.has(part) for part in gone)


def test_a_branch_that_a_rollback_moved_or_that_was_deleted_is_no_alarm():
    ben = store("ben", 3)
    ben.branch("side")
    ana = cloned(ben, "ana")
    ben.history.set_head(ben["v1"].id, "main")
    ben.commit({"x": 50})
    ben.history.delete_branch("side")
    found = fetched(ana, ben)
    assert found.branches == {"main": (ana["v3"].id, ben["v4"].id), "side": (ana["v3"].id, None)}


def test_forgotten_and_purged_versions_are_no_alarm():
    ben = store("ben", 3)
    ana = cloned(ben, "ana")
    ben.forget(["v2"])
    fetched(ana, ben)
    ben.take_back(["v2"])
    fetched(ana, ben)
    ben.forget(["v2"])
    ben.gc(grace_s=0)
    fetched(ana, ben)
    ben.purge("table")
    assert len(fetched(ana, ben).replaced) == 2


@pytest.mark.parametrize("folder", ["records/", "events/"])
def test_a_lost_version_or_event_is_reported(folder: str):
    ben = store("ben", 3)
    ben.tag("best", "v1")
    ben.tag("other", "v1")
    ana = cloned(ben, "ana")
    key = ben.refs.get("heads/main") or "" if folder == "records/" else ""
    lost = next(k for k in ben.backend.list(folder) if k.endswith(key))
    ben.backend.delete(lost)
    with pytest.raises(RemoteChanged, match="lost"):
        fetched(ana, named(reopened(ben), "ben"))


def test_a_branch_alone_can_be_fetched():
    ben = store("ben", 2)
    ben.history.set_head(ben.branch("side").id, "side")
    ben.commit({"y": 5})
    ana = store("ana")
    with connection(ana, ben) as opened:
        assert len(fetch(ana, opened, FetchOptions(Selection(branches=("main",)))).versions) == 2
    assert len(fetched(ana, ben).versions) == 1


def test_values_that_are_only_at_a_remote_of_the_store_are_named():
    team = MemoryStorage()
    source = new_store()
    source.commit({"x": np.arange(1000)})
    places.pushed(source, team)
    ben = named(places.cloned(team, lazy=True), "ben")
    ana = store("ana")
    with pytest.raises(RemoteError, match="ben does not have all values of v1") as raised:
        fetched(ana, ben)
    assert "--no-lazy" in str(raised.value.hint)
    assert ana.log() == []


def test_who_sent_a_version_to_the_store_is_kept():
    carl, ben, ana = store("carl", 1), store("ben"), store("ana")
    carl.settings.set("author", "carl")
    ben.settings.set("author", "ben")
    pushed(carl, ben)
    ben.history.set_head(ben["v1"].id, "main")
    ben.commit({"y": 1})
    fetched(ana, ben)
    origins = {ana[v].name: origin for v, origin in ana.fetched_from.all().items()}
    assert origins["v1"].startswith("remote:ben#carl")
    assert origins["v2"] == "remote:ben#ben"


def test_a_gc_there_waits_for_a_fetch():
    ben, ana = store("ben", 1), store("ana")
    with connection(ana, ben), pytest.raises(StoreLocked), ben.backend.lock("lease", 0.05):
        pass
    ben.gc(grace_s=0)


def test_a_pack_that_a_gc_removed_from_a_store_that_cannot_be_locked_is_named():
    writable = store("ben", 2)
    ben, ana = read_only(writable), store("ana")
    with connection(ana, ben) as opened:
        storage = opened.storage
        opened.read("work")
        storage.read_tagged = lambda key, own=storage.read_tagged: _after_a_gc(own(key), writable)  # type: ignore[misc, method-assign]
        with pytest.raises((RemoteError, StoreError)) as raised:
            fetch(ana, opened)
    assert "again" in f"{raised.value.hint}" or "%mv_fetch" in f"{raised.value.hint}"
    assert ana.log() == []


def _after_a_gc(found: Any, repo: Repo) -> Any:
    for key in list(repo.backend.list("packs/")):
        repo.backend.delete(key)
    return found


def test_a_store_is_listed_and_read_like_a_remote_and_nothing_is_deleted():
    ben, ana = store("ben", 1), store("ana")
    with connection(ana, ben) as opened:
        storage = opened.storage
        storage.read_tagged("work/head")
        found = {one.key: one.size_bytes for one in storage.list("")}
        assert {key.partition("/")[0] for key in found} == {"format", "work", "segments", "packs"}
        for key, size in found.items():
            assert len(storage.read(key)) == storage.size(key) == size
            assert storage.read_many(key, [(0, 4), (2, 3)]) == [storage.read(key, 0, 4), storage.read(key, 2, 3)]
        for key in ("registry/head", "segments/00/" + 40 * "0", "packs/00/" + 32 * "0"):
            with pytest.raises(KeyError):
                storage.read(key)
        with pytest.raises(NotSupported):
            storage.delete(["format"])
        with pytest.raises(NotSupported):
            storage.create("probe/x", b"1")


# -- writing


def test_a_push_brings_versions_tags_and_events_and_moves_the_branch():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": 77})
    ana.tag("good", "v3")
    head = ben.history.head
    result = pushed(ana, ben)
    assert [change.ref for change in result.changes] == ["heads/main", "tags/good"]
    ben = named(reopened(ben), "ben")
    assert ben.refs.get("heads/main") == ana["v3"].id
    assert ben.history.tags()["good"].id == ana["v3"].id
    assert ben.history.head == head
    assert ben.load("v3") == {"x": 77}
    assert not list(ben.backend.list("remotes/"))
    assert not ben.refs.all("tracked/")
    assert not list(ben.backend.list("incoming/"))
    assert pushed(ana, ben).did_nothing
    assert fetched(ana, ben).did_nothing
    whole(ana, ben)


def test_what_arrives_is_a_strangers_until_it_is_trusted():
    ben = store("ben", 1)
    ana = cloned(ben, "ana")
    ana.commit({"x": Point(3)})
    pushed(ana, ben)
    ben = named(reopened(ben), "ben")
    assert ben.origins(ben["v2"])[0].startswith("remote:ana#")
    with pytest.raises(NeedsTrust):
        ben.load("v2")


def test_an_empty_store_can_be_pushed_to():
    ana, ben = store("ana", 2), store("ben")
    pushed(ana, ben)
    ben = named(reopened(ben), "ben")
    assert ben.history.branches().keys() == {"main"}
    assert repr(values(ben)) == repr(values(ana))
    assert ben.history.head is None
    fetched(ana, ben)
    whole(ana, ben)


def test_a_dry_run_writes_nothing_on_either_side():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": 5})
    before = dict(ben.backend._objects)  # type: ignore[attr-defined]
    result = pushed(ana, ben, PushOptions(dry_run=True))
    assert [len(result.versions), result.dry_run] == [1, True]
    assert ben.backend._objects == before  # type: ignore[attr-defined]


def test_parts_of_versions_that_were_not_chosen_are_not_sent():
    ana, ben = store("ana", 1), store("ben")
    ana.history.set_head(ana.branch("side").id, "side")
    ana.commit({"secretive": np.arange(50_000) * 7, "x": 0})
    for number in range(40):
        ana.commit({"x": number, "small": f"side {number}"})
    ana.history.set_head(ana["v1"].id, "main")
    ana.commit({"x": 1000})
    ana.gc(grace_s=0)
    pushed(ana, ben)
    hidden = ana.reachability.of_all([ana["v2"]]) - ana.reachability.of_all([ana["v1"], ana["HEAD"]])
    ben = named(reopened(ben), "ben")
    assert not any(ben.parts.has(part) for part in hidden)
    assert not any(b"side 39" in bytes(data) for data in ben.backend._objects.values())  # type: ignore[attr-defined]
    whole(ben)


def test_a_diverged_branch_is_not_moved_and_can_stand_beside():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": "ours"})
    ben.commit({"x": "theirs"})
    with pytest.raises(Diverged, match=r"1 version \(v3\)"):
        pushed(ana, ben)
    assert ben.refs.get("heads/main") == ben["HEAD"].id
    pushed(ana, ben, PushOptions(branch_as="ana-main"))
    assert named(reopened(ben), "ben").refs.get("heads/ana-main") == ana["HEAD"].id


def test_a_forced_push_needs_a_reason_and_leaves_its_event_there():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": "ours"})
    theirs = ben.commit({"x": "theirs"})
    with pytest.raises(NotPushed, match="reason"):
        pushed(ana, ben, PushOptions(force=True))
    pushed(ana, ben, FORCE)
    ben = named(reopened(ben), "ben")
    assert ben.refs.get("heads/main") == ana["HEAD"].id
    assert ben.history.records.exists(theirs.id)
    assert [e.why for e in ben.moves.log.newest() if e.kind == "push"] == ["the branch was wrong"]
    whole(ana, ben)


def test_a_tag_that_both_set_is_moved_by_force_only():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.tag("best", "v1")
    ben.tag("best", "v2")
    chosen = PushOptions(Selection(tags=("best",)))
    with pytest.raises(Diverged, match="best"):
        pushed(ana, ben, chosen)
    pushed(ana, ben, PushOptions(Selection(tags=("best",)), force=True, why="v1 is better"))
    assert named(reopened(ben), "ben").history.tags()["best"].id == ana["v1"].id
    fetched(ana, ben)
    whole(ana, ben)


def test_a_secret_is_refused_before_anything_is_written(monkeypatch: pytest.MonkeyPatch):
    ben = store("ben", 1)
    ana = cloned(ben, "ana")
    ana.commit({"x": 9}, "uses hunter2-hunter2-hunter2")
    monkeypatch.setenv("SERVICE_TOKEN", "hunter2-hunter2-hunter2")
    before = dict(ben.backend._objects)  # type: ignore[attr-defined]
    with pytest.raises(NotPushed, match="secret"):
        pushed(ana, ben)
    assert ben.backend._objects == before  # type: ignore[attr-defined]


def test_unrelated_histories_are_refused():
    ben, ana = store("ben", 2), store("ana")
    ana.commit({"z": 1})
    with pytest.raises(NotPushed, match="another history"):
        pushed(ana, ben)


def test_a_model_that_was_promoted_is_promoted_there():
    ben = store("ben", 1)
    ana = cloned(ben, "ana")
    version = ana.commit({"x": 9})
    promote(ana, version.id)
    pushed(ana, ben)
    ben = named(reopened(ben), "ben")
    assert ben.moves.state("models/churn/1.0.0") == ana.moves.state("models/churn/1.0.0")
    assert pushed(ana, ben).did_nothing
    promote(ben, ben["v1"].id)
    fetched(ana, ben)
    assert named(reopened(ana), "ana").moves.state("models/churn/1.0.0") == ben.moves.state("models/churn/1.0.0")
    whole(ana, ben)


def test_a_version_that_the_store_forgot_is_not_pushed_to_its_branch():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": 5})
    pushed(ana, ben)
    ben = named(reopened(ben), "ben")
    ben.refs.move("heads/main", ben["v3"].id, ben["v2"].id)
    ben.forget(["v3"])
    with pytest.raises(NotPushed, match="v3 was forgotten"):
        pushed(ana, ben)


def test_a_branch_that_moves_during_the_push_is_compared_again():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": 5})
    with connection(ana, ben) as opened:
        storage = opened.storage
        assert isinstance(storage, StoreStorage)
        received = storage._receive

        def after_a_commit(*args: Any) -> bool:
            storage._receive = received
            ben.commit({"x": "meanwhile"})
            return received(*args)

        storage._receive = after_a_commit
        with pytest.raises(Diverged):
            push(ana, opened)
    assert ben.refs.get("heads/main") == ben["HEAD"].id
    assert {v.message for v in ben.log()} == {"ben 0", "ben 1", ""}
    whole(ana, ben)


def test_a_notebook_there_goes_on_as_when_another_kernel_commits():
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": 5})
    pushed(ana, ben)
    own = ben.commit({"x": 6})
    assert own.parents == (ana["v2"].id,)
    assert ben.refs.get("heads/main") == own.id
    found = fetched(ana, ben)
    assert found.branches == {"main": (ana["v3"].id, own.id)}
    with pytest.raises(Diverged):
        pushed(ana, ben)


# -- kills


def small() -> tuple[Repo, Repo, PushOptions]:
    ben = store("ben", 2)
    ana = cloned(ben, "ana")
    ana.commit({"x": 5, "table": np.arange(3000.0) + 5})
    ana.tag("good", "v3")
    return ana, ben, PushOptions()


def first() -> tuple[Repo, Repo, PushOptions]:
    ana = store("ana", 2)
    ana.branch("side")
    return ana, store("ben"), ALL


def with_registry() -> tuple[Repo, Repo, PushOptions]:
    ana, ben, options = small()
    promote(ana, ana["v3"].id)
    return ana, ben, options


def chosen_parts() -> tuple[Repo, Repo, PushOptions]:
    ana = store("ana", 3)
    for number in range(40):
        ana.commit({"x": number, "small": number * 7})
    ana.gc(grace_s=0)
    ana.history.set_head(ana["v2"].id, "main")
    ana.commit({"x": "new"})
    return ana, store("ben"), PushOptions()


def forced() -> tuple[Repo, Repo, PushOptions]:
    ana, ben, _ = small()
    ben.commit({"x": "theirs"})
    return ana, ben, FORCE


def refs_of(repo: Repo) -> dict[str, str]:
    own = reopened(repo)
    return {ref: text for prefix in ("heads/", "tags/") for ref, text in own.refs.all(prefix).items()}


@pytest.mark.parametrize("case", [small, first, with_registry, chosen_parts, forced])
def test_a_kill_at_any_change_of_the_receiving_store_leaves_both_whole(case: Any):
    ana, ben, options = case()
    done = named(copied(ben), "ben")
    pushed(named(copied(ana), "ana"), done, options)
    expected, before = refs_of(done), refs_of(ben)
    for left in range(1000):
        source, target = named(copied(ana), "ana"), named(copied(ben), "ben")
        assert isinstance(target.backend, DyingBackend)
        target.backend.left = left
        try:
            pushed(source, target, options)
        except Killed:
            pass
        else:
            assert left > 5
            return
        now = refs_of(target)
        assert all(now.get(ref) in (before.get(ref), expected.get(ref)) for ref in {*now, *expected}), left
        if left % 3 == 0:
            whole(target)
        again = named(reopened(target), "ben")
        pushed(named(reopened(source), "ana"), again, options)
        assert refs_of(again) == expected, left
        state = named(reopened(again), "ben").moves.state("models/churn/1.0.0")
        assert state == ana.moves.state("models/churn/1.0.0"), left
        if left % 3 == 0:
            whole(source, again)
    raise AssertionError("it never ended")


# -- rights


class ReadOnly(DyingBackend):
    """A store that this user may read and not write."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise StoreReadOnly(f"cannot write {self.where}: Permission denied", "reading still works")

    create = swap = delete = move = lock = _refuse


def read_only(repo: Repo) -> Repo:
    backend = ReadOnly()
    backend._objects, backend._made_at = repo.backend._objects, repo.backend._made_at  # type: ignore[attr-defined]
    return named(type(repo)(backend), repo.where)


def test_a_store_that_cannot_be_written_is_read_and_a_push_is_refused():
    writable = store("ben", 2)
    writable.tag("best", "v1")
    ben, ana = read_only(writable), store("ana")
    assert len(fetched(ana, ben).versions) == 2
    config = Remotes(ana).get("ben")
    assert config.abilities is not None
    assert not config.abilities.writes
    ana.history.create_branch("main", ana["v2"].id)
    ana.history.set_head(ana["v2"].id, "main")
    ana.commit({"x": 1})
    with pytest.raises(NotPushed, match="allow reading only, so nothing was sent"):
        pushed(ana, ben)
    writable.commit({"x": 9})
    assert len(fetched(ana, ben).versions) == 1


def test_a_store_that_became_read_only_refuses_a_push():
    ben = store("ben", 1)
    ana = cloned(ben, "ana")
    ana.commit({"x": 1})
    with pytest.raises(NotPushed, match="allow reading only, so nothing was sent"):
        pushed(ana, read_only(ben))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write every folder")
def test_a_folder_without_write_permission_is_read(tmp_path: Path):
    repo = mv.open(tmp_path / "ben", create=True)
    repo.commit({"x": 1})
    folders = [folder for folder in (tmp_path / "ben").rglob("*") if folder.is_dir()]
    for folder in (tmp_path / "ben", *folders):
        folder.chmod(0o500)
    try:
        ana = mv.open(tmp_path / "ana", create=True)
        config = add_remote(ana, AddRequest("ben", str(tmp_path / "ben")))
        assert config.abilities is not None
        assert not config.abilities.writes
        assert len(fetch_from(ana, FetchRequest()).versions) == 1
    finally:
        for folder in (tmp_path / "ben", *folders):
            folder.chmod(0o700)


# -- addresses and refusals


@pytest.fixture
def ben(tmp_path: Path) -> Repo:
    """A store in a folder, with two versions."""
    repo = mv.open(tmp_path / "ben", create=True)
    repo.commit({"x": 1, "table": np.arange(3000.0)}, "first")
    repo.commit({"x": 2, "table": np.arange(3000.0)}, "second")
    return repo


@pytest.fixture
def ana(ben: Repo, tmp_path: Path) -> Repo:
    """A clone of that store, with it as origin."""
    return clone_from(CloneRequest(str(tmp_path / "ben"), tmp_path / "ana")).repo


def test_a_store_is_found_at_its_folder_and_at_the_one_above(ben: Repo, tmp_path: Path):
    own = tmp_path / "ben" / ".nbmodelver"
    assert store_at(tmp_path / "ben") == store_at(own) == own
    assert usual_form(str(tmp_path / "ben")) == usual_form(f"file://{own}") == str(own)
    assert store_at(tmp_path) is None
    (tmp_path / "team").mkdir()
    assert usual_form(str(tmp_path / "team")) == str(tmp_path / "team")


def test_a_clone_has_the_branch_and_the_values_and_is_up_to_date(ben: Repo, ana: Repo):
    assert ana.load("HEAD")["x"] == 2
    assert status_note(ana) == ""
    (known,) = remotes(ana)
    assert [(b.branch, b.relation) for b in known.branches] == [("main", "same")]
    assert known.config.address == ben.where
    ana.commit({"x": 3})
    ana.commit({"x": 4})
    assert status_note(ana) == "origin: 2 versions not pushed"


def test_a_clone_is_named_after_the_folder_of_the_store(ben: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert clone_from(CloneRequest(ben.where)).folder.name == "ben"


def test_a_check_finds_out_again_what_is_allowed(ana: Repo):
    config = check_remote(ana, "origin")
    assert config.abilities is not None
    assert config.abilities.writes


def test_two_clones_of_one_store_are_two_remotes(ben: Repo, ana: Repo, tmp_path: Path):
    carl = clone_from(CloneRequest(str(tmp_path / "ben"), tmp_path / "carl")).repo
    carl.commit({"x": "carl"})
    add_remote(ana, AddRequest("carl", str(tmp_path / "carl")))
    assert len(fetch_from(ana, FetchRequest("carl")).versions) == 1
    assert fetch_from(ana, FetchRequest("origin")).did_nothing


def test_a_store_is_no_remote_of_itself(ben: Repo, ana: Repo, tmp_path: Path):
    for address in (tmp_path / "ana", tmp_path / "ana" / ".nbmodelver"):
        with pytest.raises(UsageError, match="this store itself"):
            add_remote(ana, AddRequest("me", str(address)))
    (tmp_path / "link").symlink_to(tmp_path / "ana")
    with pytest.raises(UsageError, match="this store itself"):
        add_remote(ana, AddRequest("me", str(tmp_path / "link")))


def test_a_store_is_never_a_lazy_remote(ben: Repo, ana: Repo, tmp_path: Path):
    for act in (
        lambda: add_remote(ana, AddRequest("ben", ben.where, lazy=True)),
        lambda: fetch_from(ana, FetchRequest(lazy=True)),
        lambda: pull_from(ana, PullRequest(lazy=True)),
        lambda: clone_from(CloneRequest(ben.where, tmp_path / "lazy", lazy=True)),
    ):
        with pytest.raises(UsageError, match="values cannot stay") as raised:
            act()
        assert raised.value.hint
    assert not (tmp_path / "lazy").exists()


def test_what_removes_or_repairs_is_run_in_that_store(ben: Repo, ana: Repo):
    for act in (
        lambda: collect_remote(ana, CollectRequest()),
        lambda: purge_remote(ana, "origin", ["x"], confirmed=True),
        lambda: push_to(ana, PushRequest(options=PushOptions(again=True))),
    ):
        with pytest.raises(UsageError, match="is a store") as raised:
            act()
        assert "nbmodelver " in str(raised.value.hint)
    assert "x" in ana["HEAD"].kept


def test_a_store_takes_no_options(ben: Repo, ana: Repo):
    with pytest.raises(UsageError, match="takes no options"):
        add_remote(ana, AddRequest("ben", ben.where, {"region": "eu"}))


def test_a_store_behind_another_kind_of_address_is_refused():
    storage = MemoryStorage("ssh://host/study")
    storage.create("format", b'{"by": "nbmodelver", "format": 3, "readable_by": 2}')
    with pytest.raises(RemoteError, match="only on this machine or on a mounted disk") as raised:
        read_marker(storage)
    assert "%mv_push" in str(raised.value.hint)


def test_a_store_that_is_gone_is_named(ben: Repo, ana: Repo, tmp_path: Path):
    (tmp_path / "ben").rename(tmp_path / "moved")
    with pytest.raises(RemoteMissing):
        fetch_from(ana, FetchRequest())


def test_a_lost_value_is_read_from_the_other_store(ben: Repo, ana: Repo):
    for pack in list(ana.backend.list("packs/")):
        ana.backend.delete(pack)
    again = mv.open(ana.where)
    assert again.load("HEAD")["x"] == 2


# -- with notebooks


def test_a_conflict_is_merged_and_pushed(ben: Repo, ana: Repo):
    kept(ours := session(ana), x="ours", y=1)
    kept(session(ben), x="theirs", z=2)
    with pytest.raises(Diverged):
        push_to(ana, PushRequest())
    with pytest.raises(Diverged):
        pull_from(ana, PullRequest(), Restores(ours))
    with pytest.raises(MergeConflict):
        pull_from(ana, PullRequest(merge=True), Restores(ours))
    done = pull_from(ana, PullRequest(merge=True, take={"x": "theirs"}), Restores(ours))
    assert done.outcome == "merged"
    assert (ours.values["x"], ours.values["y"], ours.values["z"]) == ("theirs", 1, 2)
    push_to(ana, PushRequest())
    again = mv.open(ben.where)
    assert again.history.branches()["main"].id == ana["HEAD"].id
    assert again.verify(full=True) == ana.verify(full=True) == []


def test_a_pull_brings_the_notebook_along(ben: Repo, ana: Repo):
    ours = session(ana)
    kept(session(ben), x=5)
    assert pull_from(ana, PullRequest(), Restores(ours)).outcome == "loaded"
    assert ours.values["x"] == 5


def session(repo: Repo) -> DictSession:
    """A notebook with the values of the newest version."""
    made = DictSession(repo)
    made.values = dict(repo.load("HEAD"))
    return made


def test_a_day_of_two_people_with_their_own_stores(tmp_path: Path, another: Any):
    """Ana clones Ben's folder, both go on, meet a conflict, merge, and a model that Ana registers arrives at Ben's."""
    for name in ("ana", "ben"):
        (tmp_path / name).mkdir()
    with another(tmp_path / "ben") as at_bens:
        at_bens.run("limit, rows = 10, [1, 2]\n%mv_commit limit rows -m 'the study'")
    with another(tmp_path / "ana") as shell:
        _first_hours_of_ana(shell, tmp_path)
    with another(tmp_path / "ben") as at_bens:
        at_bens.run("%mv_rollback HEAD --yes")
        assert at_bens["limit"] == 10
        at_bens.run("%mv_switch main")
        assert at_bens["limit"] == 20
        at_bens.run("%mv_remote add ana ../ana\n%mv_fetch")
        at_bens.run("limit = 30\n%mv_commit limit rows -m 'thirty'")
    with another(tmp_path / "ana") as shell:
        shell.run("%mv_switch main\nlimit = 40\n%mv_commit limit rows -m 'forty'")
        assert isinstance(shell.fails("%mv_push"), Diverged)
        assert isinstance(shell.fails("%mv_pull --merge"), MergeConflict)
        shell.run("%mv_pull --merge --take limit=theirs")
        assert shell["limit"] == 30
        shell.run("%mv_register study HEAD --model rows\n%mv_push")
        assert "models and stages" in shell.said
    with another(tmp_path / "ben") as at_bens:
        at_bens.run("%mv_models")
        assert "study" in at_bens.said
    stores = [mv.open(tmp_path / name) for name in ("ana", "ben")]
    assert stores[0].history.branches()["main"].id == stores[1].history.branches()["main"].id
    assert [one.verify(full=True) for one in stores] == [[], []]


def _first_hours_of_ana(shell: Shell, tmp_path: Path) -> None:
    shell.run("%mv_clone ../ben .")
    shell.run("%mv_switch main")
    assert shell["limit"] == 10
    shell.run("%mv_status")
    assert "not pushed" not in shell.said
    shell.run("limit = 20\n%mv_commit limit rows -m 'twenty'\n%mv_status")
    assert "1 version not pushed" in shell.said
    shell.run("%mv_push --dry-run")
    assert "would send" in shell.said
    shell.run("%mv_push\n%mv_remote")
    assert "up to date" in shell.said
    shell.run("%mv_remote check origin")
    assert "read and write" in shell.said
    assert isinstance(shell.fails("%mv_remote gc origin"), UsageError)
    assert isinstance(shell.fails("%mv_fetch --lazy"), UsageError)
