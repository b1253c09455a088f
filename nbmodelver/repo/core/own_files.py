"""Small JSON files in the user's own configuration folder, which no store and no bundle can change."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from nbmodelver import system
from nbmodelver.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BYTES = 4_000_000


class OwnFile:
    """One JSON file with an object. name: its file name. what: names it in errors."""

    def __init__(self, name: str, what: str, folder: Path | None = None) -> None:
        self._folder = folder or Path(platformdirs.user_config_dir("nbmodelver"))
        self._name, self._what = name, what

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder / self._name

    def read(self, *, also_shared: bool = False) -> dict[str, Any]:
        """Return the object, {} if the file is unreadable, is not a regular file, or can be written by other users.

        also_shared: read a file that others can write too, because it grants nothing.
        """
        try:
            status = self.path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                return {}
            if not also_shared and system.port.others_can_write(self.path, status):
                return {}
            data = json.loads(self.path.read_text(encoding="utf-8"))
            return data if isinstance(data, dict) else {}
        except (OSError, ValueError, RecursionError):
            return {}

    def write(self, data: Mapping[str, Any]) -> None:
        """Replace the file. Raises StoreError if it cannot be written."""
        self._put(data, lambda name: system.port.replace_at(name, self.path))

    def create(self, data: Mapping[str, Any]) -> None:
        """Write the file if it does not exist. Raises StoreError if it cannot be written."""
        self._put(data, self._publish)

    def _publish(self, name: str) -> None:
        """Give a complete file its name, unless another process was first."""
        if self.path.exists() or self.path.is_symlink():
            os.unlink(name)
            return
        system.port.replace_at(name, self.path)

    def _put(self, data: Mapping[str, Any], name_it: Callable[[str], None]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                    json.dump(data, file, indent=1, sort_keys=True)
                    file.flush()
                    system.port.sync(file.fileno())
                name_it(name)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            raise StoreError(
                f"{self._what} at {self.path} cannot be written: {error}", "check the permissions of the folder"
            ) from error


def require_private(path: Path) -> None:
    """Raise UsageError if others can read or write the file of a private key, as OpenSSH does."""
    status = path.lstat()
    why = system.port.others_can_read(path, status) or system.port.others_can_write(path, status)
    if why or system.port.is_link(status):
        raise UsageError(f"the key {path} {why or 'is a link'}", f"make it yours alone: chmod 600 {path}")
