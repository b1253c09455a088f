"""Linux and macOS: folders are descriptors, names are looked up below them, locks are those of flock.

A file gets its name by a hard link, which never replaces anything. A lock goes with its holder, however it ends.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from nbmodelver.system.protocol import Folder

assert sys.platform != "win32"

import fcntl  # noqa: E402  # after the assertion, which tells the type checker where this file is used
import signal  # noqa: E402

from nbmodelver.system import children  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import FrameType

    from nbmodelver.system.protocol import PageMarks

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NO_FOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC
_FULL_FSYNC = 51
"""F_FULLFSYNC of macOS (sys/fcntl.h)."""


class Posix:
    """The System protocol on Linux."""

    def open_folder(self, path: str | os.PathLike[str], *, follow: bool = True) -> Folder:
        """By O_DIRECTORY."""
        return Folder(os.open(path, _FOLDER if follow else _FOLDER | os.O_NOFOLLOW))

    def into(self, folder: Folder, name: str) -> Folder:
        """The outer folder is closed."""
        inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        os.close(folder)
        return Folder(inner)

    def inner(self, folder: Folder, name: str) -> Folder:
        """The outer folder stays open."""
        return Folder(os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder))

    def close_folder(self, folder: Folder) -> None:
        """Close the descriptor."""
        os.close(folder)

    def make_folder(self, folder: Folder, name: str, mode: int) -> None:
        """By mkdirat."""
        os.mkdir(name, mode, dir_fd=folder)

    def entries(self, folder: Folder) -> list[tuple[str, bool]]:
        """By scandir."""
        with os.scandir(folder) as found:
            return [(e.name, e.is_dir(follow_symlinks=False)) for e in found]

    def exists(self, folder: Folder, name: str) -> bool:
        """By lstat."""
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        return True

    def sync_folder(self, folder: Folder) -> None:
        """By fsync of the folder."""
        self.sync(folder)

    def sync_folder_at(self, path: str | os.PathLike[str]) -> None:
        """By fsync of the folder."""
        folder = os.open(path, _FOLDER)
        try:
            self.sync(folder)
        finally:
            os.close(folder)

    def open_to_read(self, folder: Folder, name: str) -> int:
        """O_NONBLOCK is for pipes."""
        return os.open(name, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW, dir_fd=folder)

    def open_lock_file(self, folder: Folder, name: str, mode: int) -> int:
        """For reading too: it holds the pid of its holder."""
        return os.open(name, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, mode, dir_fd=folder)

    def new_file(self, folder: Folder, name: str, mode: int) -> int:
        """By O_EXCL."""
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, mode, dir_fd=folder)

    def new_temporary(self, folder: Folder, mode: int) -> tuple[str, int]:
        """Locked by this process: the lock tells `sweep` that its writer lives."""
        while True:
            name = f"{secrets.token_hex(8)}.tmp"
            fd = self.new_file(folder, name, mode)
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

    def sweep(self, folder: Folder, name: str) -> bool:
        """A file that can be locked has no writer."""
        try:
            fd = self.open_to_read(folder, name)
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

    def publish(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> bool:
        """By a hard link, where the file system has them."""
        try:
            os.link(temporary, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            # Over NFS a link can succeed and its answer get lost; the retry then finds our own file.
            return os.fstat(fd).st_nlink == 2
        except OSError as error:
            if error.errno not in _NO_LINKS or self.exists(folder, name):
                raise
            os.rename(temporary, name, src_dir_fd=source, dst_dir_fd=folder)
        return True

    def replace(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> None:
        """By renameat."""
        del fd
        os.rename(temporary, name, src_dir_fd=source, dst_dir_fd=folder)

    def replace_at(self, temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        """By rename."""
        os.replace(temporary, path)

    def move(self, source: Folder, name: str, folder: Folder, new_name: str) -> None:
        """By renameat."""
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=folder)

    def delete(self, folder: Folder, name: str) -> None:
        """By unlinkat."""
        os.unlink(name, dir_fd=folder)

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """By pread: no position is shared between threads."""
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

    def sync(self, fd: int) -> None:
        """By fsync."""
        os.fsync(fd)

    def lock(self, fd: int, *, shared: bool) -> bool:
        """By flock, without waiting: a blocking flock cannot be given a time."""
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(self, fd: int) -> None:
        """By flock."""
        fcntl.flock(fd, fcntl.LOCK_UN)

    def write_holder(self, fd: int, text: bytes) -> None:
        """By pwrite."""
        os.pwrite(fd, text, 0)

    def is_link(self, status: os.stat_result) -> bool:
        """By its type."""
        return stat.S_ISLNK(status.st_mode)

    def is_shared(self, status: os.stat_result) -> bool:
        """The group can write it."""
        return bool(status.st_mode & stat.S_IWGRP)

    def give_to_group(self, fd: int) -> None:
        """Whatever the umask is."""
        os.fchmod(fd, 0o660)

    def give_folder_to_group(self, path: Path) -> None:
        """What is made in it belongs to its group (setgid)."""
        path.chmod(0o2770)

    def others_can_write(self, path: Path, status: os.stat_result) -> str:
        """Another user owns it, or its mode lets the group or everybody write."""
        del path
        if status.st_uid != os.geteuid():
            return "belongs to another user"
        return "can be written by others" if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else ""

    def page_marks(self) -> PageMarks | None:
        """On Linux 6.7 and later."""
        from nbmodelver.system.pages import Pages

        try:
            return Pages()
        except OSError:
            return None

    @contextmanager
    def time_limit(self, limit_s: float, error: Callable[[FrameType | None], BaseException | None]) -> Iterator[None]:
        """By the real-time timer of the process and SIGALRM."""
        if signal.getitimer(signal.ITIMER_REAL)[0]:
            yield
            return

        def stop(_number: int, frame: FrameType | None) -> None:
            found = error(frame)
            if found is not None:
                raise found
            signal.setitimer(signal.ITIMER_REAL, limit_s)

        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, limit_s)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def in_child(
        self, works: Sequence[Callable[[], object]], limit_s: float, overtime: str
    ) -> list[tuple[Any, str]] | None:
        """Forked, on Linux, while no other thread computes."""
        if sys.platform != "linux" or not children.is_quiet():
            return None
        return children.run(works, limit_s, overtime)


class MacOS(Posix):
    """The same on macOS, whose fsync leaves the bytes in the cache of the disk.

    F_FULLFSYNC asks the disk to write them. File systems that cannot (network disks) refuse it: fsync then does what
    they can, as in SQLite and Git.
    """

    def sync(self, fd: int) -> None:
        """By F_FULLFSYNC."""
        try:
            fcntl.fcntl(fd, _FULL_FSYNC)
        except OSError:
            os.fsync(fd)
