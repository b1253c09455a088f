"""A bounded cache of blocks that were read from elsewhere, in a folder of the store. It may be deleted at any time."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.store.hashes import sum_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.model import Backend
    from nbmodelver.store.packs import Block

FOLDER = "cached"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
MEMORY_BYTES = 64 << 20
KEPT_SHARE = 0.9
"""When the cache is full, the least recently used files are deleted until it is below this share of its limit."""


class BlockCache:
    """Stored bytes of blocks, a file for each pack and range, in the store's folder `cached/`. May be deleted.

    Every entry is a copy of bytes at a remote. Reads verify the checksum of the block, and parts their hash.
    """

    def __init__(self, backend: Backend, limit_bytes: int) -> None:
        """limit_bytes: the most that stays on disk; 0: nothing."""
        root = backend.local_path()
        self._folder = None if root is None else root / FOLDER
        self.limit_bytes = limit_bytes
        self._guard = threading.Lock()
        self._unseen = 0
        """Bytes that were put since the last trim."""

        self._memory: dict[tuple[str, int], bytes] = {}
        """What was read in this process if there is no folder, or if it cannot be written."""

    @property
    def most_bytes(self) -> int:
        """The most that one operation should put: what comes beyond it removes what was put before."""
        is_in_memory = self._folder is None or self.limit_bytes == 0
        return MEMORY_BYTES if is_in_memory else int(KEPT_SHARE * self.limit_bytes)

    def get(self, pack: str, block: Block) -> bytes | None:
        """Return the stored bytes of a block, None if they are not here or damaged."""
        found = self._memory.get((pack, block.start))
        if found is None and self._folder is not None:
            path = self._path(pack, block.start)
            with suppress(OSError):
                found = path.read_bytes()
                os.utime(path)  # The time of the last use decides what is deleted first.
        return found if found is not None and len(found) == block.stored and sum_of(found) == block.sum else None

    def put(self, pack: str, block: Block, stored: bytes) -> None:
        """Keep the stored bytes of a block. A full or read-only disk is not an error."""
        if self._folder is None or self.limit_bytes == 0:
            self._in_memory(pack, block, stored)
            return
        path = self._path(pack, block.start)
        temporary = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        try:
            path.parent.parent.mkdir(mode=0o700, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with open(os.open(temporary, _NEW, 0o600), "wb") as file:
                file.write(stored)
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            self._in_memory(pack, block, stored)
            return
        self._unseen += len(stored)
        if self._unseen > (1 - KEPT_SHARE) * self.limit_bytes:
            self.trim()

    def _in_memory(self, pack: str, block: Block, stored: bytes) -> None:
        with self._guard:
            self._memory[pack, block.start] = stored
            while sum(map(len, self._memory.values())) > MEMORY_BYTES and len(self._memory) > 1:
                del self._memory[next(iter(self._memory))]

    def trim(self) -> int:
        """Delete the least recently used blocks if the cache is above its limit. Returns the bytes deleted.

        `put` calls it after every tenth of the limit.
        """
        self._unseen = 0
        files = sorted(self._files())
        total = sum(size for _, size, _ in files)
        if total <= self.limit_bytes:
            return 0
        freed = 0
        for _, size, path in files:
            if total - freed <= KEPT_SHARE * self.limit_bytes:
                break
            with suppress(OSError):
                path.unlink()
                freed += size
        return freed

    def size_bytes(self) -> int:
        """Return the bytes of all cached blocks."""
        return sum(size for _, size, _ in self._files())

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.glob("*/*") if self._folder is not None else ():
            with suppress(OSError):
                info = path.stat()
                yield info.st_mtime, info.st_size, path

    def _path(self, pack: str, start: int) -> Path:
        assert self._folder is not None
        return self._folder / pack.rpartition("/")[2] / str(start)
