"""A TinyDB storage that replaces its file as a whole, checks it on reading, and does without it if need be."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from blake3 import blake3
from tinydb.storages import Storage

if TYPE_CHECKING:
    from pathlib import Path

FORM = 1
MAX_BYTES = 256 << 20
_NO_FOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC
_NAME = "index.json"


class CheckedStorage(Storage):
    """`index.json` in a folder: {"form", "sum", "data"}. Anything but what was written reads as empty.

    Not synced: after a power loss it is made again. Where it cannot be written, what was written stays in memory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory: dict[str, dict[str, Any]] | None = None

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The tables, or None for a file that is missing, changed or of another form."""
        if self._memory is None:
            self._memory = self._from_file()
        return self._memory

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file by `data`."""
        self._memory = data
        text = json.dumps(data, separators=(",", ":"))
        with suppress(OSError):
            self._replace(f'{{"form":{FORM},"sum":"{_sum(text)}","data":{text}}}'.encode())

    def close(self) -> None:
        """Nothing is open between calls."""

    def _from_file(self) -> dict[str, dict[str, Any]] | None:
        try:
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW)
            try:
                fd = os.open(_NAME, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW, dir_fd=folder)
            finally:
                os.close(folder)
            with os.fdopen(fd, "rb") as file:
                size = os.fstat(fd).st_size  # To read "at most" a number would allocate that number.
                return _checked(file.read(size)) if size <= MAX_BYTES else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError, AttributeError, MemoryError):
            return None

    def _replace(self, raw: bytes) -> None:
        with suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW)
        name = f".{secrets.token_hex(8)}.tmp"
        try:
            fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600, dir_fd=folder)
            try:
                with os.fdopen(fd, "wb") as file:
                    file.write(raw)
                os.rename(name, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name, dir_fd=folder)
                raise
        finally:
            os.close(folder)


def _checked(raw: bytes) -> dict[str, dict[str, Any]] | None:
    head, _, rest = raw.decode("ascii").partition(',"data":')
    text = rest[:-1]
    found = json.loads(head + "}")
    if found["form"] != FORM or found["sum"] != _sum(text) or not raw.endswith(b"}"):
        return None
    data = json.loads(text)
    is_tables = isinstance(data, dict) and all(
        isinstance(t, dict) and all(k.isdigit() and isinstance(row, dict) for k, row in t.items())
        for t in data.values()
    )
    return data if is_tables else None


def _sum(text: str) -> str:
    return blake3(text.encode()).hexdigest(16)
