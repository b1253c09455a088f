"""The Windows calls that windows.py needs, through `os`, or through ctypes if `os` has none."""

from __future__ import annotations

import ctypes
import os
import sys

assert sys.platform == "win32"

import msvcrt  # noqa: E402  # after the assertion, which tells the type checker where this file is used
from ctypes import wintypes  # noqa: E402

_INVALID_HANDLE = ctypes.c_void_p(-1).value
_FAIL_IMMEDIATELY, _EXCLUSIVE = 1, 2
_LOCK_VIOLATION, _IO_PENDING = 33, 997


class _Overlapped(ctypes.Structure):
    """The offset for LockFileEx (minwinbase.h, OVERLAPPED)."""

    _fields_ = (
        ("Internal", ctypes.c_void_p),
        ("InternalHigh", ctypes.c_void_p),
        ("Offset", wintypes.DWORD),
        ("OffsetHigh", wintypes.DWORD),
        ("hEvent", wintypes.HANDLE),
    )


class Kernel32:
    """The Calls protocol of calls.py on a real Windows system."""

    def __init__(self) -> None:
        dll = ctypes.WinDLL("kernel32", use_last_error=True)
        word, handle = wintypes.DWORD, wintypes.HANDLE
        self._create = dll.CreateFileW
        self._create.restype = handle
        self._create.argtypes = (wintypes.LPCWSTR, word, word, ctypes.c_void_p, word, word, handle)
        self._close = dll.CloseHandle
        self._close.argtypes = (handle,)
        self._lock = dll.LockFileEx
        self._lock.argtypes = (handle, word, word, word, word, ctypes.POINTER(_Overlapped))
        self._unlock = dll.UnlockFileEx
        self._unlock.argtypes = (handle, word, word, word, ctypes.POINTER(_Overlapped))

    def full(self, path: str) -> str:
        """Return the absolute path, including the drive."""
        return os.path.abspath(path)

    def home(self) -> str:
        """Return %USERPROFILE%."""
        return os.path.abspath(os.path.expanduser("~"))

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """Call CreateFileW. Child processes do not inherit the handle."""
        handle = self._create(path, access, share, None, disposition, flags, None)
        if handle is None or handle == _INVALID_HANDLE:
            raise _error(path)
        return int(handle)

    def close_handle(self, handle: int) -> None:
        """Call CloseHandle and ignore errors."""
        self._close(handle)

    def descriptor(self, handle: int) -> int:
        """Return a descriptor with O_BINARY, so that line ends are not converted."""
        return msvcrt.open_osfhandle(handle, os.O_BINARY | os.O_NOINHERIT)

    def attributes(self, fd: int) -> int:
        """Return the attributes from GetFileInformationByHandle."""
        return os.fstat(fd).st_file_attributes

    def lstat(self, path: str) -> tuple[int, int]:
        """Return attributes and reparse tag."""
        status = os.lstat(path)
        return status.st_file_attributes, status.st_reparse_tag

    def scan(self, path: str) -> list[tuple[str, bool]]:
        """Return names and whether each is a folder. A junction counts as one, and is refused when it is opened."""
        with os.scandir(path) as found:
            return [(e.name, e.is_dir(follow_symlinks=False)) for e in found]

    def make_folder(self, path: str) -> None:
        """Create a folder without a mode: with 0o700 it would not inherit access rights."""
        os.mkdir(path)

    def rename(self, path: str, new: str) -> None:
        """Call MoveFileExW without flags."""
        os.rename(path, new)

    def replace(self, path: str, new: str) -> None:
        """Call MoveFileExW with MOVEFILE_REPLACE_EXISTING."""
        os.replace(path, new)

    def delete(self, path: str) -> None:
        """Call DeleteFileW."""
        os.unlink(path)

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Read up to 2 GiB."""
        os.lseek(fd, start, os.SEEK_SET)
        return os.read(fd, min(length, (1 << 31) - 1))

    def write_at(self, fd: int, data: bytes, start: int) -> None:
        """Write a few bytes in one call."""
        os.lseek(fd, start, os.SEEK_SET)
        os.write(fd, data)

    def flush(self, fd: int) -> None:
        """Call _commit, which calls FlushFileBuffers."""
        os.fsync(fd)

    def lock_byte(self, fd: int, at: int, *, shared: bool) -> bool:
        """Call LockFileEx. The system releases the lock when the descriptor is closed or the process ends."""
        flags = _FAIL_IMMEDIATELY if shared else _FAIL_IMMEDIATELY | _EXCLUSIVE
        if self._lock(msvcrt.get_osfhandle(fd), flags, 0, 1, 0, ctypes.byref(_place(at))):
            return True
        if ctypes.get_last_error() in (_LOCK_VIOLATION, _IO_PENDING):
            return False
        raise _error("")

    def unlock_byte(self, fd: int, at: int) -> None:
        """Call UnlockFile for this descriptor."""
        if not self._unlock(msvcrt.get_osfhandle(fd), 0, 1, 0, ctypes.byref(_place(at))):
            raise _error("")


def _place(at: int) -> _Overlapped:
    return _Overlapped(None, None, at & 0xFFFF_FFFF, at >> 32, None)


def _error(path: str) -> OSError:
    """Return the OSError of the last failed call."""
    error = ctypes.WinError(ctypes.get_last_error())
    error.filename = path or None
    return error
