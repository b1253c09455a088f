r"""The System protocol on Windows: folders are paths with an open handle, locks are those of LockFileEx.

It uses few primitive calls (`Calls` in calls.py): kernel32.py implements them, and the tests have a file system that
behaves as Windows does. Differences to POSIX:

- An open file can be deleted or replaced only if all its handles share deletion. Those of Python's `open` do not, so
  files are opened with CreateFileW. A handle of another program (virus scanner, indexer, backup) can still block it, so
  deletion and replacement are retried for PATIENCE_S and then raise EBUSY.
- A lock of LockFileEx is mandatory: other processes cannot read the locked bytes. The locked byte is far behind the end
  of the lock file, so the pid of the holder stays readable. msvcrt.locking has no shared locks.
- The temporary file of a living writer has an open handle: `sweep` opens the file exclusively, which fails then.
- Paths longer than 260 characters need the form \\?\C:\..., so every path here has it.
- Symbolic links and junctions are reparse points with the name-surrogate bit; they are refused. A folder that is open
  here cannot be renamed or replaced by one.
- A folder cannot be synced. Instead, the descriptor is synced again after a file was renamed, which writes the NTFS
  journal with the name.
"""

from __future__ import annotations

import errno
import itertools
import os
import secrets
import signal
import stat
import subprocess
import threading
import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from nbmodelver.system.protocol import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import FrameType

    from nbmodelver.system.calls import Calls
    from nbmodelver.system.protocol import PageMarks

T = TypeVar("T")

GENERIC_READ, GENERIC_WRITE, DELETE, LIST_FOLDER = 0x8000_0000, 0x4000_0000, 0x0001_0000, 0x0001
SHARE_READ, SHARE_WRITE, SHARE_DELETE = 1, 2, 4
SHARE_ALL = SHARE_READ | SHARE_WRITE | SHARE_DELETE
CREATE_NEW, OPEN_EXISTING, OPEN_ALWAYS = 1, 3, 4
OPEN_LINK_ITSELF, FOLDERS_TOO, DELETE_ON_CLOSE = 0x0020_0000, 0x0200_0000, 0x0400_0000
LINK = 0x400
"""FILE_ATTRIBUTE_REPARSE_POINT."""
STANDS_FOR_A_NAME = 0x2000_0000
"""The name-surrogate bit of a reparse tag: set for symbolic links and junctions, not for files of a cloud service."""

ACCESS_DENIED, SHARING, LOCKED, MAPPED = 5, 32, 33, 1224
LOCK_AT = 1 << 40
"""Offset of the locked byte, far behind the end of the lock file."""

PATIENCE_S = 2.0
"""Time for which an operation is retried while another program has the file open."""

_FIRST_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.01


