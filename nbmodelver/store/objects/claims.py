"""Claims: who may give an object its name in a folder whose file system has no hard links.

A claim is a file that only one process can create. Its holder checks that the name is free, renames its temporary file,
and deletes the claim, which takes milliseconds. A claim that is older than ABANDONED_S is removed: its holder was
killed. A holder that is suspended for so long and then goes on could replace an object of another one.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import RemoteUnreachable
from nbmodelver.store.objects.faults import translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.system.protocol import Folder

ABANDONED_S = 600.0
WAIT_S = 20.0
_PAUSE_S = 0.02


@contextmanager
def claimed(path: Path, folder: Folder, key: str) -> Iterator[None]:
    """Hold the claim of `key` for the block. path, folder: the folder of temporary files, by its name and open.

    Raises RemoteUnreachable if another process holds the claim for WAIT_S, RemoteDenied, RemoteFull.
    """
    name = f"{hashlib.blake2s(key.encode(), digest_size=16).hexdigest()}.claim"
    deadline = time.monotonic() + WAIT_S
    while not _take(path, folder, name):
        if time.monotonic() > deadline:
            raise RemoteUnreachable(
                f"another process is creating {key} in {path.parent} for more than {WAIT_S:g} s",
                f"run the same command again; a claim of a killed process ends after {ABANDONED_S / 60:g} minutes",
            )
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        with suppress(OSError):
            system.port.delete(folder, name)


def _take(path: Path, folder: Folder, name: str) -> bool:
    """Create the claim. Return False if it exists; an abandoned one is removed."""
    with translated("create a file in", str(path)):
        try:
            os.close(system.port.new_file(folder, name, 0o660))
        except FileExistsError:
            _remove_abandoned(path, folder, name)
            return False
    return True


def _remove_abandoned(path: Path, folder: Folder, name: str) -> None:
    """Remove the claim if it is too old, by the clock of the file server: that of a file created now."""
    now_name = f"{secrets.token_hex(8)}.tmp"
    os.close(system.port.new_file(folder, now_name, 0o660))
    try:
        with suppress(FileNotFoundError):
            if os.lstat(path / now_name).st_mtime - os.lstat(path / name).st_mtime > ABANDONED_S:
                # Of several processes, only one renames this claim. The name is then free for any of them.
                removed = f"{secrets.token_hex(8)}.tmp"
                system.port.move(folder, name, folder, removed)
                system.port.delete(folder, removed)
    finally:
        with suppress(OSError):
            system.port.delete(folder, now_name)
