"""Objects in a folder of another host, by SFTP.

An object is written to a temporary file and then linked to its name, which never replaces anything (the extension
hardlink@openssh.com). For a server without it, a claim is a file that only one client can create; its holder renames.
`put` renames with posix-rename@openssh.com. There is no compare-and-swap. The server follows links on its side.
"""

from __future__ import annotations

import errno
import hashlib
import secrets
import stat
import time
from contextlib import suppress
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any, TypeVar

from paramiko import SSHException
from paramiko.sftp import CMD_EXTENDED

from nbmodelver.errors import NotSupported, RemoteError, RemoteFull, RemoteMissing, RemoteUnreachable, UsageError
from nbmodelver.model.remotes import Listed, Tagged
from nbmodelver.store.backends.keys import check, check_prefix, is_key
from nbmodelver.store.objects import sftp_connections
from nbmodelver.store.objects.faults import RETRY, translate
from nbmodelver.store.objects.ranges import cut, together
from nbmodelver.store.objects.sftp_connections import Connections, dropped, is_dropped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nbmodelver.store.objects.address_parts import RemoteAddress

T = TypeVar("T")
OPTIONS = ("connect_timeout_s", "timeout_s")
TEMPORARY = "tmp"
ABANDONED_S = 24 * 3600
CLAIM_ENDS_S = 600
CLAIM_WAIT_S = 20.0
_WRITE_BYTES = 1 << 20


def opened(address: RemoteAddress, options: Mapping[str, str]) -> SftpStorage:
    """Return the storage of an ssh:// address. Nothing is connected yet. Raises UsageError for an invalid option."""
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        hint = f"use one of {', '.join(OPTIONS)}; keys, users and jump hosts belong into ~/.ssh/config"
        raise UsageError(f"{unknown[0]!r} is not an option of ssh:// remotes", hint)
    try:
        connect_s, stalled_s = float(options.get("connect_timeout_s", "10")), float(options.get("timeout_s", "60"))
    except ValueError:
        raise UsageError("a time limit of the remote is no number", "write seconds, such as 60") from None
    aim = partial(sftp_connections.target, address.host, address.user, address.port, connect_s, stalled_s)
    return SftpStorage(address.text, address.path, Connections(address.text, aim))


