"""Values that are loaded from a remote when they are needed: only the needed bytes, through a bounded cache."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.errors import Damaged, NotPushed, RemoteError
from nbmodelver.remote.attach import attach
from nbmodelver.remote.lazy import BATCH_BYTES, _batches
from nbmodelver.remote.push import push
from nbmodelver.remote.transfer import Remote
from nbmodelver.store.block_cache import BlockCache
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.packs import Block
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty
from tests.remote.places import ALL, cloned_in, connected, new_store, packs, pushed

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model.remotes import ObjectStorage
    from nbmodelver.repo import Repo


def shared(**values: Any) -> tuple[Repo, MemoryStorage]:
    repo, storage = new_store(), MemoryStorage()
    repo.commit(values or {"table": np.random.default_rng(0).normal(size=100_000), "small": np.arange(50)})
    pushed(repo, storage, ALL)
    return repo, storage


def lazy(folder: Path, storage: ObjectStorage, trusted: bool = True) -> Repo:
    repo, _ = cloned_in(folder, storage, lazy=True)
    repo.trusted = trusted
    attach(repo, lambda _config: storage)
    return repo


def test_a_lazy_clone_brings_no_pack(tmp_path: Path):
    theirs, storage = shared()
    counting = Counting(storage)
    repo = lazy(tmp_path, counting)
    assert not any("packs/" in key for _, key in counting.calls)
    assert [v.id for v in repo.log()] == [v.id for v in theirs.log()]
    assert repo.load("v1")["table"].tolist() == theirs.load("v1")["table"].tolist()


def test_one_megabyte_out_of_a_pack_of_a_hundred_reads_little_more_than_that(tmp_path: Path):
    random = np.random.default_rng(0)
    one = random.bytes(1_000_000)
    _, storage = shared(before=random.bytes(50_000_000), one=one, after=random.bytes(49_000_000))
    assert len(packs(storage)) == 1
    counting = Counting(storage)
    repo = lazy(tmp_path, counting)
    counting.reset()
    assert repo.load("v1", "one") == {"one": one}
    assert counting.received_bytes <= 1_100_000
    assert counting.total <= 4


def test_a_value_that_was_loaded_once_is_not_requested_again(tmp_path: Path):
    _, storage = shared()
    counting = Counting(storage)
    repo = lazy(tmp_path, counting)
    repo.load("v1")
    counting.reset()
    repo.load("v1")
    again = lazy(tmp_path, storage)
    attach(again, lambda _config: counting)
    again.load("v1")
    assert counting.total == 0


def test_comparisons_and_rollbacks_read_only_what_they_need(tmp_path: Path):
    theirs, storage = shared(x=1, big=np.random.default_rng(0).bytes(5_000_000))
    theirs.commit({"x": 2, "big": np.random.default_rng(0).bytes(5_000_000)})
    pushed(theirs, storage, ALL)
    counting = Counting(storage)
    repo = lazy(tmp_path, counting)
    counting.reset()
    assert repo.load("v2", "x") == {"x": 2}
    assert repo.load("v1", "x") == {"x": 1}
    assert counting.received_bytes < 50_000


def test_a_delta_reads_its_base(tmp_path: Path):
    table = np.random.default_rng(0).normal(size=100_000)
    theirs, storage = shared(table=table.copy())
    table[::50] += 1
    theirs.commit({"table": table})
    pushed(theirs, storage, ALL)
    repo = lazy(tmp_path, storage)
    assert repo.load("v2")["table"].tolist() == table.tolist()


def test_the_cache_and_what_is_known_of_the_remote_may_be_deleted(tmp_path: Path):
    theirs, storage = shared()
    repo = lazy(tmp_path, storage)
    repo.load("v1")
    root = repo.backend.local_path()
    assert root is not None
    for name in ("cached", "remotes"):
        assert (root / name).is_dir()
        shutil.rmtree(root / name)
        again = lazy_again(tmp_path, storage)
        assert repr(again.load("v1")) == repr(theirs.load("v1"))
        assert again.verify(full=True) == []


def lazy_again(folder: Path, storage: ObjectStorage) -> Repo:
    from nbmodelver.repo import open_repo

    repo = open_repo(folder, trusted=True)
    attach(repo, lambda _config: storage)
    return repo


def test_without_the_remote_the_error_names_it_and_not_damage(tmp_path: Path):
    _, storage = shared()
    repo = lazy(tmp_path, storage)
    root = repo.backend.local_path()
    assert root is not None
    shutil.rmtree(root / "remotes")
    again = lazy_again(tmp_path, Faulty(storage, probability=1, faults=[Fault.SERVER_ERROR]))
    with pytest.raises(RemoteError) as raised:
        again.load("v1")
    assert raised.value.hint


def test_gc_verify_and_stats_work_on_a_lazy_store(tmp_path: Path):
    _, storage = shared()
    repo = lazy(tmp_path, storage)
    counting = Counting(storage)
    attach(repo, lambda _config: counting)
    assert repo.verify() == []
    assert repo.verify(full=True) == []
    repo.stats()
    repo.gc(grace_s=0)
    repo.gc(dry_run=True)
    assert "table" in repo.load("v1")
    repo.gc(grace_s=0)
    assert repo.verify(full=True) == []
    assert "table" in lazy_again(tmp_path, storage).load("v1")


def test_a_commit_on_a_lazy_store_is_complete_without_the_remote(tmp_path: Path):
    theirs, storage = shared()
    repo = lazy(tmp_path, storage)
    values = repo.load("v1")
    values["table"][5] = 0
    version = repo.commit(values)
    alone = lazy_again(tmp_path, MemoryStorage())
    alone.parts.read_from(None)
    assert alone.load(version)["table"].tolist() == values["table"].tolist()
    pushed(repo, storage)
    assert theirs.verify(full=True) == []


def test_a_push_from_a_lazy_store_to_a_second_remote_says_what_is_missing(tmp_path: Path):
    _, storage = shared()
    repo = lazy(tmp_path, storage)
    second = Counting(MemoryStorage("memory://second"))
    attach(repo, lambda config: second if config.name == "second" else storage)
    connection = connected(repo, second, "second")
    second.reset()
    with pytest.raises(NotPushed, match=r"v1 .*only at another remote") as raised:
        push(repo, connection, ALL)
    assert "--no-lazy" in str(raised.value.hint)
    assert second.writes == 0


def test_a_lazy_store_pushes_its_own_versions_to_where_it_came_from(tmp_path: Path):
    _, storage = shared()
    repo = lazy(tmp_path, storage)
    repo.commit({"x": 1})
    assert len(pushed(repo, storage).versions) == 1


def test_a_damaged_block_is_never_a_value_and_is_not_kept(tmp_path: Path):
    _, storage = shared()
    (key,) = packs(storage)
    whole = storage.read(key)
    repo = lazy(tmp_path, storage)
    storage.put(key, [whole[:2000] + b"?" * 200 + whole[2200:]], len(whole))
    with pytest.raises(Damaged) as raised:
        repo.load("v1")
    assert "--again" in str(raised.value.hint)
    storage.put(key, [whole], len(whole))
    assert "table" in repo.load("v1")


def test_a_pack_that_is_gone_at_the_remote_is_named(tmp_path: Path):
    _, storage = shared()
    repo = lazy(tmp_path, storage)
    storage.delete(packs(storage))
    with pytest.raises(RemoteError, match=r"not at .* any more") as raised:
        repo.load("v1")
    assert "fetch" in str(raised.value.hint)


@pytest.mark.parametrize("limit_mb", [0, 1, 2])
def test_a_value_larger_than_the_cache_is_loaded_and_the_cache_stays_below_its_limit(tmp_path: Path, limit_mb: int):
    big = np.random.default_rng(0).bytes(6_000_000)
    _, storage = shared(big=big)
    counting = Counting(storage)
    repo = lazy(tmp_path, counting)
    repo.settings.set("cache_mb", str(limit_mb))
    attach(repo, lambda _config: counting)
    counting.reset()
    assert repo.load("v1") == {"big": big}
    assert counting.received_bytes <= 7_000_000
    root = repo.backend.local_path()
    assert root is not None
    assert sum(file.stat().st_size for file in root.glob("cached/*/*")) <= 1.2 * limit_mb * 1_000_000


def test_bases_that_are_here_are_not_requested(tmp_path: Path):
    table = np.random.default_rng(0).normal(size=100_000)
    theirs, storage = shared(table=table.copy())
    repo, _ = cloned_in(tmp_path, storage)
    table[::50] += 1
    theirs.commit({"table": table})
    pushed(theirs, storage, ALL)
    counting = Counting(storage)
    remote = Remote(repo, connected(repo, counting))
    remote.read()
    counting.reset()
    places = remote.parts()
    wanted = [p for p in theirs.reachability.of_all([theirs["v2"]]) if not repo.parts.is_here(p)]
    places.prepare(wanted)
    new = sum(storage.size(key) for key in packs(storage)) - repo.size_bytes()
    assert counting.received_bytes <= max(new, 0) + 60_000


def test_a_batch_is_bounded_and_keeps_the_order():
    blocks = [Block(at, BATCH_BYTES // 3, 0, 0, 0, 0, ()) for at in range(10)]
    made = list(_batches(blocks))
    assert [b for batch in made for b in batch] == blocks
    assert max(sum(b.stored for b in batch) for batch in made) <= BATCH_BYTES
    assert list(_batches([])) == []


def test_stored_blocks_come_in_order_from_the_cache_and_the_remote(tmp_path: Path):
    _theirs, storage = shared(table=np.random.default_rng(0).bytes(3_500_000))
    repo = new_store()
    remote = Remote(repo, connected(repo, storage))
    remote.read()
    parts = remote.parts()
    (contents,) = parts.index.packs().values()
    blocks = [b for b in contents.blocks if b.stored]
    data = storage.read(contents.pack)
    expected = [data[b.start : b.start + b.stored] for b in blocks]
    assert isinstance(parts._cache, BlockCache)
    parts._cache.put(contents.pack, blocks[1], expected[1])
    assert list(parts.stored(contents, blocks)) == expected
