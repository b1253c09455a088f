"""A store in a folder on disk.

An object is written to a temporary file inside the store, synced, given its name in a way that never replaces
anything, and the folder is synced: after that it survives power loss, before that it does not exist.
Reads copy and do not map the file: an I/O error or a file cut by someone else is then an exception and not a SIGBUS
that takes the user's kernel along; what it costs is one copy of *compressed* bytes. On Windows a mapped pack could
not be deleted either. How each step is done is the system's matter: nbmodelver/system.
No path component inside the store is ever followed through a link.
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
                    system.port.give_folder_to_group(self.root)
        elif not self.root.is_dir():
            raise NoStore(f"no store at {self.where}", "make one: %mv_init, or nbmodelver.open(PATH, create=True)")
        self.shared = shared or system.port.is_shared(self.root.stat())
        self._durable: set[tuple[str, ...]] = set()

    @property
    def where(self) -> str:
        """The folder, for messages."""
        return str(self.root)

    def writable_by_others(self) -> bool:
        """Whether another user owns or may write the store: then its pickles are not to be trusted."""
        with named("look at", self.where):
            info = self.root.stat()
        return bool(system.port.others_can_write(self.root, info))

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of `key`; fewer than `length` where the file ends before."""
        with self._opened(key) as fd, named("read", self._path(key)):
            if length is None:
                length = max(os.fstat(fd).st_size - start, 0)
            return system.port.read_at(fd, length, start)

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
        """Write a new immutable object durably; False when the key exists."""
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
        """Replace, make or delete a small value durably, if it is `expected`."""
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
        """Remove `key`, durably unless told that this does not matter; a missing key is no error."""
        try:
            with self._folder(key) as (folder, name), named("delete", self._path(key)), suppress(FileNotFoundError):
                system.port.delete(folder, name)
                if durable:
                    system.port.sync_folder(folder)
        except KeyError:
            return

    def move(self, key: str, new: str) -> None:
        """Give `key` another name durably; whatever it is is moved, also what is no regular file."""
        with self._folder(key) as (folder, name), self._folder(new, make=True) as (new_folder, new_name):
            port = system.port
            if port.exists(new_folder, new_name):
                raise StoreError(f"{self._path(new)} exists already", "nothing was moved")
            with named("move", self._path(key)):
                try:
                    port.move(folder, name, new_folder, new_name)
                except FileNotFoundError:
                    raise KeyError(key) from None
                port.sync_folder(new_folder)
                port.sync_folder(folder)

    @contextmanager
    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock file `locks/<name>` for the block."""
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
        """Remove temporary files whose writers are gone, and give their number.

        A writer holds on to its temporary file, so that no clock decides who is gone.
        """
        with named("sweep", self._path("tmp")):
            folder = self._subfolder("tmp")
            try:
                return sum(system.port.sweep(folder, name) for name, _ in system.port.entries(folder))
            finally:
                system.port.close_folder(folder)

    # -- inside

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
                raise StoreError(f"{self._path(key)} is no regular file", "remove it: nbmodelver did not make it")
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _folder(self, key: str, make: bool = False) -> Iterator[tuple[Folder, str]]:
        """The folder of `key`, open, and the file name in it. KeyError when it is missing and not made."""
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
        """The folder of this name, open, made if need be; nothing is lost when a power loss takes it."""
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
        """Make a folder durably; one that is there is synced once too: who made it may have been killed before."""
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
        """A new file in tmp/: its folder, name and descriptor. The name is gone after the block, whatever happens."""
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
        with named("sync", self._path(key)):  # A failed sync is final: the kernel may have dropped the pages.
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
