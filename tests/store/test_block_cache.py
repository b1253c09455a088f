"""The cache of blocks: bounded, the least recently used go first, and what is damaged is not in it."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from nbmodelver.store import block_cache as module
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.block_cache import BlockCache
from nbmodelver.store.hashes import sum_of
from nbmodelver.store.packs import Block

if TYPE_CHECKING:
    from pathlib import Path

PACK = "packs/ab/" + "ab" * 16


def block(start: int, data: bytes) -> Block:
    return Block(start, len(data), 0, len(data), sum_of(data), 0, ())


@pytest.fixture
def folder(tmp_path: Path) -> LocalBackend:
    return LocalBackend(tmp_path / "store", create=True)


def files(backend: LocalBackend) -> list[Path]:
    root = backend.local_path()
    assert root is not None
    return sorted(root.glob("cached/*/*"))


def test_a_block_is_there_for_the_next_process(folder: LocalBackend):
    BlockCache(folder, 1000).put(PACK, block(32, b"abc"), b"abc")
    cache = BlockCache(folder, 1000)
    assert cache.get(PACK, block(32, b"abc")) == b"abc"
    assert cache.get(PACK, block(33, b"abc")) is None
    assert cache.size_bytes() == 3


@pytest.mark.parametrize("data", [b"", b"ab", b"abd", b"abcd"])
def test_a_damaged_block_is_not_there(folder: LocalBackend, data: bytes):
    cache = BlockCache(folder, 1000)
    cache.put(PACK, block(32, b"abc"), b"abc")
    files(folder)[0].write_bytes(data)
    assert cache.get(PACK, block(32, b"abc")) is None
    cache.put(PACK, block(32, b"abc"), b"abc")
    assert cache.get(PACK, block(32, b"abc")) == b"abc"


def test_the_least_recently_used_are_deleted_first(folder: LocalBackend):
    cache = BlockCache(folder, 10_000)
    for start in range(5):
        cache.put(PACK, block(start, b"x" * 100), b"x" * 100)
    for at, file in enumerate(files(folder)):
        os.utime(file, (1000 + at, 1000 + at))
    assert cache.get(PACK, block(0, b"x" * 100))
    cache.limit_bytes = 400
    assert cache.trim() == 200
    assert {int(file.name) for file in files(folder)} == {0, 3, 4}
    assert cache.trim() == 0


def test_the_cache_stays_near_its_limit_whatever_is_put(folder: LocalBackend):
    cache = BlockCache(folder, 10_000)
    for start in range(200):
        cache.put(PACK, block(start, b"x" * 500), b"x" * 500)
        assert cache.size_bytes() <= 11_500
    assert cache.most_bytes == 9_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_user_can_read_the_cache(folder: LocalBackend):
    BlockCache(folder, 1000).put(PACK, block(32, b"abc"), b"abc")
    (file,) = files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700


def test_deleting_the_folder_loses_nothing(folder: LocalBackend):
    import shutil

    cache = BlockCache(folder, 1000)
    cache.put(PACK, block(32, b"abc"), b"abc")
    root = folder.local_path()
    assert root is not None
    shutil.rmtree(root / "cached")
    assert cache.get(PACK, block(32, b"abc")) is None
    assert cache.size_bytes() == cache.trim() == 0
    cache.put(PACK, block(32, b"abc"), b"abc")
    assert cache.get(PACK, block(32, b"abc")) == b"abc"


@pytest.mark.parametrize("limit", [0, 1000])
def test_without_a_folder_blocks_are_kept_in_bounded_memory(monkeypatch: pytest.MonkeyPatch, limit: int):
    monkeypatch.setattr(module, "MEMORY_BYTES", 250)
    cache = BlockCache(MemoryBackend(), limit)
    for start in range(5):
        cache.put(PACK, block(start, b"x" * 100), b"x" * 100)
    assert cache.most_bytes == 250
    assert sum(cache.get(PACK, block(start, b"x" * 100)) is not None for start in range(5)) == 2
    assert cache.get(PACK, block(4, b"x" * 100))
    assert cache.size_bytes() == 0


def test_a_limit_of_nothing_writes_nothing(folder: LocalBackend):
    cache = BlockCache(folder, 0)
    cache.put(PACK, block(32, b"abc"), b"abc")
    assert cache.get(PACK, block(32, b"abc")) == b"abc"
    assert files(folder) == []


def test_a_folder_that_cannot_be_written_is_no_error(folder: LocalBackend):
    root = folder.local_path()
    assert root is not None
    (root / "cached").write_bytes(b"a file where the folder should be")
    cache = BlockCache(folder, 1000)
    cache.put(PACK, block(32, b"abc"), b"abc")
    assert cache.get(PACK, block(32, b"abc")) == b"abc"
