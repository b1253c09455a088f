"""The System protocol on Linux and macOS: folders are file descriptors, locks are those of flock.

A file gets its final name by a hard link, which never replaces anything. A lock ends with its holder's process.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from nbmodelver.system.protocol import Folder

assert sys.platform != "win32"

import fcntl  # noqa: E402  # after the assertion, which tells the type checker where this file is used
import pwd  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402

from nbmodelver.system import children  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
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
        """Open with O_DIRECTORY."""
        return Folder(os.open(path, _FOLDER if follow else _FOLDER | os.O_NOFOLLOW))

    def into(self, folder: Folder, name: str) -> Folder:
        """Open the inner folder and close the outer one."""
        inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        os.close(folder)
        return Folder(inner)

    def inner(self, folder: Folder, name: str) -> Folder:
        """Open the inner folder; the outer one stays open."""
        return Folder(os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder))

    def close_folder(self, folder: Folder) -> None:
        """Close the descriptor."""
        os.close(folder)

    def make_folder(self, folder: Folder, name: str, mode: int) -> None:
        """Create with mkdirat. A folder for the group gets its mode independent of the umask."""
        os.mkdir(name, mode, dir_fd=folder)
        if mode & stat.S_IWGRP:
            made = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            try:
                os.fchmod(made, mode | (os.fstat(made).st_mode & stat.S_ISGID))
            finally:
                os.close(made)

    def entries(self, folder: Folder) -> list[tuple[str, bool]]:
        """List with scandir."""
        with os.scandir(folder) as found:
            return [(e.name, e.is_dir(follow_symlinks=False)) for e in found]

    def exists(self, folder: Folder, name: str) -> bool:
        """Check with lstat."""
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        return True

    def sync_folder(self, folder: Folder) -> None:
        """Sync the descriptor of the folder."""
        self.sync(folder)

    def sync_folder_at(self, path: str | os.PathLike[str]) -> None:
        """Sync the descriptor of the folder."""
        folder = os.open(path, _FOLDER)
        try:
            self.sync(folder)
        finally:
            os.close(folder)

    def open_to_read(self, folder: Folder, name: str) -> int:
        """Open with O_NONBLOCK, so that a named pipe does not block."""
        return os.open(name, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW, dir_fd=folder)

    def open_lock_file(self, folder: Folder, name: str, mode: int) -> int:
        """Open for reading and writing: the file has the pid of its holder."""
        return os.open(name, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, mode, dir_fd=folder)

    def new_file(self, folder: Folder, name: str, mode: int) -> int:
        """Create with O_EXCL."""
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, mode, dir_fd=folder)

    def new_temporary(self, folder: Folder, mode: int) -> tuple[str, int]:
        """Create and lock a file; the lock tells `sweep` that its writer is alive."""
        while True:
            name = f"{secrets.token_hex(8)}.tmp"
            fd = self.new_file(folder, name, mode)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                if os.fstat(fd).st_nlink:  # 0: a sweep between open and lock deleted it; try again.
                    return name, fd
            except BaseException:
                with suppress(OSError):
                    os.unlink(name, dir_fd=folder)
                os.close(fd)
                raise
            os.close(fd)

    def sweep(self, folder: Folder, name: str) -> bool:
        """Lock the file, which succeeds only without a writer, and delete it."""
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

    def publish(
        self, source: Folder, temporary: str, fd: int, folder: Folder, name: str, *, exclusive: bool = False
    ) -> bool:
        """Link the file to its name; rename it if the file system has no hard links and others are kept out."""
        try:
            os.link(temporary, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            # Over NFS the answer of a successful link can be lost; the retry of the client then finds our own file.
            return os.fstat(fd).st_nlink == 2
        except OSError as error:
            if exclusive or error.errno not in _NO_LINKS or self.exists(folder, name):
                raise
            os.rename(temporary, name, src_dir_fd=source, dst_dir_fd=folder)
        return True

    def replace(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> None:
        """Rename with renameat."""
        del fd
        os.rename(temporary, name, src_dir_fd=source, dst_dir_fd=folder)

    def replace_at(self, temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        """Rename with rename."""
        os.replace(temporary, path)

    def move(self, source: Folder, name: str, folder: Folder, new_name: str) -> None:
        """Rename with renameat."""
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=folder)

    def delete(self, folder: Folder, name: str) -> None:
        """Delete with unlinkat."""
        os.unlink(name, dir_fd=folder)

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Read with pread, which shares no file position between threads."""
        data = os.pread(fd, length, start)
        if len(data) == length or not data:
            return data
        pieces = [data]
        got = len(data)
        while got < length:  # Linux returns at most 2 GiB per call, and a signal can shorten a read.
            piece = os.pread(fd, length - got, start + got)
            if not piece:
                break
            pieces.append(piece)
            got += len(piece)
        return b"".join(pieces)

    def sync(self, fd: int) -> None:
        """Sync with fsync."""
        os.fsync(fd)

    def lock(self, fd: int, *, shared: bool) -> bool:
        """Lock with flock, without waiting: a blocking flock has no timeout."""
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(self, fd: int) -> None:
        """Unlock with flock."""
        fcntl.flock(fd, fcntl.LOCK_UN)

    def write_holder(self, fd: int, text: bytes) -> None:
        """Write with pwrite."""
        os.pwrite(fd, text, 0)

    def is_link(self, status: os.stat_result) -> bool:
        """Check the file type."""
        return stat.S_ISLNK(status.st_mode)

    def is_shared(self, status: os.stat_result) -> bool:
        """Return True if the group can write it."""
        return bool(status.st_mode & stat.S_IWGRP)

    def give_to_group(self, fd: int) -> None:
        """Set mode 0660, independent of the umask."""
        os.fchmod(fd, 0o660)

    def give_folder_to_group(self, path: Path) -> None:
        """Set mode 2770: setgid gives new files the group of the folder."""
        path.chmod(0o2770)

    def others_can_write(self, path: Path, status: os.stat_result) -> str:
        """Return a reason if another user owns it, or if its mode lets the group or everybody write."""
        del path
        if status.st_uid != os.geteuid():
            return "belongs to another user"
        return "can be written by others" if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else ""

    def others_can_read(self, path: Path, status: os.stat_result) -> str:
        """Return a reason if its mode lets the group or everybody read."""
        del path
        return "can be read by others" if status.st_mode & (stat.S_IRGRP | stat.S_IROTH) else ""

    def start_group(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        with_errors: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own."""
        pipe, errors = subprocess.PIPE, subprocess.STDOUT if with_errors else subprocess.DEVNULL
        return subprocess.Popen(  # noqa: S603  # a command of ours, or one that the user allowed
            command, stdin=pipe, stdout=pipe, stderr=errors, cwd=folder, env=environment, start_new_session=True
        )

    def start_detached(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own, which no signal to this one's group reaches."""
        none = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=none, stdout=none, stderr=none, start_new_session=True)  # noqa: S603  # ours

    def end_group(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the session of the process, whose id is that of its first process, and wait for that."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end_session(self, process_id: int) -> None:
        """Kill the session that this process leads."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process_id, signal.SIGKILL)

    def limit_memory(self, size_bytes: int) -> bool:
        """Limit the data of this process (RLIMIT_DATA), which Linux counts for private memory since 4.7."""
        try:
            resource.setrlimit(resource.RLIMIT_DATA, (size_bytes, size_bytes))
        except (ValueError, OSError):
            return False
        return True

    def user_id(self) -> int | None:
        """Return the real user id."""
        return os.getuid()

    def user_name(self) -> str:
        """Return the name of the real user id."""
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return ""

    def page_marks(self) -> PageMarks | None:
        """Create page marks on Linux 6.7 and later; None elsewhere."""
        from nbmodelver.system.pages import Pages

        try:
            return Pages()
        except OSError:
            return None

    @contextmanager
    def time_limit(self, limit_s: float, error: Callable[[FrameType | None], BaseException | None]) -> Iterator[None]:
        """Use the real-time timer of the process and SIGALRM."""
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
        """Fork, on Linux only, and only while no other thread computes."""
        if sys.platform != "linux" or not children.is_quiet():
            return None
        return children.run(works, limit_s, overtime)


class MacOS(Posix):
    """The System protocol on macOS, where fsync leaves the bytes in the cache of the disk.

    F_FULLFSYNC tells the disk to write them. Some file systems (network disks) refuse it; then fsync is used, as in
    SQLite and Git.
    """

    def sync(self, fd: int) -> None:
        """Sync with F_FULLFSYNC, or with fsync if the file system refuses it."""
        try:
            fcntl.fcntl(fd, _FULL_FSYNC)
        except OSError:
            os.fsync(fd)
