"""A file system that behaves as that of Windows, over the real one: the `Calls` of nbmodelver/system/windows.py.

As unfriendly as Windows may be (the classic rules of NTFS, not the kinder ones of newer releases): what is open
without sharing deletion can be neither deleted, renamed nor replaced; what is open at all cannot be replaced; an open
file that is deleted keeps its name, and denies access, until the last one closes it; a mapped file cannot be deleted;
locked bytes cannot be read or written by others; names that differ by their case alone are one; 260 characters are the
limit without the long form; only backslashes part names in the long form; links are opened as such only when asked for.

A path "C:\\tmp\\a" is the real "/tmp/a". Descriptors are real. One object knows the files of one process.
"""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import dataclass, field

from nbmodelver.system import windows as w

FILE_MISSING, PATH_MISSING, DENIED, SHARING, LOCKED, EXISTS, TAKEN, BAD_NAME = 2, 3, 5, 32, 33, 80, 183, 123
ERRORS = {
    FILE_MISSING: FileNotFoundError, PATH_MISSING: FileNotFoundError, DENIED: PermissionError,
    SHARING: PermissionError, LOCKED: PermissionError, EXISTS: FileExistsError, TAKEN: FileExistsError,
}  # fmt: skip
NUMBERS = {FileNotFoundError: 2, PermissionError: 13, FileExistsError: 17, OSError: 22}
SYMLINK_TAG = 0xA000_000C
MAX_PATH = 260


def failure(winerror: int, path: str = "") -> OSError:
    """Return the OSError for an error code of Windows."""
    kind = ERRORS.get(winerror, OSError)
    error = kind(NUMBERS[kind], f"WinError {winerror}", path)
    error.winerror = winerror
    return error


@dataclass
class Opened:
    """One handle. at: the real path. node: device and inode. fd: the real descriptor, -1 for another program's."""

    at: str
    node: tuple[int, int]
    access: int
    share: int
    fd: int
    delete_on_close: bool = False
    locked: dict[int, bool] = field(default_factory=dict)