class Windows:
    """The System protocol on Windows. calls: the primitive calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._folders: dict[Folder, tuple[str, int]] = {}
        self._numbers: Iterator[int] = itertools.count(1)
        self._guard = threading.Lock()

    # -- folders

    def open_folder(self, path: str | os.PathLike[str], *, follow: bool = True) -> Folder:
        """Open with a handle that does not share deletion, so the folder keeps its name while it is open."""
        return self._open_folder(self._long(path), follow)

    def _open_folder(self, path: str, follow: bool = False) -> Folder:
        flags = FOLDERS_TOO if follow else FOLDERS_TOO | OPEN_LINK_ITSELF
        share = SHARE_READ | SHARE_WRITE
        handle = _patiently(lambda: self._calls.create_file(path, LIST_FOLDER, share, OPEN_EXISTING, flags))
        try:
            attributes, tag = self._calls.lstat(path)
            if not follow:
                _refuse_link(attributes, tag, path)
            if not follow and not attributes & stat.FILE_ATTRIBUTE_DIRECTORY:
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        except BaseException:
            self._calls.close_handle(handle)
            raise
        with self._guard:
            folder = Folder(next(self._numbers))
            self._folders[folder] = path, handle
        return folder

    def into(self, folder: Folder, name: str) -> Folder:
        """Open the inner folder and close the outer one: the inner handle keeps the names above it in place."""
        inner = self.inner(folder, name)
        self.close_folder(folder)
        return inner

    def inner(self, folder: Folder, name: str) -> Folder:
        """Open the inner folder; the outer one stays open."""
        return self._open_folder(self._at(folder, name))

    def close_folder(self, folder: Folder) -> None:
        """Close the handle."""
        with self._guard:
            _, handle = self._folders.pop(folder)
        self._calls.close_handle(handle)

    def make_folder(self, folder: Folder, name: str, mode: int) -> None:
        """Create a folder without the mode: it inherits the access rights of the store's folder."""
        del mode
        _patiently(lambda: self._calls.make_folder(self._at(folder, name)))

    def entries(self, folder: Folder) -> list[tuple[str, bool]]:
        """List with FindFirstFile."""
        return self._calls.scan(self._folders[folder][0])

    def exists(self, folder: Folder, name: str) -> bool:
        """Read the attributes. A file whose deletion is pending still exists."""
        try:
            self._calls.lstat(self._at(folder, name))
        except FileNotFoundError:
            return False
        except OSError as error:
            return getattr(error, "winerror", None) == ACCESS_DENIED
        return True

    def sync_folder(self, folder: Folder) -> None:
        """Do nothing: `publish` and `replace` sync the descriptor instead."""

    def sync_folder_at(self, path: str | os.PathLike[str]) -> None:
        """Do nothing."""

    # -- files

    def open_to_read(self, folder: Folder, name: str) -> int:
        """Open with all sharing flags, so that the file can be deleted and replaced meanwhile."""
        return self._open(self._at(folder, name), GENERIC_READ, OPEN_EXISTING)

    def open_lock_file(self, folder: Folder, name: str, mode: int) -> int:
        """Open for reading and writing: the file has the pid of its holder."""
        del mode
        return self._open(self._at(folder, name), GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS)

    def new_file(self, folder: Folder, name: str, mode: int) -> int:
        """Create with CREATE_NEW, for reading and writing."""
        del mode
        return self._open(self._at(folder, name), GENERIC_READ | GENERIC_WRITE, CREATE_NEW)

    def _open(self, path: str, access: int, disposition: int) -> int:
        def opened(flags: int = OPEN_LINK_ITSELF) -> int:
            handle = _patiently(lambda: self._calls.create_file(path, access, SHARE_ALL, disposition, flags))
            try:
                return self._calls.descriptor(handle)
            except BaseException:
                self._calls.close_handle(handle)
                raise

        fd = opened()
        try:
            if not self._calls.attributes(fd) & LINK:
                return fd
            _refuse_link(*self._calls.lstat(path), path)
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        return opened(flags=0)  # A reparse point that is not a link, for example of OneDrive or deduplication.

    def new_temporary(self, folder: Folder, mode: int) -> tuple[str, int]:
        """Create a file; its open handle tells `sweep` that its writer is alive."""
        name = f"{secrets.token_hex(8)}.tmp"
        return name, self.new_file(folder, name, mode)

    def sweep(self, folder: Folder, name: str) -> bool:
        """Open the file exclusively, which succeeds only without a writer; closing that handle deletes the file."""
        path = self._at(folder, name)
        flags = OPEN_LINK_ITSELF | DELETE_ON_CLOSE
        try:
            handle = self._calls.create_file(path, DELETE, 0, OPEN_EXISTING, flags)
        except OSError as error:
            if isinstance(error, FileNotFoundError) or _is_in_use(error):
                return False
            raise
        self._calls.close_handle(handle)
        return True

    def publish(
        self, source: Folder, temporary: str, fd: int, folder: Folder, name: str, *, exclusive: bool = False
    ) -> bool:
        """Rename with MoveFileEx, without replacing, and sync the descriptor."""
        del exclusive
        new = self._at(folder, name)
        try:
            _patiently(lambda: self._calls.rename(self._at(source, temporary), new), busy=True)
        except FileExistsError:
            return False
        try:
            self._calls.flush(fd)
        except BaseException:
            with suppress(OSError):
                self._calls.delete(new)
            raise
        return True

    def replace(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> None:
        """Rename with MoveFileEx and MOVEFILE_REPLACE_EXISTING, and sync the descriptor."""
        _patiently(lambda: self._calls.replace(self._at(source, temporary), self._at(folder, name)), busy=True)
        if fd >= 0:
            self._calls.flush(fd)

    def replace_at(self, temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        """`replace` for paths."""
        _patiently(lambda: self._calls.replace(self._long(temporary), self._long(path)), busy=True)

    def move(self, source: Folder, name: str, folder: Folder, new_name: str) -> None:
        """Rename with MoveFileEx, without replacing."""
        _patiently(lambda: self._calls.rename(self._at(source, name), self._at(folder, new_name)), busy=True)

    def delete(self, folder: Folder, name: str) -> None:
        """Delete with DeleteFile."""
        _patiently(lambda: self._calls.delete(self._at(folder, name)), busy=True)

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Seek and read; every reader has its own descriptor."""
        pieces = []
        while length > 0:
            piece = self._calls.read_at(fd, length, start)
            if not piece:
                break
            pieces.append(piece)
            start, length = start + len(piece), length - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def sync(self, fd: int) -> None:
        """Sync with FlushFileBuffers."""
        self._calls.flush(fd)

    # -- locks

    def lock(self, fd: int, *, shared: bool) -> bool:
        """Lock with LockFileEx."""
        return self._calls.lock_byte(fd, LOCK_AT, shared=shared)

    def unlock(self, fd: int) -> None:
        """Unlock with UnlockFileEx."""
        self._calls.unlock_byte(fd, LOCK_AT)

    def write_holder(self, fd: int, text: bytes) -> None:
        """Write before the locked byte."""
        self._calls.write_at(fd, text, 0)

    # -- owners and modes

    def is_link(self, status: os.stat_result) -> bool:
        """Return True for symbolic links and junctions."""
        tag = getattr(status, "st_reparse_tag", 0)
        return stat.S_ISLNK(status.st_mode) or bool(tag & STANDS_FOR_A_NAME)

    def is_shared(self, status: os.stat_result) -> bool:
        """Return False: access rights are inherited from the parent folder, and modes do not show them."""
        del status
        return False

    def give_to_group(self, fd: int) -> None:
        """Do nothing: access rights are inherited from the parent folder."""

    def give_folder_to_group(self, path: Path) -> None:
        """Do nothing: access rights are inherited from the parent folder."""

    def others_can_write(self, path: Path, status: os.stat_result) -> str:
        """Return a reason for each path outside of the user's profile folder. Access rights are not read."""
        del status
        home = os.path.normcase(self._calls.home()).lower()
        here = os.path.normcase(self._calls.full(os.fspath(path))).lower()
        return "" if here == home or here.startswith(home + "\\") else "lies outside your user profile"

    def others_can_read(self, path: Path, status: os.stat_result) -> str:
        """Return a reason for each path outside of the user's profile folder, as `others_can_write` does."""
        return self.others_can_write(path, status)

    def start_group(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        with_errors: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a process with pipes to its input and output."""
        pipe, errors = subprocess.PIPE, subprocess.STDOUT if with_errors else subprocess.DEVNULL
        return subprocess.Popen(  # noqa: S603  # a command of ours, or one that the user allowed
            command, stdin=pipe, stdout=pipe, stderr=errors, cwd=folder, env=environment
        )

    def start_detached(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a process. On Windows it goes on when its parent ends."""
        none = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=none, stdout=none, stderr=none)  # noqa: S603  # ours

    def end_group(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the process. Its children go on: Windows has no sessions of processes."""
        process.kill()
        process.wait()

    def end_session(self, process_id: int) -> None:
        """Kill the process. Its children go on: Windows has no sessions of processes."""
        with suppress(OSError):
            os.kill(process_id, signal.SIGTERM)

    def limit_memory(self, size_bytes: int) -> bool:
        """Return False: a process on Windows does not set this limit for itself."""
        del size_bytes
        return False

    def user_id(self) -> int | None:
        """Return None: Windows has no numbers of users."""
        return None

    def user_name(self) -> str:
        """Return "": without a number of the user there is nothing to look up."""
        return ""

    # -- memory and time

    def page_marks(self) -> PageMarks | None:
        """Return None: Windows has no page marks."""
        return None

    def time_limit(
        self, limit_s: float, error: Callable[[FrameType | None], BaseException | None]
    ) -> AbstractContextManager[None]:
        """Set no limit: Windows has no timer that interrupts Python code."""
        del limit_s, error
        return nullcontext()

    def in_child(
        self, works: Sequence[Callable[[], object]], limit_s: float, overtime: str
    ) -> list[tuple[Any, str]] | None:
        """Return None: Windows cannot fork."""
        del works, limit_s, overtime
        return None

    # -- internal

    def _at(self, folder: Folder, name: str) -> str:
        return f"{self._folders[folder][0]}\\{name}"

    def _long(self, path: str | os.PathLike[str]) -> str:
        return long_form(self._calls.full(os.fspath(path)))


def long_form(path: str) -> str:
    r"""Return an absolute path in the form without a limit of 260 characters: \\?\C:\... or \\?\UNC\server\share\..."""
    if path.startswith("\\\\?\\"):
        return path
    if path.startswith("\\\\"):
        return "\\\\?\\UNC\\" + path[2:].rstrip("\\")
    return "\\\\?\\" + path.rstrip("\\")


def _refuse_link(attributes: int, tag: int, path: str) -> None:
    if attributes & LINK and tag & STANDS_FOR_A_NAME:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def _is_in_use(error: OSError) -> bool:
    """Return True if another program may have the file open. Access to a file that is being deleted is also denied."""
    return getattr(error, "winerror", None) in (ACCESS_DENIED, SHARING, LOCKED, MAPPED)


def _patiently(act: Callable[[], T], *, busy: bool = False) -> T:
    """Call `act`, and retry for PATIENCE_S while another program has the file open; then raise EBUSY.

    busy: also treat "access denied" as such: with this error Windows refuses to replace an open file.
    """
    deadline = time.monotonic() + PATIENCE_S
    pause = _FIRST_PAUSE_S
    while True:
        try:
            return act()
        except OSError as error:
            if not _is_in_use(error):
                raise
            if time.monotonic() >= deadline:
                if busy or getattr(error, "winerror", None) != ACCESS_DENIED:
                    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY)) from error
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)
