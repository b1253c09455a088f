r"""Windows: folders are paths with a handle that keeps them in place, locks are those of LockFileEx.

Written against few primitive calls (`Calls`): kernel32.py has the real ones, the tests a file system that behaves as
Windows does. What differs from POSIX:

- An open file can be deleted or replaced only if everyone who has it open shares deletion. Python's `open` does not,
  so files are opened by CreateFileW; programs of others (a scanner, an indexer, a backup) may still be in the way.
  Deleting and replacing is therefore tried again for a few seconds, and is then EBUSY.
- A lock of LockFileEx is mandatory: nobody else can read the locked bytes. The lock is one byte far behind the end of
  the lock file, so the pid of its holder can be read. msvcrt.locking is the same call without shared locks.
- A living writer's temporary file is known by its open handle: `sweep` opens it for itself alone, which fails.
- Names longer than 260 characters need the form \\?\C:\..., which every path here has.
- There are no links to worry about but those with a reparse point that stands for another name (symbolic links and
  junctions); they are refused. A folder that is open here can be neither renamed nor replaced by one.
- A folder cannot be synced. The descriptor is synced once more after a file got its name, which writes the journal of
  NTFS that holds the name.
"""

from __future__ import annotations

import errno
import itertools
import os
import secrets
import stat
import threading
import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nbmodelver.system.protocol import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import FrameType

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
"""The bit of a reparse tag that says so: symbolic links and junctions, not files that a cloud service brings."""

ACCESS_DENIED, SHARING, LOCKED, MAPPED = 5, 32, 33, 1224
LOCK_AT = 1 << 40
"""The byte that is locked; a file has no bytes there."""

PATIENCE_S = 2.0
_FIRST_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.01