class WindowsDisk:
    """The Calls protocol. profile: the user's folder, a real path."""

    def __init__(self, profile: str = "/") -> None:
        self.profile = profile
        self.mapped: set[str] = set()
        self.calls: list[str] = []
        self._handles: dict[int, Opened] = {}
        self._others: list[Opened] = []
        self._deleted: set[str] = set()
        self._guard = threading.RLock()

    # -- what a test does

    def open_elsewhere(self, path: object, share: int = w.SHARE_READ | w.SHARE_WRITE) -> Opened:
        """Open a file as another program does with Python's `open`."""
        found = os.lstat(str(path))
        other = Opened(os.path.realpath(str(path)), (found.st_dev, found.st_ino), w.GENERIC_READ, share, -1)
        self._others.append(other)
        return other

    def close_elsewhere(self, other: Opened) -> None:
        """Close the file of the other program."""
        self._others.remove(other)
        self._let_go()

    def open_count(self) -> int:
        """Return the number of open handles of this process."""
        return len(self._alive()) - len(self._others)

    # -- paths

    def full(self, path: str) -> str:
        return "C:" + os.path.abspath(path).replace("/", "\\")

    def home(self) -> str:
        return self.full(self.profile)

    def real(self, path: str) -> str:
        """Return the real path for a Windows path, with the case of the disk."""
        if path.startswith("\\\\?\\"):
            if "/" in path:
                raise failure(BAD_NAME, path)
            path = path[4:]
        elif len(path) >= MAX_PATH:
            raise failure(PATH_MISSING, path)
        assert path[:3] == "C:\\", path
        found = "/"
        for step in path[3:].split("\\"):
            found = os.path.join(found, _as_on_disk(found, step))
        return found

    def _named(self, path: str) -> str:
        real = self.real(path)
        self._let_go()
        if real in self._deleted:
            raise failure(DENIED, path)
        return real

    # -- open files

    def _alive(self) -> list[Opened]:
        """Return the handles that are still open; os.close does not report to this class."""
        for handle, opened in list(self._handles.items()):
            try:
                found = os.fstat(opened.fd)
                if (found.st_dev, found.st_ino) == opened.node:
                    continue
            except OSError:
                pass
            del self._handles[handle]
        return [*self._handles.values(), *self._others]

    def _of(self, real: str) -> list[Opened]:
        found = os.lstat(real)
        return [o for o in self._alive() if o.node == (found.st_dev, found.st_ino)]

    def _let_go(self) -> None:
        """Delete the names of files whose last handle was closed."""
        for real in list(self._deleted):
            if not self._of(real):
                os.unlink(real)
                self._deleted.discard(real)

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        with self._guard:
            real = self._named(path)
            if not os.path.isdir(os.path.dirname(real)):
                raise failure(PATH_MISSING, path)
            if not os.path.lexists(real):
                if disposition == w.OPEN_EXISTING:
                    raise failure(FILE_MISSING, path)
            elif disposition == w.CREATE_NEW:
                raise failure(EXISTS, path)
            elif os.path.isdir(real) and not flags & w.FOLDERS_TOO:
                raise failure(DENIED, path)
            else:
                self._share(real, access, share, path)
            fd = self._open(real, access, disposition, flags)
            found = os.fstat(fd)
            node = (found.st_dev, found.st_ino)
            self._handles[fd] = Opened(real, node, access, share, fd, bool(flags & w.DELETE_ON_CLOSE))
            return fd

    @staticmethod
    def _open(real: str, access: int, disposition: int, flags: int) -> int:
        if os.path.islink(real) and flags & w.OPEN_LINK_ITSELF:
            return os.open(real, os.O_PATH | os.O_NOFOLLOW)
        if os.path.isdir(real):
            return os.open(real, os.O_RDONLY)
        make = {w.CREATE_NEW: os.O_CREAT | os.O_EXCL, w.OPEN_ALWAYS: os.O_CREAT}.get(disposition, 0)
        return os.open(real, (os.O_RDWR if access & w.GENERIC_WRITE else os.O_RDONLY) | make, 0o600)

    def _share(self, real: str, access: int, share: int, path: str) -> None:
        for other in self._of(real):
            if _wants(access) & ~other.share or _wants(other.access) & ~share:
                raise failure(SHARING, path)

    def close_handle(self, handle: int) -> None:
        with self._guard:
            opened = self._handles.pop(handle)
            os.close(handle)
            if opened.delete_on_close:
                self._deleted.add(opened.at)
            self._let_go()

    def descriptor(self, handle: int) -> int:
        return handle

    def attributes(self, fd: int) -> int:
        return _attributes(os.fstat(fd))

    def lstat(self, path: str) -> tuple[int, int]:
        with self._guard:
            real = self._named(path)
            try:
                found = os.lstat(real)
            except FileNotFoundError:
                raise failure(FILE_MISSING, path) from None
            return _attributes(found), SYMLINK_TAG if stat.S_ISLNK(found.st_mode) else 0

    def scan(self, path: str) -> list[tuple[str, bool]]:
        with self._guard, os.scandir(self._named(path)) as found:
            return [(e.name, e.is_dir(follow_symlinks=False)) for e in found]

    def make_folder(self, path: str) -> None:
        with self._guard:
            if len(path) >= MAX_PATH - 12 and not path.startswith("\\\\?\\"):
                raise failure(PATH_MISSING, path)
            real = self._named(path)
            if os.path.lexists(real):
                raise failure(TAKEN, path)
            os.mkdir(real, 0o700)

    # -- names

    def _may_go(self, real: str, path: str) -> None:
        """Raise the error of Windows if the file is missing or an open handle does not allow to delete it."""
        if not os.path.lexists(real):
            raise failure(FILE_MISSING, path)
        if any(not o.share & w.SHARE_DELETE for o in self._of(real)):
            raise failure(SHARING, path)
        if os.path.isdir(real) and any(o.at.startswith(real + "/") for o in self._alive()):
            raise failure(DENIED, path)

    def rename(self, path: str, new: str) -> None:
        with self._guard:
            self.calls.append("rename")
            source, target = self._named(path), self._named(new)
            self._may_go(source, path)
            if os.path.lexists(target):
                raise failure(TAKEN, new)
            self._rename(source, target)

    def replace(self, path: str, new: str) -> None:
        with self._guard:
            self.calls.append("replace")
            source, target = self._named(path), self._named(new)
            self._may_go(source, path)
            if os.path.lexists(target):
                self._may_go(target, new)
                if self._of(target) or target in self.mapped:
                    raise failure(DENIED, new)
            self._rename(source, target)

    def _rename(self, source: str, target: str) -> None:
        if not os.path.isdir(os.path.dirname(target)):
            raise failure(PATH_MISSING, target)
        os.rename(source, target)
        for opened in self._alive():
            if opened.at == source:
                opened.at = target

    def delete(self, path: str) -> None:
        with self._guard:
            self.calls.append("delete")
            real = self._named(path)
            self._may_go(real, path)
            if real in self.mapped:
                raise failure(DENIED, path)
            self._deleted.add(real)
            self._let_go()

    # -- bytes

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        self._free(fd, start, length)
        return os.pread(fd, length, start)

    def write_at(self, fd: int, data: bytes, start: int) -> None:
        self._free(fd, start, len(data))
        os.pwrite(fd, data, start)

    def flush(self, fd: int) -> None:
        self.calls.append("flush")
        os.fsync(fd)

    def _free(self, fd: int, start: int, length: int) -> None:
        """Raise a lock violation if another handle has locked these bytes."""
        with self._guard:
            node = self._handles[fd].node
            for other in self._alive():
                if other.node == node and other.fd != fd and any(start <= at < start + length for at in other.locked):
                    raise failure(LOCKED)

    def lock_byte(self, fd: int, at: int, *, shared: bool) -> bool:
        with self._guard:
            mine = self._handles[fd]
            held = [o.locked[at] for o in self._alive() if o.node == mine.node and at in o.locked]
            if held and not (shared and all(held)):
                return False
            mine.locked[at] = shared
            return True

    def unlock_byte(self, fd: int, at: int) -> None:
        with self._guard:
            del self._handles[fd].locked[at]


def _as_on_disk(folder: str, step: str) -> str:
    if os.path.lexists(os.path.join(folder, step)):
        return step
    try:
        return next((n for n in os.listdir(folder) if n.lower() == step.lower()), step)
    except OSError:
        return step


def _wants(access: int) -> int:
    """Return the sharing flags that other handles must have for this access."""
    wants = w.SHARE_READ if access & w.GENERIC_READ else 0
    wants |= w.SHARE_WRITE if access & w.GENERIC_WRITE else 0
    return wants | (w.SHARE_DELETE if access & w.DELETE else 0)


def _attributes(found: os.stat_result) -> int:
    attributes = stat.FILE_ATTRIBUTE_DIRECTORY if stat.S_ISDIR(found.st_mode) else stat.FILE_ATTRIBUTE_NORMAL
    return attributes | (w.LINK if stat.S_ISLNK(found.st_mode) else 0)
