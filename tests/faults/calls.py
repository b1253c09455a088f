"""Counts, fails or logs the system calls that change a store, by patching one child process.

What is patched are the functions of `os` and `fcntl` and writing files of `io`: everything that nbmodelver changes a
disk with. The counting is per process and includes every thread.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pickle
import signal
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

KINDS = (
    "create", "write", "pwrite", "fsync", "fdatasync", "rename", "replace", "link", "mkdir", "unlink", "rmdir",
    "ftruncate", "truncate", "fchmod", "chmod", "flock",
)  # fmt: skip
ERRNOS = {n: getattr(errno, n) for n in ("ENOSPC", "EIO", "EACCES", "EMFILE", "EDQUOT", "EFBIG", "ESTALE")}


@dataclass
class Fault:
    """A fault: SIGKILL before call `kill_at` (from 0), or the `number`-th call of `kind` fails with `error`.

    log: every call goes to this file, pickled, as (kind, arguments).
    """

    kill_at: int = -1
    kind: str = ""
    number: int = -1
    error: str = ""
    log: str = ""
    count: int = 0
    seen: dict[str, int] = field(default_factory=dict)


class Calls:
    """Patches the calls of this process permanently: it is a child that ends soon."""

    def __init__(self, fault: Fault) -> None:
        _current.append(self)
        self.fault = fault
        self.guard = threading.RLock()
        self.log = open(fault.log, "wb", buffering=0) if fault.log else None  # noqa: SIM115  # open till the end
        self.real = {n: getattr(os, n) for n in dir(os) if callable(getattr(os, n))}

    def step(self, kind: str) -> None:
        """Count a call before it is made, and inject the fault."""
        fault = self.fault
        with self.guard:
            if fault.count == fault.kill_at:
                self.real["kill"](self.real["getpid"](), signal.SIGKILL)
            fault.count += 1
            seen = fault.seen[kind] = fault.seen.get(kind, -1) + 1
        if kind == fault.kind and seen == fault.number:
            number = ERRNOS[fault.error]
            raise OSError(number, os.strerror(number))

    def note(self, kind: str, *arguments: Any) -> None:
        """Log a call after it was made."""
        if self.log is not None:
            with self.guard:
                self.log.write(pickle.dumps((kind, arguments)))

    # -- paths

    def at(self, name: Any, folder: int | None) -> str:
        """Return the full path of `name` in an open folder."""
        name = os.fsdecode(os.fspath(name))
        return os.path.abspath(name) if folder is None else f"{self.of(folder)}/{name}"

    def of(self, fd: int) -> str:
        """Return the path of a descriptor."""
        return str(self.real["readlink"](f"/proc/self/fd/{fd}"))

    # -- the calls

    def install(self) -> None:
        """Patch everything."""
        os.open = self._open
        os.write, os.pwrite = self._write, self._pwrite
        for name in ("fsync", "fdatasync"):
            setattr(os, name, self._sync(name))
        for name in ("rename", "replace", "link"):
            setattr(os, name, self._two(name))
        for name in ("mkdir", "unlink", "rmdir"):
            setattr(os, name, self._one(name))
        os.remove = os.unlink
        for name in ("ftruncate", "truncate", "fchmod", "chmod"):
            setattr(os, name, self._plain(name, self.real[name]))
        fcntl.flock = self._plain("flock", fcntl.flock)
        io.open = self._io(io.open)
        os.fdopen = self._fdopen

    def _open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if not flags & os.O_CREAT:
            return int(self.real["open"](path, flags, mode, dir_fd=dir_fd))
        self.step("create")
        fd = int(self.real["open"](path, flags, mode, dir_fd=dir_fd))
        self.note("create", self.at(path, dir_fd), self.real["fstat"](fd).st_ino)
        return fd

    def _write(self, fd: int, data: Any) -> int:
        self.step("write")
        start = self.real["lseek"](fd, 0, os.SEEK_CUR)
        wrote = int(self.real["write"](fd, data))
        self.note("write", self.real["fstat"](fd).st_ino, start, bytes(data)[:wrote])
        return wrote

    def _pwrite(self, fd: int, data: Any, offset: int) -> int:
        self.step("pwrite")
        return int(self.real["pwrite"](fd, data, offset))  # Only lock files: no part of the data.

    def _sync(self, name: str) -> Any:
        def sync(fd: int) -> None:
            self.step(name)
            self.real[name](fd)
            is_folder = os.path.isdir(self.of(fd))
            self.note("sync", self.of(fd) if is_folder else self.real["fstat"](fd).st_ino)

        return sync

    def _two(self, name: str) -> Any:
        def two(a: Any, b: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None, **more: Any) -> None:
            self.step(name)
            self.real[name](a, b, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, **more)
            self.note("link" if name == "link" else "rename", self.at(a, src_dir_fd), self.at(b, dst_dir_fd))

        return two

    def _one(self, name: str) -> Any:
        def one(path: Any, *more: Any, dir_fd: int | None = None, **how: Any) -> None:
            self.step(name)
            self.real[name](path, *more, dir_fd=dir_fd, **how)
            self.note(name, self.at(path, dir_fd))

        return one

    def _plain(self, name: str, real: Any) -> Any:
        def plain(*arguments: Any, **more: Any) -> Any:
            self.step(name)
            return real(*arguments, **more)

        return plain

    def _io(self, real: Any) -> Any:
        def opened(file: Any, mode: str = "r", *more: Any, **how: Any) -> Any:
            if "b" not in mode or not {*mode} & {"w", "x"}:
                return real(file, mode, *more, **how)
            if not isinstance(file, int):
                self.step("create")
            raw = _Raw(file, mode)
            raw.calls = self
            if not isinstance(file, int):
                self.note("create", os.path.abspath(os.fspath(file)), self.real["fstat"](raw.fileno()).st_ino)
            return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)

        return opened

    @staticmethod
    def _fdopen(fd: int, mode: str = "r", *more: Any, **how: Any) -> Any:
        return io.open(fd, mode, *more, **how)  # noqa: UP020  # the patched one


_current: list[Calls] = []


def acknowledge(seed: int) -> None:
    """Write into the log that this version was acknowledged."""
    for calls in _current:
        calls.note("acknowledged", seed)


class _Raw(io.FileIO):
    """A file whose writes are counted."""

    calls: Calls

    def write(self, data: Any) -> int:
        self.calls.step("write")
        start = self.tell()
        wrote = super().write(data)
        self.calls.note("write", self.calls.real["fstat"](self.fileno()).st_ino, start, bytes(data)[:wrote])
        return int(wrote or 0)


def read_log(path: Path) -> list[tuple[str, tuple[Any, ...]]]:
    """The calls of a log, in order."""
    found = []
    with path.open("rb") as file:
        while True:
            try:
                found.append(pickle.load(file))
            except EOFError:
                return found
