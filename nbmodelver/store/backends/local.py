"""The backend for a folder on disk.

A new object is written to a temporary file inside the store, synced, linked to its name without replacing anything, and
the folder is synced. After that it survives a power loss; before that it does not exist.
Reads copy and do not map the file: an I/O error or a truncated file then raises an exception, while a mapping would
raise SIGBUS and kill the user's kernel. The cost is one copy of *compressed* bytes (docs/decisions/0004). On Windows a
mapped pack could not be deleted either. nbmodelver/system implements each step for each operating system.
No link is followed inside the store.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import NoStore, StoreError
from nbmodelver.store.backends.faults import named, translate
from nbmodelver.store.backends.files import FileWriter, make_durably, walk
from nbmodelver.store.backends.keys import check
from nbmodelver.store.locks import file_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbmodelver.system.protocol import Folder


class LocalBackend:
    """The Backend protocol over a folder; model.Backend states the contract.

    root: path of the folder. create: create it if it is missing. shared: the group may read and write (modes 0660 and
    2770); otherwise modes are 0600 and 0700. An existing folder that the group can write is shared.
    Raises NoStore if the folder is missing and `create` is False, StoreReadOnly, StoreError.
    """

    def __init__(self, root: Path, create: bool = False, shared: bool = False) -> None:
        self.root = Path(os.path.abspath(root))
        self._name = os.path.join(self.root, "")  # A str, because a message is built at every step.
        if create:
            with named("create the folder", self.where):
                make_durably(self.root, 0o770 if shared else 0o700)
                if shared:
                    system.port.give_folder_to_group(self.root)
        elif not self.root.is_dir():
            raise NoStore(f"no store at {self.where}", "create one: %mv_init, or nbmodelver.open(PATH, create=True)")
        self.shared = shared or system.port.is_shared(self.root.stat())
        self._durable: set[tuple[str, ...]] = set()

    def local_path(self) -> Path:
        """Return the folder of the store."""
        return self.root

    @property
    def where(self) -> str:
        """The folder, for messages."""
        return str(self.root)

    def writable_by_others(self) -> bool:
        """Return True if another user owns or may write the folder: pickles are then untrusted (P9, SECURITY.md)."""
        with named("look at", self.where):
            info = self.root.stat()
        return bool(system.port.others_can_write(self.root, info))

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on (default: to the end), fewer if the file ends before.

        Raises KeyError, StoreError.
        """
        with self._opened(key) as fd, named("read", self._path(key)):
            if length is None:
                length = max(os.fstat(fd).st_size - start, 0)
            return system.port.read_at(fd, length, start)

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError, StoreError."""
        with self._opened(key) as fd, named("read the size of", self._path(key)):
            return os.fstat(fd).st_size

    def age_s(self, key: str) -> float:
        """Return the seconds since `key` was written; negative if the clock was turned back. Raises KeyError."""
        with self._opened(key) as fd, named("read the age of", self._path(key)):
            return time.time() - os.fstat(fd).st_mtime

    def list(self, prefix: str) -> Iterator[str]:
        """Return every key that starts with `prefix`, sorted. The listing is complete before this returns."""
        folder = prefix.rpartition("/")[0]
        with named("list", self._path(folder)):
            port = system.port
            opened = port.open_folder(self.root)
            try:
                for step in filter(None, folder.split("/")):
                    opened = port.into(opened, step)
                keys = sorted(walk(opened, f"{folder}/" if folder else ""))
            except FileNotFoundError:
                keys = []
            finally:
                port.close_folder(opened)
        return (k for k in keys if k.startswith(prefix))

    # -- writing

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a new immutable object durably. Return False, and write nothing, if the key exists.

        Raises StoreFull, StoreReadOnly, StoreError; no file remains then.
        """
        with self._folder(key, make=True) as (folder, name):
            if system.port.exists(folder, name):
                return False
            with self._temporary() as (tmp_folder, tmp, fd):
                self._fill(fd, chunks, key)
                with named("name", self._path(key)):
                    if not system.port.publish(tmp_folder, tmp, fd, folder, name):
                        return False
            self._sync_new(folder, name, key)
            return True

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace, create or delete a small value durably if it equals `expected` (None: absent). Else return False."""
        with self.lock("swap"), self._folder(key, make=True) as (folder, name):
            if self._current(key) != expected:
                return False
            if new is None:
                with named("delete", self._path(key)), suppress(FileNotFoundError):
                    system.port.delete(folder, name)
            else:
                with self._temporary() as (tmp_folder, tmp, fd):
                    self._fill(fd, [new], key)
                    with named("replace", self._path(key)):
                        system.port.replace(tmp_folder, tmp, fd, folder, name)
            with named("sync the folder of", self._path(key)):
                system.port.sync_folder(folder)
            return True

    def delete(self, key: str, *, durable: bool = True) -> None:
        """Delete `key`; a missing key is not an error. durable: sync the folder. Raises InUse, StoreError."""
        try:
            with self._folder(key) as (folder, name), named("delete", self._path(key)), suppress(FileNotFoundError):
                system.port.delete(folder, name)
                if durable:
                    system.port.sync_folder(folder)
        except KeyError:
            return

    def move(self, key: str, new: str) -> None:
        """Rename `key` to `new` durably, whatever kind of file it is. Raises KeyError; StoreError if `new` exists."""
        with self._folder(key) as (folder, name), self._folder(new, make=True) as (new_folder, new_name):
            port = system.port
            if port.exists(new_folder, new_name):
                raise StoreError(f"{self._path(new)} already exists, so nothing was moved", "move that file away")
            with named("move", self._path(key)):
                try:
                    port.move(folder, name, new_folder, new_name)
                except FileNotFoundError:
                    raise KeyError(key) from None
                port.sync_folder(new_folder)
                port.sync_folder(folder)

    @contextmanager
    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock file `locks/<name>` for the block. Raises StoreLocked after `timeout_s`, StoreReadOnly."""
        path = self._path(f"locks/{name}")
        with named("lock", path):
            folder = self._subfolder("locks")
            try:
                fd = system.port.open_lock_file(folder, name, 0o660 if self.shared else 0o600)
            finally:
                system.port.close_folder(folder)
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
        """Delete temporary files whose writers have ended, and return their number.

        A living writer holds a lock on its temporary file, so no clock is needed.
        """
        with named("sweep", self._path("tmp")):
            folder = self._subfolder("tmp")
            try:
                return sum(system.port.sweep(folder, name) for name, _ in system.port.entries(folder))
            finally:
                system.port.close_folder(folder)

    # -- internal

    def _path(self, key: str) -> str:
        return f"{self._name}{key}"

    @contextmanager
    def _opened(self, key: str) -> Iterator[int]:
        with self._folder(key) as (folder, name):
            try:
                fd = system.port.open_to_read(folder, name)
            except FileNotFoundError:
                raise KeyError(key) from None
            except OSError as error:
                raise translate(error, "open", self._path(key)) from error
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise StoreError(f"{self._path(key)} is not a regular file", "remove it: nbmodelver did not create it")
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _folder(self, key: str, make: bool = False) -> Iterator[tuple[Folder, str]]:
        """Yield the open folder of `key` and the file name in it. make: create folders. Raises KeyError otherwise."""
        *steps, name = check(key).split("/")
        port = system.port
        with named("open", self.where):
            folder = port.open_folder(self.root)
        try:
            for depth, step in enumerate(steps, 1):
                try:
                    if make:
                        self._make(folder, step, tuple(steps[:depth]))
                    folder = port.into(folder, step)
                except FileNotFoundError:
                    raise KeyError(key) from None
                except OSError as error:
                    raise translate(error, "open the folder of", self._path(key)) from error
            yield folder, name
        finally:
            port.close_folder(folder)

    def _subfolder(self, name: str) -> Folder:
        """Return an open folder of the backend, created if it is missing. Not synced: its loss would not matter."""
        port = system.port
        root = port.open_folder(self.root)
        try:
            if not port.exists(root, name):
                self._mkdir(root, name)
            return port.into(root, name)
        except BaseException:
            port.close_folder(root)
            raise

    def _make(self, folder: Folder, name: str, path: tuple[str, ...]) -> None:
        """Create a folder durably. An existing one is synced once as well: its creator may have been killed before."""
        port = system.port
        if path in self._durable and port.exists(folder, name):
            return
        if not port.exists(folder, name):
            self._mkdir(folder, name)
        port.sync_folder(folder)
        self._durable.add(path)

    def _mkdir(self, folder: Folder, name: str) -> None:
        with suppress(FileExistsError):
            system.port.make_folder(folder, name, 0o770 if self.shared else 0o700)

    @contextmanager
    def _temporary(self) -> Iterator[tuple[Folder, str, int]]:
        """Yield folder, name and descriptor of a new file in tmp/. The name is deleted after the block in any case."""
        with named("write to", self._path("tmp")):
            folder = self._subfolder("tmp")
        try:
            with named("create a file in", self._path("tmp")):
                name, fd = system.port.new_temporary(folder, 0o660 if self.shared else 0o600)
            try:
                yield folder, name, fd
            finally:
                os.close(fd)
                with suppress(OSError):
                    system.port.delete(folder, name)
        finally:
            system.port.close_folder(folder)

    def _fill(self, fd: int, chunks: Iterable[bytes | memoryview], key: str) -> None:
        write = FileWriter(fd)
        for chunk in chunks:
            with named("write", self._path(key)):
                write(chunk)
        with named("write", self._path(key)):
            write.flush()
            if self.shared:
                system.port.give_to_group(fd)
        with named("sync", self._path(key)):  # A failed sync is not retried: the system may have dropped the pages.
            system.port.sync(fd)

    def _sync_new(self, folder: Folder, name: str, key: str) -> None:
        try:
            with named("sync the folder of", self._path(key)):
                system.port.sync_folder(folder)
        except StoreError:
            with suppress(OSError):
                system.port.delete(folder, name)
            raise

    def _current(self, key: str) -> bytes | None:
        try:
            return self.read(key)
        except KeyError:
            return None
