"""A TinyDB storage that replaces its file atomically, verifies a checksum on reading, and works without a file."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from blake3 import blake3
from tinydb.storages import Storage

from nbmodelver import system

if TYPE_CHECKING:
    from pathlib import Path

FORM = 1
MAX_BYTES = 256 << 20
_NAME = "index.json"


class CheckedStorage(Storage):
    """`index.json` in a folder: {"form", "sum", "data"}. A missing or changed file reads as empty.

    It is not synced, because it can be rebuilt after a power loss. If it cannot be written, the data stays in memory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory: dict[str, dict[str, Any]] | None = None

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the tables, None if the file is missing, changed or of another form."""
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
        """Do nothing: no file is open between calls."""

    def _from_file(self) -> dict[str, dict[str, Any]] | None:
        try:
            folder = system.port.open_folder(self._folder, follow=False)
            try:
                fd = system.port.open_to_read(folder, _NAME)
            finally:
                system.port.close_folder(folder)
            with os.fdopen(fd, "rb") as file:
                size = os.fstat(fd).st_size  # read(MAX_BYTES) would allocate MAX_BYTES.
                return _checked(file.read(size)) if size <= MAX_BYTES else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError, AttributeError, MemoryError):
            return None

    def _replace(self, raw: bytes) -> None:
        with suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)
        port = system.port
        folder = port.open_folder(self._folder, follow=False)
        name = f".{secrets.token_hex(8)}.tmp"
        try:
            fd = port.new_file(folder, name, 0o600)
            try:
                with os.fdopen(fd, "wb") as file:
                    file.write(raw)
                port.replace(folder, name, -1, folder, _NAME)
            except BaseException:
                with suppress(OSError):
                    port.delete(folder, name)
                raise
        finally:
            port.close_folder(folder)


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
