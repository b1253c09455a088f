"""Objects in a folder that several people write: a local disk, NFS, a mounted share.

An object is written to a temporary file in the folder `tmp`, synced, and linked to its name, which never replaces
anything; then the folder is synced. Where the file system has no hard links, claims.py keeps other writers out while
the file is renamed. There is no compare-and-swap: no lock of files works on all shares. No link is followed.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import NotSupported, RemoteError, RemoteMissing, RemoteUnreachable
from nbmodelver.model.remotes import Listed, Tagged
from nbmodelver.store.backends.files import FileWriter, walk
from nbmodelver.store.backends.keys import check, check_prefix, is_key
from nbmodelver.store.objects import claims
from nbmodelver.store.objects.faults import AMBIGUOUS, RETRY, translate, translated
from nbmodelver.store.objects.ranges import read_joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbmodelver.system.protocol import Folder

TEMPORARY = "tmp"
ABANDONED_S = 24 * 3600
"""A temporary file that is older was left by a process that ended. No write of one object takes so long."""
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}


class FolderStorage:
    """The ObjectStorage protocol over a folder that exists.

    If the group may write the folder, it may read and write all that is created in it (modes 0660 and 2770); otherwise
    modes are 0600 and 0700.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))
        self._ahead_s = 0.0
        self._durable: set[tuple[str, ...]] = set()

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.root)

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the object ends. Raises KeyError."""
        with self._opened(key) as fd, translated("read", self._path(key)):
            if length is None:
                length = max(os.fstat(fd).st_size - start, 0)
            return system.port.read_at(fd, length, start)

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range. Raises KeyError, Truncated."""
        with self._opened(key) as fd, translated("read", self._path(key)):
            return read_joined(ranges, lambda start, length: system.port.read_at(fd, length, start), self._path(key))

    def read_tagged(self, key: str) -> Tagged:
        """Return the object and a tag, which `replace` does not accept. Raises KeyError."""
        with self._opened(key) as fd, translated("read", self._path(key)):
            info = os.fstat(fd)
            return Tagged(system.port.read_at(fd, info.st_size, 0), f"{info.st_ino}-{info.st_mtime_ns}-{info.st_size}")

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        with self._opened(key) as fd, translated("read the size of", self._path(key)):
            return os.fstat(fd).st_size

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects whose keys start with `prefix` and are greater than `after`.

        The listing is complete before this returns. Ages are by the clock of the file server, once this object has
        written something, and by the local clock before.
        """
        folder = check_prefix(prefix).rpartition("/")[0]
        with translated("list", self._path(folder)):
            keys = self._walked(folder)
            now = time.time() + self._ahead_s
            return iter(list(self._listed(sorted(k for k in keys if k.startswith(prefix) and k > after), now)))

    # -- writing

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object durably. Return False, and write nothing, if the key exists.

        If the answer of a file server is lost, the object is read back and compared.
        """
        with self._folder(key, make=True) as (folder, name):
            if not system.port.exists(folder, name):
                with self._temporary(key, [data]) as (tmp_folder, tmp, fd):
                    created = self._published(key, data, (tmp_folder, tmp, fd), (folder, name))
            else:
                created = False
            with translated("sync the folder of", self._path(key)):  # Also of another's: it may not have been synced.
                system.port.sync_folder(folder)
            return created

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Raise NotSupported."""
        del data, tag
        check(key)
        raise NotSupported(f"the folder {self.where} has no compare-and-swap", "use heads with numbers")

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Write an object durably, replacing an existing one."""
        del size_bytes
        with (
            self._folder(key, make=True) as (folder, name),
            self._temporary(key, chunks) as (tmp_folder, tmp, fd),
            translated("write", self._path(key)),
        ):
            system.port.replace(tmp_folder, tmp, fd, folder, name)
            system.port.sync_folder(folder)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; missing ones are not an error. Folders remain."""
        for key in keys:
            with (
                suppress(KeyError),
                self._folder(key) as (folder, name),
                translated("delete", self._path(key)),
                suppress(FileNotFoundError),
            ):
                system.port.delete(folder, name)

    def sweep(self) -> int:
        """Delete temporary files that are older than a day, and return their number."""
        now = time.time() + self._ahead_s
        swept = 0
        with translated("sweep", self._path(TEMPORARY)), suppress(FileNotFoundError):
            folder = system.port.into(system.port.open_folder(self.root), TEMPORARY)
            try:
                for name, is_folder in system.port.entries(folder):
                    with suppress(FileNotFoundError):
                        if not is_folder and now - os.lstat(self.root / TEMPORARY / name).st_mtime > ABANDONED_S:
                            system.port.delete(folder, name)
                            swept += 1
            finally:
                system.port.close_folder(folder)
        return swept

    def close(self) -> None:
        """Do nothing: no file stays open."""

    # -- internal

    def _path(self, key: str) -> str:
        return os.path.join(self.root, key)

    @property
    def _is_shared(self) -> bool:
        return bool(system.port.is_shared(self.root.stat()))

    def _published(self, key: str, data: bytes, temporary: tuple[Folder, str, int], place: tuple[Folder, str]) -> bool:
        """Give a temporary file its name. Return False if the name exists with other content."""
        try:
            return bool(system.port.publish(*temporary, *place, exclusive=True))
        except OSError as error:
            if error.errno in _NO_LINKS:
                with claims.claimed(self.root / TEMPORARY, temporary[0], key):
                    return self._renamed(key, temporary, place)
            if error.errno in AMBIGUOUS and self._has(key, data):
                return True
            raise translate(error, "create", self._path(key)) from error

    def _renamed(self, key: str, temporary: tuple[Folder, str, int], place: tuple[Folder, str]) -> bool:
        if system.port.exists(*place):
            return False
        with translated("create", self._path(key)):
            system.port.replace(*temporary, *place)
        return True

    def _has(self, key: str, data: bytes) -> bool:
        """Return True if the object has this content."""
        try:
            return self.read(key) == data
        except (KeyError, RemoteError):
            return False

    def _walked(self, folder: str) -> Sequence[str]:
        """Return the paths of all files below a folder, none if it is missing."""
        port = system.port
        opened = port.open_folder(self.root)
        try:
            for step in filter(None, folder.split("/")):
                try:
                    opened = port.into(opened, step)
                except FileNotFoundError:
                    return []
                except NotADirectoryError:
                    if self._is_link(folder):
                        raise
                    return []
            try:
                return list(walk(opened, f"{folder}/" if folder else ""))
            except FileNotFoundError as error:  # A partial listing must not look like a complete one.
                raise RemoteUnreachable(f"a folder in {self.where} was removed during its listing", RETRY) from error
        finally:
            port.close_folder(opened)

    def _listed(self, keys: Iterable[str], now: float) -> Iterator[Listed]:
        for key in keys:
            with suppress(FileNotFoundError):  # It was deleted after the walk.
                info = os.lstat(self._path(key))
                if stat.S_ISREG(info.st_mode) and is_key(key):
                    yield Listed(key, info.st_size, now - info.st_mtime)

    @contextmanager
    def _opened(self, key: str) -> Iterator[int]:
        """Yield a descriptor of the object. A stale handle of NFS is opened again once."""
        for attempt in (1, 2):
            with self._folder(key) as (folder, name):
                try:
                    fd = system.port.open_to_read(folder, name)
                    break
                except FileNotFoundError:
                    raise KeyError(key) from None
                except OSError as error:
                    if attempt == 2 or error.errno != getattr(errno, "ESTALE", None):
                        raise translate(error, "open", self._path(key)) from error
        try:
            mode = os.fstat(fd).st_mode
            if stat.S_ISDIR(mode):
                raise KeyError(key)
            if not stat.S_ISREG(mode):
                raise RemoteError(f"{self._path(key)} is not a regular file", "remove it: nbmodelver did not create it")
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _folder(self, key: str, *, make: bool = False) -> Iterator[tuple[Folder, str]]:
        """Yield the open folder of `key` and the file name in it. make: create folders. Raises KeyError otherwise."""
        *steps, name = check(key).split("/")
        port = system.port
        try:
            folder = port.open_folder(self.root)
        except NotADirectoryError as error:
            raise RemoteMissing(f"{self.where} is not a folder", "give the address of a folder") from error
        except OSError as error:
            raise translate(error, "open", self.where) from error
        try:
            for depth, step in enumerate(steps, 1):
                try:
                    if make:
                        self._make(folder, step, tuple(steps[:depth]))
                    folder = port.into(folder, step)
                except FileNotFoundError:
                    raise KeyError(key) from None
                except OSError as error:
                    if isinstance(error, NotADirectoryError) and not make and not self._is_link("/".join(steps)):
                        raise KeyError(key) from None
                    raise translate(error, "open the folder of", self._path(key)) from error
            yield folder, name
        finally:
            port.close_folder(folder)

    def _is_link(self, folder: str) -> bool:
        """Return True if a step on the way to a folder is a link."""
        steps = folder.split("/")
        for depth in range(1, len(steps) + 1):
            with suppress(OSError):
                if system.port.is_link(os.lstat(self.root.joinpath(*steps[:depth]))):
                    return True
        return False

    def _make(self, folder: Folder, name: str, path: tuple[str, ...]) -> None:
        """Create a folder durably. An existing one is synced once as well: its creator may have been killed before."""
        port = system.port
        if path in self._durable and port.exists(folder, name):
            return
        if not port.exists(folder, name):
            with suppress(FileExistsError):
                port.make_folder(folder, name, 0o770 if self._is_shared else 0o700)
        port.sync_folder(folder)
        self._durable.add(path)

    @contextmanager
    def _temporary(self, key: str, chunks: Iterable[bytes | memoryview]) -> Iterator[tuple[Folder, str, int]]:
        """Yield folder, name and descriptor of a synced file with this content. It is deleted after the block."""
        port = system.port
        with self._temporary_folder() as folder:
            name = f"{secrets.token_hex(8)}.tmp"
            with translated("create a file in", self._path(TEMPORARY)):
                fd = port.new_file(folder, name, 0o660 if self._is_shared else 0o600)
            try:
                self._fill(fd, chunks, key)
                yield folder, name, fd
            finally:
                os.close(fd)
                with suppress(OSError):
                    port.delete(folder, name)

    @contextmanager
    def _temporary_folder(self) -> Iterator[Folder]:
        port = system.port
        with translated("write to", self._path(TEMPORARY)):
            root = port.open_folder(self.root)
            try:
                if not port.exists(root, TEMPORARY):
                    with suppress(FileExistsError):
                        port.make_folder(root, TEMPORARY, 0o770 if self._is_shared else 0o700)
                root = port.into(root, TEMPORARY)
            except BaseException:
                port.close_folder(root)
                raise
        try:
            yield root
        finally:
            port.close_folder(root)

    def _fill(self, fd: int, chunks: Iterable[bytes | memoryview], key: str) -> None:
        """Write and sync the content. A failed sync is not retried: the system may have dropped the pages."""
        write = FileWriter(fd)
        for chunk in chunks:
            with translated("write", self._path(key)):
                write(chunk)
        with translated("write", self._path(key)):
            write.flush()
            if self._is_shared:
                system.port.give_to_group(fd)
            system.port.sync(fd)
            self._ahead_s = os.fstat(fd).st_mtime - time.time()
