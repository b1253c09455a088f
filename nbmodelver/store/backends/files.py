"""Steps of a store in a folder that are made of several calls of the system.

Every function raises OSError as it comes; local.py says what was being done.
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
    """Writes chunks to a descriptor, small ones together: hundreds of small frames need not be as many calls.

    A large file is synced on the way, so that the disk works while the next chunks are compressed.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting: list[bytes | memoryview] = []
        self._waiting_bytes = 0
        self._unsynced_bytes = 0

    def __call__(self, chunk: bytes | memoryview) -> None:
        """Take `chunk`; it may be written now or later."""
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk)
        if self._waiting_bytes >= _TOGETHER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was taken so far."""
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
    """Make a folder and what is missing above it, each name safe from power loss; an existing one stays as it is."""
    missing = [p for p in (path, *path.parents) if not p.exists()]
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    new = missing or ([] if any(path.iterdir()) else [path])  # Empty: who made it may have been killed before the sync.
    for made in new:
        system.port.sync_folder_at(made.parent)


def walk(folder: Folder, prefix: str) -> Iterator[str]:
    """Every file below the open folder, its path behind `prefix`, in no order. The store's own folders are left out."""
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
