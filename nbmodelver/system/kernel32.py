"""The calls of Windows that windows.py needs, by ctypes where Python's `os` has none."""

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
    """Where LockFileEx locks (minwinbase.h, OVERLAPPED)."""

    _fields_ = (
        ("Internal", ctypes.c_void_p),
        ("InternalHigh", ctypes.c_void_p),
        ("Offset", wintypes.DWORD),
        ("OffsetHigh", wintypes.DWORD),
        ("hEvent", wintypes.HANDLE),
    )


class Kernel32:
    """The Calls protocol of windows.py, for real."""

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
        """Drive included."""
        return os.path.abspath(path)

    def home(self) -> str:
        """%USERPROFILE%."""
        return os.path.abspath(os.path.expanduser("~"))

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """The handle is not inherited by child processes."""
        handle = self._create(path, access, share, None, disposition, flags, None)
        if handle is None or handle == _INVALID_HANDLE:
            raise _error(path)
        return int(handle)

    def close_handle(self, handle: int) -> None:
        """Errors do not matter any more."""
        self._close(handle)

    def descriptor(self, handle: int) -> int:
        """O_BINARY: no byte is ever changed on its way."""
        return msvcrt.open_osfhandle(handle, os.O_BINARY | os.O_NOINHERIT)

    def attributes(self, fd: int) -> int:
        """From GetFileInformationByHandle."""
        return os.fstat(fd).st_file_attributes

    def lstat(self, path: str) -> tuple[int, int]:
        """Attributes and reparse tag."""
        status = os.lstat(path)
        return status.st_file_attributes, status.st_reparse_tag

    def scan(self, path: str) -> list[tuple[str, bool]]:
        """A junction counts as a folder here, and is refused when it is opened."""
        with os.scandir(path) as found:
            return [(e.name, e.is_dir(follow_symlinks=False)) for e in found]

    def make_folder(self, path: str) -> None:
        """Without a mode: 0o700 would give it access rights of its own."""
        os.mkdir(path)

    def rename(self, path: str, new: str) -> None:
        """MoveFileExW without flags."""
        os.rename(path, new)

    def replace(self, path: str, new: str) -> None:
        """MoveFileExW with MOVEFILE_REPLACE_EXISTING."""
        os.replace(path, new)

    def delete(self, path: str) -> None:
        """DeleteFileW."""
        os.unlink(path)

    def read_at(self, fd: int, length: int, start: int) -> bytes:
        """Up to 2 GiB a call."""
        os.lseek(fd, start, os.SEEK_SET)
        return os.read(fd, min(length, (1 << 31) - 1))

    def write_at(self, fd: int, data: bytes, start: int) -> None:
        """A few bytes are written as a whole."""
        os.lseek(fd, start, os.SEEK_SET)
        os.write(fd, data)

    def flush(self, fd: int) -> None:
        """_commit, which is FlushFileBuffers."""
        os.fsync(fd)

    def lock_byte(self, fd: int, at: int, *, shared: bool) -> bool:
        """Released by the system when the descriptor is closed or the process ends."""
        flags = _FAIL_IMMEDIATELY if shared else _FAIL_IMMEDIATELY | _EXCLUSIVE
        if self._lock(msvcrt.get_osfhandle(fd), flags, 0, 1, 0, ctypes.byref(_place(at))):
            return True
        if ctypes.get_last_error() in (_LOCK_VIOLATION, _IO_PENDING):
            return False
        raise _error("")

    def unlock_byte(self, fd: int, at: int) -> None:
        """Of this descriptor alone."""
        if not self._unlock(msvcrt.get_osfhandle(fd), 0, 1, 0, ctypes.byref(_place(at))):
            raise _error("")


def _place(at: int) -> _Overlapped:
    return _Overlapped(None, None, at & 0xFFFF_FFFF, at >> 32, None)


def _error(path: str) -> OSError:
    """What Windows says of the call that has just failed."""
    error = ctypes.WinError(ctypes.get_last_error())
    error.filename = path or None
    return error