class SftpStorage:
    """The ObjectStorage protocol over a folder that exists. where: the address. root: absolute, or below the home."""

    def __init__(self, where: str, root: str, connections: Connections) -> None:
        self.where = where
        self._root = root
        self._connections = connections
        self._ahead_s = 0.0
        self._is_shared: bool | None = None
        self._made: set[str] = set()

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the object ends. Raises KeyError."""
        return self._of_object("read", key, lambda file, size: _read(file, _within(start, length, size)))

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range. All are requested at once. Raises KeyError, Truncated."""
        asked = together(ranges)

        def pieces(file: Any, size: int) -> list[bytes]:
            return [_read(file, _within(start, length, size)) for start, length in asked]

        return cut(ranges, asked, self._of_object("read", key, pieces), self._path(key))

    def read_tagged(self, key: str) -> Tagged:
        """Return the object and a tag, which `replace` does not accept. Raises KeyError."""
        data = self.read(key)
        return Tagged(data, hashlib.blake2s(data).hexdigest())

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        info = self._run("read the size of", key, lambda sftp: sftp.lstat(self._file(check(key))))
        if not stat.S_ISREG(info.st_mode):
            raise KeyError(key)
        return int(info.st_size)

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects whose keys start with `prefix` and are greater than `after`.

        The listing is complete before this returns. Ages are by the clock of the server, once this object has written
        something, and by the local clock before.
        """
        folder = check_prefix(prefix).rpartition("/")[0]

        def walk(sftp: Any) -> list[tuple[str, Any]]:
            try:
                return list(self._walked(sftp, folder))
            except FileNotFoundError:
                if not folder:
                    raise
                self._check_root(sftp)
                return []

        found = self._run("list", folder, walk)
        now = time.time() + self._ahead_s
        chosen = sorted((key, info) for key, info in found if key.startswith(prefix) and key > after and is_key(key))
        return (Listed(key, info.st_size, now - info.st_mtime) for key, info in chosen)

    # -- writing

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object. Return False if the key exists. If the connection is lost, the object is read back."""
        check(key)
        lost = False

        def attempt(sftp: Any) -> bool:
            nonlocal lost
            was_lost, lost = lost, True
            if was_lost and self._has(sftp, key, data):
                return True
            return self._exists(sftp, key) is False and self._created(sftp, key, data)

        return self._run("create", key, attempt)

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Raise NotSupported."""
        del data, tag
        check(key)
        raise NotSupported(f"{self.where} has no compare-and-swap", "use heads with numbers")

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Write an object, replacing an existing one. A lost connection is not repeated: the chunks are used up."""
        check(key)

        def write(sftp: Any) -> None:
            temporary = self._written(sftp, chunks, size_bytes)
            try:
                self._make_folders(sftp, key)
                sftp.posix_rename(temporary, self._file(key))
            except BaseException:
                _discard(sftp, temporary)
                raise

        self._run("write", key, self._check_root)  # Finds a lost connection before the chunks are used up.
        self._run("write", key, write, again=False)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; missing ones are not an error. Folders remain."""
        for key in keys:
            path = self._file(check(key))
            with suppress(KeyError):
                self._run("delete", key, methodcaller("remove", path))

    def sweep(self) -> int:
        """Delete temporary files that are older than a day, and return their number."""

        def remove(sftp: Any) -> int:
            try:
                found = sftp.listdir_attr(self._file(TEMPORARY))
            except FileNotFoundError:
                return 0
            now = time.time() + self._ahead_s
            old = [one.filename for one in found if now - one.st_mtime > ABANDONED_S]
            for name in old:
                _discard(sftp, self._file(f"{TEMPORARY}/{name}"))
            return len(old)

        return self._run("sweep", TEMPORARY, remove)

    def close(self) -> None:
        """Close the connection."""
        self._connections.close()

    # -- internal

    def _path(self, key: str) -> str:
        return f"{self.where.rstrip('/')}/{key}" if key else self.where

    def _file(self, key: str) -> str:
        return f"{self._root}/{key}" if key else self._root

    def _run(self, operation: str, key: str, act: Callable[[Any], T], *, again: bool = True) -> T:
        """Call `act` with a channel, once more after a lost connection, and translate errors."""
        while True:
            try:
                with self._connections.lend() as sftp:
                    try:
                        return act(sftp)
                    except FileNotFoundError:
                        self._check_root(sftp)
                        raise KeyError(key) from None
            except RemoteError:
                raise
            except (OSError, EOFError, SSHException) as error:
                if not is_dropped(error):
                    raise translate(_with_number(error), operation, self._path(key)) from error
                if not again:
                    raise dropped(error, operation, self._path(key)) from error
                again = False

    def _check_root(self, sftp: Any) -> None:
        """Raise RemoteMissing if the folder itself is missing."""
        try:
            sftp.stat(self._root)
        except FileNotFoundError:
            hint = "create the folder there (mkdir -p), or correct the address"
            raise RemoteMissing(f"{self.where} does not exist", hint) from None

    def _of_object(self, operation: str, key: str, use: Callable[[Any, int], T]) -> T:
        """Call `use` with the open file of an object and its size."""

        def act(sftp: Any) -> T:
            try:
                file = sftp.open(self._file(check(key)), "rb")
            except FileNotFoundError:
                raise
            except OSError:
                if self._is_no_object(sftp, key):
                    raise FileNotFoundError(errno.ENOENT, "no object") from None
                raise
            with file:
                info = file.stat()
                if not stat.S_ISREG(info.st_mode):
                    raise FileNotFoundError(errno.ENOENT, "no object")
                return use(file, int(info.st_size))

        return self._run(operation, key, act)

    def _is_no_object(self, sftp: Any, key: str) -> bool:
        """Return True if a step of the key is a file, or the key is a folder: servers answer that with "Failure"."""
        steps = key.split("/")
        for depth in range(1, len(steps)):
            with suppress(FileNotFoundError):
                if stat.S_ISREG(sftp.lstat(self._file("/".join(steps[:depth]))).st_mode):
                    return True
        return self._exists(sftp, key) is None

    def _exists(self, sftp: Any, key: str) -> bool | None:
        """Return True for an object, False if the name is free, None for something else, such as a folder."""
        try:
            return True if stat.S_ISREG(sftp.lstat(self._file(key)).st_mode) else None
        except FileNotFoundError:
            return False

    def _has(self, sftp: Any, key: str, data: bytes) -> bool:
        with suppress(FileNotFoundError), sftp.open(self._file(key), "rb") as file:
            return _read(file, (0, int(file.stat().st_size))) == data
        return False

    def _walked(self, sftp: Any, folder: str) -> Iterator[tuple[str, Any]]:
        """Yield key and attributes of every file below a folder, without temporary files and links."""
        for one in sftp.listdir_attr(self._file(folder)):
            key = f"{folder}/{one.filename}" if folder else one.filename
            if stat.S_ISREG(one.st_mode):
                yield key, one
            elif stat.S_ISDIR(one.st_mode) and key != TEMPORARY and not one.filename.startswith("."):
                yield from self._walked(sftp, key)

    def _created(self, sftp: Any, key: str, data: bytes) -> bool:
        temporary = self._written(sftp, [data], len(data))
        try:
            self._make_folders(sftp, key)
            try:
                sftp._request(CMD_EXTENDED, "hardlink@openssh.com", temporary, self._file(key))
                return True
            except OSError as error:
                if is_dropped(error):
                    raise
                if self._exists(sftp, key) is not False:
                    return False
                if error.errno is not None or "unsupported" not in str(error).lower():
                    raise
                return self._claimed(sftp, key, temporary)
        finally:
            _discard(sftp, temporary)

    def _claimed(self, sftp: Any, key: str, temporary: str) -> bool:
        """Rename under a claim, for a server without hard links. A claim of a killed client ends after ten minutes."""
        claim = self._file(f"{TEMPORARY}/{hashlib.blake2s(key.encode(), digest_size=16).hexdigest()}.claim")
        deadline = time.monotonic() + CLAIM_WAIT_S
        while True:
            try:
                sftp.open(claim, "wx").close()
                break
            except OSError as error:
                if is_dropped(error):
                    raise
                with suppress(FileNotFoundError):
                    if time.time() + self._ahead_s - sftp.lstat(claim).st_mtime > CLAIM_ENDS_S:
                        _discard(sftp, claim)
                if time.monotonic() > deadline:
                    raise RemoteUnreachable(f"another process is creating {self._path(key)}", RETRY) from error
                time.sleep(0.05)
        try:
            if self._exists(sftp, key) is not False:
                return False
            sftp.rename(temporary, self._file(key))
            return True
        finally:
            _discard(sftp, claim)

    def _written(self, sftp: Any, chunks: Iterable[bytes | memoryview], size_bytes: int) -> str:
        """Return the path of a new temporary file with this content, synced if the server can sync."""
        path = self._file(f"{TEMPORARY}/{secrets.token_hex(8)}.tmp")
        self._make_folders(sftp, f"{TEMPORARY}/x")
        try:
            with sftp.open(path, "wx") as file:
                file.set_pipelined(True)
                for chunk in chunks:
                    view = memoryview(chunk)
                    for at in range(0, len(view), _WRITE_BYTES):
                        file.write(bytes(view[at : at + _WRITE_BYTES]))
                file.set_pipelined(False)
                if self._shared(sftp):
                    file.chmod(0o660)
                self._ahead_s = file.stat().st_mtime - time.time()
                with suppress(OSError):  # An extension that not every server has.
                    sftp._request(CMD_EXTENDED, "fsync@openssh.com", file.handle)
        except OSError as error:
            if not is_dropped(error):
                full = self._full(sftp, size_bytes)
                _discard(sftp, path)
                if full:
                    hint = "free some space there (or raise the quota), then run the same command again"
                    raise RemoteFull(f"cannot write to {self.where}: {full}", hint) from error
            raise
        except BaseException:
            _discard(sftp, path)
            raise
        return path

    def _full(self, sftp: Any, size_bytes: int) -> str:
        """Return why the disk counts as full, or "": servers answer a full disk with "Failure" only."""
        with suppress(OSError):
            _, answer = sftp._request(CMD_EXTENDED, "statvfs@openssh.com", self._root)
            _, fragment, _, _, available = (answer.get_int64() for _ in range(5))
            if fragment * available < max(size_bytes, 1 << 20):
                return f"{fragment * available} bytes are free"
        return ""

    def _shared(self, sftp: Any) -> bool:
        if self._is_shared is None:
            self._is_shared = bool(sftp.stat(self._root).st_mode & stat.S_IWGRP)
        return self._is_shared

    def _make_folders(self, sftp: Any, key: str) -> None:
        steps = key.split("/")[:-1]
        for depth in range(1, len(steps) + 1):
            folder = "/".join(steps[:depth])
            if folder in self._made:
                continue
            path = self._file(folder)
            try:
                sftp.mkdir(path, 0o770 if self._shared(sftp) else 0o700)
                if self._shared(sftp):
                    sftp.chmod(path, 0o2770)
            except FileNotFoundError:
                raise
            except OSError as error:
                if is_dropped(error) or not _is_folder(sftp, path):
                    raise
            self._made.add(folder)


def _within(start: int, length: int | None, size: int) -> tuple[int, int]:
    """Return the part of a range that an object of this size has."""
    first = min(start, size)
    return first, max(0, size - first if length is None else min(length, size - first))


def _read(file: Any, piece: tuple[int, int]) -> bytes:
    """Return a range of an open file. Its requests are sent at once."""
    return b"".join(file.readv([piece])) if piece[1] else b""


def _is_folder(sftp: Any, path: str) -> bool:
    with suppress(FileNotFoundError):
        return stat.S_ISDIR(sftp.stat(path).st_mode)
    return False


def _discard(sftp: Any, path: str) -> None:
    with suppress(OSError, EOFError, SSHException):
        sftp.remove(path)


def _with_number(error: BaseException) -> OSError:
    """Return the error as an OSError; paramiko gives text only for many."""
    return error if isinstance(error, OSError) else OSError(str(error))
