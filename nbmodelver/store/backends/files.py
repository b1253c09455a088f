"""File operations of the local backend that need several system calls.

All raise OSError; local.py translates it with `faults.named`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbmodelver import system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.system.protocol import Folder

_TOGETHER_BYTES = 1 << 20
_SYNC_BYTES = 32 << 20


class FileWriter:
    """Writes chunks to a file descriptor, small chunks in one system call.

    A large file is synced every _SYNC_BYTES, so that the disk writes while the next chunks are compressed.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting: list[bytes | memoryview] = []
        self._waiting_bytes = 0
        self._unsynced_bytes = 0

    def __call__(self, chunk: bytes | memoryview) -> None:
        """Add `chunk`. It is referenced until `flush`, which may happen at once."""
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk)
        if self._waiting_bytes >= _TOGETHER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write all chunks added so far. Continues after a short write."""
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        self._waiting, self._waiting_bytes = [], 0
        self._unsynced_bytes += len(data)
        if self._unsynced_bytes >= _SYNC_BYTES:
            system.port.sync(self._fd)
            self._unsynced_bytes = 0


def make_durably(path: Path, mode: int) -> None:
    """Create a folder and its missing parents, and sync the names. An existing folder stays unchanged.

    mode: of new folders, for systems that have modes.
    """
    missing = [p for p in (path, *path.parents) if not p.exists()]
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    # An empty folder may be new and not synced, if the process that created it was killed.
    new = missing or ([] if any(path.iterdir()) else [path])
    for made in new:
        system.port.sync_folder_at(made.parent)


def walk(folder: Folder, prefix: str) -> Iterator[str]:
    """Yield prefix + path of every file below the open folder, in no order, without the backend's own folders."""
    port = system.port
    for name, is_folder in port.entries(folder):
        if name.startswith(".") or (not prefix and name in ("tmp", "locks", "catalogue")):
            continue
        if not is_folder:
            yield prefix + name
            continue
        inner = port.inner(folder, name)
        try:
            yield from walk(inner, f"{prefix}{name}/")
        finally:
            port.close_folder(inner)
