"""Page marks: the Linux kernel reports which memory pages were written since. Linux 6.7 and later, x86-64 and arm64.

`userfaultfd` with asynchronous write protection marks pages, and `PAGEMAP_SCAN` reads the marks; neither needs a
privilege. A page that is still marked was written neither by this process nor by a system call on its behalf. Memory
whose changes the marks cannot show is excluded: memory of files, shared memory, memory that a device may write to, and
memory of another process after a fork. In doubt, memory counts as written.
Source: Documentation/admin-guide/mm/pagemap.rst and userfaultfd.rst of Linux. docs/decisions/0006 has the measurements.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

assert sys.platform != "win32"

import fcntl  # noqa: E402  # after the assertion, which tells the type checker where this file is used

_SYSCALL = {"x86_64": 323, "aarch64": 282}
_USER_MODE_ONLY = 1
_API_VERSION, _WP_UNPOPULATED, _WP_ASYNC = 0xAA, 1 << 13, 1 << 15
_UFFDIO_API, _UFFDIO_REGISTER, _UFFDIO_UNREGISTER = 0xC018AA3F, 0xC020AA00, 0x8010AA01
_REGISTER_WRITE_PROTECT = 2
_PAGEMAP_SCAN = 0xC0606610
_PROTECT_AGAIN, _CHECK_REGISTERED = 1, 2
_WRITTEN, _FILE, _PRESENT, _SWAPPED = 2, 4, 8, 16
_REGIONS = 64

_DEVICES = ("/dev/nvidia", "/dev/kfd", "/dev/dri", "/dev/infiniband", "/dev/vfio", "/dev/accel", "anon_inode:[io_uring")
"""Open files that indicate memory which a device or the kernel writes without using this process's page tables."""


class Pages:
    """The PageMarks protocol on Linux. Not thread-safe; invalid after a fork (see `pid`)."""

    def __init__(self) -> None:
        """Raises OSError if the kernel does not support it."""
        number = _SYSCALL.get(platform.machine())
        if number is None or platform.system() != "Linux":
            raise OSError("page marks need Linux on x86-64 or arm64")
        self.pid = os.getpid()
        self._marks = _userfaultfd(number)
        self._map = -1
        try:
            wanted = _WP_UNPOPULATED | _WP_ASYNC
            features = struct.unpack("<3Q", fcntl.ioctl(self._marks, _UFFDIO_API, _words(_API_VERSION, wanted, 0)))[1]
            if features & wanted != wanted:
                raise OSError("this kernel has no asynchronous write protection")
            self._map = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self.close()
            raise
        self._regions = (ctypes.c_uint64 * (3 * _REGIONS))()

    def close(self) -> None:
        """Remove all marks."""
        for file in (self._marks, self._map):
            if file >= 0:
                with contextlib.suppress(OSError):
                    os.close(file)
        self._marks = self._map = -1

    def protect(self, start: int, end: int) -> bool:
        """Mark whole pages as unwritten. Return False if that is impossible or unreliable for this memory.

        start, end: addresses, multiples of the page size. Earlier marks in this range become invalid.
        """
        if not _is_private(start, end):
            return False
        try:
            fcntl.ioctl(self._marks, _UFFDIO_REGISTER, _words(start, end - start, _REGISTER_WRITE_PROTECT, 0))
            self._scan(start, end, _PROTECT_AGAIN | _CHECK_REGISTERED, mask=_WRITTEN, inverted=0, any_of=0)
        except OSError:
            return False
        return self.clean(start, end)

    def clean(self, start: int, end: int) -> bool:
        """Return True if every page exists, is private, and was not written since it was marked.

        A page that was returned to the system (`madvise`) has no mark and counts as written. So does memory that was
        unmapped, which the kernel reports as not registered.
        """
        try:
            none_of = _WRITTEN | _FILE
            covered = self._scan(
                start, end, _CHECK_REGISTERED, mask=none_of, inverted=none_of, any_of=_PRESENT | _SWAPPED
            )
        except OSError:
            return False
        return covered == end - start

    def release(self, start: int, end: int) -> None:
        """Remove the marks, so that the next write causes no page fault."""
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._marks, _UFFDIO_UNREGISTER, _words(start, end - start))

    @staticmethod
    def devices_may_write() -> bool:
        """Return True if the process has open device files or pinned memory (VmPin), or if that is unknown."""
        try:
            for name in os.listdir("/proc/self/fd"):
                with contextlib.suppress(FileNotFoundError):
                    if os.readlink(f"/proc/self/fd/{name}").startswith(_DEVICES):
                        return True
            status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return True
        return not any(line.split() == ["VmPin:", "0", "kB"] for line in status.splitlines())

    def _scan(self, start: int, end: int, flags: int, *, mask: int, inverted: int, any_of: int) -> int:
        """Return the bytes of the pages that match. Raises OSError (EPERM: a part is not registered)."""
        matched, at = 0, start
        while at < end:
            vector = ctypes.addressof(self._regions)
            asked = _words(96, flags, at, end, 0, vector, _REGIONS, 0, inverted, mask, any_of, _WRITTEN)
            answer = bytearray(asked)
            count = fcntl.ioctl(self._map, _PAGEMAP_SCAN, answer, True)
            matched += sum(self._regions[3 * i + 1] - self._regions[3 * i] for i in range(count))
            reached = struct.unpack_from("<Q", answer, 32)[0]
            if reached <= at:
                raise OSError("PAGEMAP_SCAN made no progress")
            at = reached
        return matched


def _userfaultfd(number: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    file: int = libc.syscall(number, os.O_CLOEXEC | os.O_NONBLOCK | _USER_MODE_ONLY)
    if file < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return file


def _is_private(start: int, end: int) -> bool:
    """Return True if the whole range is private, anonymous, readable and writable memory."""
    covered = 0
    with open("/proc/self/maps", "rb") as file:
        for line in file:
            addresses, rights, _offset, _device, inode, *_name = line.split(maxsplit=5)
            low, high = (int(part, 16) for part in addresses.split(b"-"))
            if low >= end:
                break
            if high > start:
                if inode != b"0" or rights[:2] != b"rw" or rights[3:4] != b"p":
                    return False
                covered += min(high, end) - max(low, start)
    return covered == end - start


def _words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *numbers)
