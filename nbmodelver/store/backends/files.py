"""Single steps on files below an open folder: nothing is looked up by a path, no link is followed.

Every function raises OSError as it comes; local.py says what was being done.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
_TOGETHER_BYTES = 1 << 20
_SYNC_BYTES = 32 << 20
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
NO_FOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC


class Writer:
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
            os.fsync(self._fd)
            self._unsynced_bytes = 0


def into(fd: int, name: str) -> int:
    """The folder `name` inside the open folder `fd`, which is closed."""
    inner = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=fd)
    os.close(fd)
    return inner


def make_durably(path: Path, mode: int) -> None:
    """Make a folder and what is missing above it, each name safe from power loss; an existing one stays as it is."""
    missing = [p for p in (path, *path.parents) if not p.exists()]
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    new = missing or ([] if any(path.iterdir()) else [path])  # Empty: who made it may have been killed before the sync.
    for made in new:
        fd = os.open(made.parent, FOLDER)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def walk(fd: int, prefix: str) -> Iterator[str]:
    """Every file below the open folder, its path behind `prefix`, in no order. The store's own folders are left out."""
    with os.scandir(fd) as entries:
        found = [(e.name, e.is_dir(follow_symlinks=False)) for e in entries]
    for name, is_folder in found:
        if name.startswith(".") or (not prefix and name in ("tmp", "locks", "catalogue")):
            continue
        if not is_folder:
            yield prefix + name
            continue
        inner = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=fd)
        try:
            yield from walk(inner, f"{prefix}{name}/")
        finally:
            os.close(inner)


def read_fully(fd: int, start: int, length: int) -> bytes:
    """`length` bytes from `start`, fewer where the file ends."""
    data = os.pread(fd, length, start)
    if len(data) == length or not data:
        return data
    pieces = [data]
    got = len(data)
    while got < length:  # Linux gives at most 2 GiB a call, and a signal can cut one short.
        piece = os.pread(fd, length - got, start + got)
        if not piece:
            break
        pieces.append(piece)
        got += len(piece)
    return b"".join(pieces)


def exists(folder: int, name: str) -> bool:
    """Whether there is anything of this name, a link included."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def new_file(folder: int, mode: int) -> tuple[str, int]:
    """A new file in the open folder, locked by this process: its name and descriptor."""
    while True:
        name = f"{secrets.token_hex(8)}.tmp"
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW, mode, dir_fd=folder)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            if os.fstat(fd).st_nlink:  # A sweep between open and lock may have taken it for a leftover.
                return name, fd
        except BaseException:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
            os.close(fd)
            raise
        os.close(fd)


def give_name(tmp_folder: int, tmp: str, fd: int, folder: int, name: str) -> bool:
    """Link the finished file to its name; False when the name is taken by another file."""
    try:
        os.link(tmp, name, src_dir_fd=tmp_folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        # Over NFS a link can succeed and its answer get lost; the retry then finds our own file.
        return os.fstat(fd).st_nlink == 2
    except OSError as error:
        if error.errno not in _NO_LINKS or exists(folder, name):
            raise
        os.rename(tmp, name, src_dir_fd=tmp_folder, dst_dir_fd=folder)  # A file system without hard links.
    return True


def sweep_one(folder: int, name: str) -> bool:
    """Remove a file that no writer holds; False for one that is being written."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | NO_FOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(name, dir_fd=folder)
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(fd)
    return True
