"""A store in a folder on disk.

An object is written to a temporary file inside the store, synced, given its name by a hard link (which never
replaces anything), and the folder is synced: after that it survives power loss, before that it does not exist.
Reads use pread and not mmap: an I/O error or a file cut by someone else is then an exception and not a SIGBUS
that takes the user's kernel along; what it costs is one copy of *compressed* bytes.
No path component inside the store is ever followed through a link.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import NoStore, StoreError
from nbmodelver.store.backends.faults import named, translate
from nbmodelver.store.backends.files import (
    FOLDER,
    NO_FOLLOW,
    Writer,
    exists,
    give_name,
    into,
    make_durably,
    new_file,
    read_fully,
    sweep_one,
    walk,
)
from nbmodelver.store.backends.keys import check
from nbmodelver.store.locks import file_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class LocalBackend:
    """The Backend protocol over a folder; see model.Backend for what callers may rely on.

    create: make the folder when it is missing. shared: files may be read and written by the group (a team's
    disk); otherwise 0600 and 0700. An existing folder that the group can write stays shared.
    """

    def __init__(self, root: Path, create: bool = False, shared: bool = False) -> None:
        self.root = Path(os.path.abspath(root))
        self._name = os.path.join(self.root, "")  # A text: messages are made at every step.
        if create:
            with named("create the folder", self.where):
                make_durably(self.root, 0o770 if shared else 0o700)
                if shared:
                    self.root.chmod(0o2770)
        elif not self.root.is_dir():
            raise NoStore(f"no store at {self.where}", "make one: %mv_init, or nbmodelver.open(PATH, create=True)")
        self.shared = shared or bool(self.root.stat().st_mode & stat.S_IWGRP)
        self._durable: set[tuple[str, ...]] = set()

    @property
    def where(self) -> str:
        """The folder, for messages."""
        return str(self.root)

    def writable_by_others(self) -> bool:
        """Whether another user owns or may write the store: then its pickles are not to be trusted."""
        with named("look at", self.where):
            info = self.root.stat()
        return info.st_uid != os.geteuid() or bool(info.st_mode & (stat.S_IWGRP | stat.S_IWOTH))

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of `key`; fewer than `length` where the file ends before."""
        with self._opened(key) as fd, named("read", self._path(key)):
            if length is None:
                length = max(os.fstat(fd).st_size - start, 0)
            return read_fully(fd, start, length)

    def size(self, key: str) -> int:
        """Bytes under `key`."""
        with self._opened(key) as fd, named("read the size of", self._path(key)):
            return os.fstat(fd).st_size

    def age_s(self, key: str) -> float:
        """Seconds since `key` was written, negative when the clock was turned back since."""
        with self._opened(key) as fd, named("read the age of", self._path(key)):
            return time.time() - os.fstat(fd).st_mtime

    def list(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, sorted; the whole listing is made before the first key is given."""
        folder = prefix.rpartition("/")[0]
        with named("list", self._path(folder)):
            fd = self._root()
            try:
                for step in filter(None, folder.split("/")):
                    fd = into(fd, step)
                keys = sorted(walk(fd, f"{folder}/" if folder else ""))
            except FileNotFoundError:
                keys = []
            finally:
                os.close(fd)
        return (k for k in keys if k.startswith(prefix))

    # -- writing

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a new immutable object durably; False when the key exists."""
        with self._folder(key, make=True) as (folder, name):
            if exists(folder, name):
                return False
            with self._temporary() as (tmp_folder, tmp, fd):
                self._fill(fd, chunks, key)
                with named("name", self._path(key)):
                    if not give_name(tmp_folder, tmp, fd, folder, name):
                        return False
            self._sync_new(folder, name, key)
            return True

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace, make or delete a small value durably, if it is `expected`."""
        with self.lock("swap"), self._folder(key, make=True) as (folder, name):
            if self._current(key) != expected:
                return False
            if new is None:
                with named("delete", self._path(key)), suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
            else:
                with self._temporary() as (tmp_folder, tmp, fd):
                    self._fill(fd, [new], key)
                    with named("replace", self._path(key)):
                        os.rename(tmp, name, src_dir_fd=tmp_folder, dst_dir_fd=folder)
            with named("sync the folder of", self._path(key)):
                os.fsync(folder)
            return True

    def delete(self, key: str, *, durable: bool = True) -> None:
        """Remove `key`, durably unless told that this does not matter; a missing key is no error."""
        try:
            with self._folder(key) as (folder, name), named("delete", self._path(key)), suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
                if durable:
                    os.fsync(folder)
        except KeyError:
            return

    def move(self, key: str, new: str) -> None:
        """Give `key` another name durably; whatever it is is moved, also what is no regular file."""
        with self._folder(key) as (folder, name), self._folder(new, make=True) as (new_folder, new_name):
            if exists(new_folder, new_name):
                raise StoreError(f"{self._path(new)} exists already", "nothing was moved")
            with named("move", self._path(key)):
                try:
                    os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=new_folder)
                except FileNotFoundError:
                    raise KeyError(key) from None
                os.fsync(new_folder)
                os.fsync(folder)

    @contextmanager
    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock file `locks/<name>` for the block."""
        path = self._path(f"locks/{name}")
        with named("lock", path):
            folder = self._subfolder("locks")
            try:
                flags = os.O_RDWR | os.O_CREAT | NO_FOLLOW
                fd = os.open(name, flags, 0o660 if self.shared else 0o600, dir_fd=folder)
            finally:
                os.close(folder)
        try:
            held = file_lock(fd, path, timeout_s, shared=shared)
            with named("lock", path):
                held.__enter__()
            try:
                yield
            finally:
                held.__exit__(None, None, None)
        finally:
            os.close(fd)

    def sweep(self) -> int:
        """Remove temporary files whose writers are gone, and give their number.

        A writer holds a lock on its temporary file, so that no clock decides who is gone.
        """
        with named("sweep", self._path("tmp")):
            folder = self._subfolder("tmp")
            try:
                return sum(sweep_one(folder, name) for name in os.listdir(folder))
            finally:
                os.close(folder)

    # -- inside

    def _path(self, key: str) -> str:
        return f"{self._name}{key}"

    def _root(self) -> int:
        return os.open(self.root, FOLDER)

    @contextmanager
    def _opened(self, key: str) -> Iterator[int]:
        with self._folder(key) as (folder, name):
            try:
                # Not blocking: a pipe planted in the store must not hang whoever opens it.
                fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | NO_FOLLOW, dir_fd=folder)
            except FileNotFoundError:
                raise KeyError(key) from None
            except OSError as error:
                raise translate(error, "open", self._path(key)) from error
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise StoreError(f"{self._path(key)} is no regular file", "remove it: nbmodelver did not make it")
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _folder(self, key: str, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder of `key`, open, and the file name in it. KeyError when it is missing and not made."""
        *steps, name = check(key).split("/")
        with named("open", self.where):
            fd = self._root()
        try:
            for depth, step in enumerate(steps, 1):
                try:
                    if make:
                        self._make(fd, step, tuple(steps[:depth]))
                    fd = into(fd, step)
                except FileNotFoundError:
                    raise KeyError(key) from None
                except OSError as error:
                    raise translate(error, "open the folder of", self._path(key)) from error
            yield fd, name
        finally:
            os.close(fd)

    def _subfolder(self, name: str) -> int:
        """The folder of this name, open, made if need be; nothing is lost when a power loss takes it."""
        fd = self._root()
        try:
            if not exists(fd, name):
                self._mkdir(fd, name)
            return into(fd, name)
        except BaseException:
            os.close(fd)
            raise

    def _make(self, fd: int, name: str, path: tuple[str, ...]) -> None:
        """Make a folder durably; one that is there is synced once too: who made it may have been killed before."""
        if path in self._durable and exists(fd, name):
            return
        if not exists(fd, name):
            self._mkdir(fd, name)
        os.fsync(fd)
        self._durable.add(path)

    def _mkdir(self, fd: int, name: str) -> None:
        with suppress(FileExistsError):
            os.mkdir(name, 0o770 if self.shared else 0o700, dir_fd=fd)

    @contextmanager
    def _temporary(self) -> Iterator[tuple[int, str, int]]:
        """A new locked file in tmp/: its folder, name and descriptor. Gone after the block, whatever happens."""
        with named("write to", self._path("tmp")):
            folder = self._subfolder("tmp")
        try:
            with named("create a file in", self._path("tmp")):
                name, fd = new_file(folder, 0o660 if self.shared else 0o600)
            try:
                yield folder, name, fd
            finally:
                os.close(fd)
                with suppress(OSError):
                    os.unlink(name, dir_fd=folder)
        finally:
            os.close(folder)

    def _fill(self, fd: int, chunks: Iterable[bytes | memoryview], key: str) -> None:
        write = Writer(fd)
        for chunk in chunks:
            with named("write", self._path(key)):
                write(chunk)
        with named("write", self._path(key)):
            write.flush()
            if self.shared:
                os.fchmod(fd, 0o660)
        with named("sync", self._path(key)):  # A failed sync is final: the kernel may have dropped the pages.
            os.fsync(fd)

    def _sync_new(self, folder: int, name: str, key: str) -> None:
        try:
            with named("sync the folder of", self._path(key)):
                os.fsync(folder)
        except StoreError:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
            raise

    def _current(self, key: str) -> bytes | None:
        try:
            return self.read(key)
        except KeyError:
            return None