class Calls(Protocol):
    """The calls of Windows that the port needs; each raises OSError with `winerror`. Paths have the long form."""

    def full(self, path: str) -> str:
        r"""An absolute path with a drive or `\\server\share`, with backslashes."""
        ...

    def home(self) -> str:
        """The user's profile folder, in the same form."""
        ...

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """A handle, as CreateFileW gives it."""
        ...

    def close_handle(self, handle: int) -> None:
        """Close a handle that no descriptor took over."""
        ...

    def descriptor(self, handle: int) -> int:
        """A descriptor in binary mode that takes the handle over."""
        ...

    def attributes(self, fd: int) -> int:
        """File attributes of an open file."""
        ...

    def lstat(self, path: str) -> tuple[int, int]:
        """File attributes and reparse tag of a path."""
        ...

    def scan(self, path: str) -> list[tuple[str, bool]]:
        """Names in a folder, and whether each is a folder and no link."""
        ...

    def make_folder(self, path: str) -> None:
        """A new folder with the access rights of the one around it."""
        ...

    def rename(self, path: str, new: str) -> None:
        """FileExistsError when the new name is taken."""
        ...

    def replace(self, path: str, new: str) -> None:
        """In place of what has the name."""
        ...

    def delete(self, path: str) -> None:
        """Delete a file."""
        ...

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Up to `length` bytes."""
        ...

    def write_at(self, fd: int, data: bytes, start: int) -> None:
        """Write a few bytes."""
        ...

    def flush(self, fd: int) -> None:
        """FlushFileBuffers."""
        ...

    def lock_byte(self, fd: int, at: int, *, shared: bool) -> bool:
        """LockFileEx of one byte without waiting; False when it is taken."""
        ...

    def unlock_byte(self, fd: int, at: int) -> None:
        """UnlockFileEx of one byte."""
        ...


class Windows:
    """The System protocol on Windows."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._folders: dict[Folder, tuple[str, int]] = {}
        self._numbers: Iterator[int] = itertools.count(1)
        self._guard = threading.Lock()

    # -- folders

    def open_folder(self, path: str | os.PathLike[str], *, follow: bool = True) -> Folder:
        """The handle does not share deletion: the folder keeps its name while it is open."""
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
        """The outer folder is closed: the inner one keeps the names above it in place."""
        inner = self.inner(folder, name)
        self.close_folder(folder)
        return inner

    def inner(self, folder: Folder, name: str) -> Folder:
        """The outer folder stays open."""
        return self._open_folder(self._at(folder, name))

    def close_folder(self, folder: Folder) -> None:
        """Close the handle."""
        with self._guard:
            _, handle = self._folders.pop(folder)
        self._calls.close_handle(handle)

    def make_folder(self, folder: Folder, name: str, mode: int) -> None:
        """Without the mode: what is made in a store has the access rights of the store's folder."""
        del mode
        _patiently(lambda: self._calls.make_folder(self._at(folder, name)))

    def entries(self, folder: Folder) -> list[tuple[str, bool]]:
        """By FindFirstFile."""
        return self._calls.scan(self._folders[folder][0])

    def exists(self, folder: Folder, name: str) -> bool:
        """By its attributes; a file that is being deleted exists until it is gone."""
        try:
            self._calls.lstat(self._at(folder, name))
        except FileNotFoundError:
            return False
        except OSError as error:
            return getattr(error, "winerror", None) == ACCESS_DENIED
        return True

    def sync_folder(self, folder: Folder) -> None:
        """Nothing: `publish`, `replace` sync the descriptor instead."""

    def sync_folder_at(self, path: str | os.PathLike[str]) -> None:
        """Nothing."""

    # -- files

    def open_to_read(self, folder: Folder, name: str) -> int:
        """Shares everything, so that the file can be deleted and replaced meanwhile."""
        return self._open(self._at(folder, name), GENERIC_READ, OPEN_EXISTING)

    def open_lock_file(self, folder: Folder, name: str, mode: int) -> int:
        """For reading too: it holds the pid of its holder."""
        del mode
        return self._open(self._at(folder, name), GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS)

    def new_file(self, folder: Folder, name: str, mode: int) -> int:
        """By CREATE_NEW; for reading too."""
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
        return opened(flags=0)  # A file that the system keeps elsewhere: OneDrive, deduplication.

    def new_temporary(self, folder: Folder, mode: int) -> tuple[str, int]:
        """Its open handle tells `sweep` that its writer lives."""
        name = f"{secrets.token_hex(8)}.tmp"
        return name, self.new_file(folder, name, mode)

    def sweep(self, folder: Folder, name: str) -> bool:
        """A file that can be opened for oneself alone has no writer; it is deleted when that handle is closed."""
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

    def publish(self, source: Folder, temporary: str, fd: int, folder: Folder, name: str) -> bool:
        """By MoveFileEx without replacing."""
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
        """By MoveFileEx with MOVEFILE_REPLACE_EXISTING."""
        _patiently(lambda: self._calls.replace(self._at(source, temporary), self._at(folder, name)), busy=True)
        if fd >= 0:
            self._calls.flush(fd)

    def replace_at(self, temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        """The same by path."""
        _patiently(lambda: self._calls.replace(self._long(temporary), self._long(path)), busy=True)

    def move(self, source: Folder, name: str, folder: Folder, new_name: str) -> None:
        """By MoveFileEx without replacing."""
        _patiently(lambda: self._calls.rename(self._at(source, name), self._at(folder, new_name)), busy=True)

    def delete(self, folder: Folder, name: str) -> None:
        """By DeleteFile."""
        _patiently(lambda: self._calls.delete(self._at(folder, name)), busy=True)

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """By seek and read: every reader has a descriptor of its own."""
        pieces = []
        while length > 0:
            piece = self._calls.read_at(fd, length, start)
            if not piece:
                break
            pieces.append(piece)
            start, length = start + len(piece), length - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def sync(self, fd: int) -> None:
        """By FlushFileBuffers."""
        self._calls.flush(fd)

    # -- locks

    def lock(self, fd: int, *, shared: bool) -> bool:
        """By LockFileEx."""
        return self._calls.lock_byte(fd, LOCK_AT, shared=shared)

    def unlock(self, fd: int) -> None:
        """By UnlockFileEx."""
        self._calls.unlock_byte(fd, LOCK_AT)

    def write_holder(self, fd: int, text: bytes) -> None:
        """In front of the locked byte."""
        self._calls.write_at(fd, text, 0)

    # -- owners and modes

    def is_link(self, status: os.stat_result) -> bool:
        """Symbolic links and junctions."""
        tag = getattr(status, "st_reparse_tag", 0)
        return stat.S_ISLNK(status.st_mode) or bool(tag & STANDS_FOR_A_NAME)

    def is_shared(self, status: os.stat_result) -> bool:
        """Not known: access rights come from the folder around the store."""
        del status
        return False

    def give_to_group(self, fd: int) -> None:
        """Nothing: access rights come from the folder around the store."""

    def give_folder_to_group(self, path: Path) -> None:
        """Nothing: access rights come from the folder around the store."""

    def others_can_write(self, path: Path, status: os.stat_result) -> str:
        """Its access rights are not read: what lies in the user's profile is the user's, nothing else is."""
        del status
        home = os.path.normcase(self._calls.home()).lower()
        here = os.path.normcase(self._calls.full(os.fspath(path))).lower()
        return "" if here == home or here.startswith(home + "\\") else "lies outside your user profile"

    # -- memory and time

    def page_marks(self) -> PageMarks | None:
        """None."""
        return None

    def time_limit(
        self, limit_s: float, error: Callable[[FrameType | None], BaseException | None]
    ) -> AbstractContextManager[None]:
        """No limit: there is no timer that interrupts Python."""
        del limit_s, error
        return nullcontext()

    def in_child(
        self, works: Sequence[Callable[[], object]], limit_s: float, overtime: str
    ) -> list[tuple[Any, str]] | None:
        """None: no process can be forked."""
        del works, limit_s, overtime
        return None

    # -- inside

    def _at(self, folder: Folder, name: str) -> str:
        return f"{self._folders[folder][0]}\\{name}"

    def _long(self, path: str | os.PathLike[str]) -> str:
        return long_form(self._calls.full(os.fspath(path)))


def long_form(path: str) -> str:
    r"""An absolute path in the form that may be longer than 260 characters: \\?\C:\... or \\?\UNC\server\share\..."""
    if path.startswith("\\\\?\\"):
        return path
    if path.startswith("\\\\"):
        return "\\\\?\\UNC\\" + path[2:].rstrip("\\")
    return "\\\\?\\" + path.rstrip("\\")


def _refuse_link(attributes: int, tag: int, path: str) -> None:
    if attributes & LINK and tag & STANDS_FOR_A_NAME:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def _is_in_use(error: OSError) -> bool:
    """Whether another program may be in the way; access is also denied to a file that is being deleted."""
    return getattr(error, "winerror", None) in (ACCESS_DENIED, SHARING, LOCKED, MAPPED)


def _patiently(act: Callable[[], T], *, busy: bool = False) -> T:
    """Do it, again for PATIENCE_S while another program has the file open.

    busy: then it is EBUSY, also where access is denied: that is how Windows refuses to replace an open file.
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
