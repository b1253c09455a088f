"""The origins whose pickles may be loaded: a list in the user's configuration, never in a store.

An origin is "bundle:HASH" (the content of a bundle) or "store:PATH" (a store that other users can write).
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from nbmodelver import system
from nbmodelver.errors import StoreError

FILE = "trust.json"
MAX_BYTES = 4_000_000


class Trust:
    """The origins that this user trusts."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(platformdirs.user_config_dir("nbmodelver"))

    @property
    def file(self) -> Path:
        """The file of the list."""
        return self._folder / FILE

    def has(self, origin: str) -> bool:
        """Return True if the origin is trusted."""
        return origin in self.all()

    def all(self) -> dict[str, str]:
        """Return origin -> time at which it was trusted (ISO 8601, UTC).

        Returns {} if the list is unreadable, is not a regular file, or can be written by other users.
        """
        try:
            status = self.file.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                return {}
            if system.port.others_can_write(self.file, status):
                return {}
            data = json.loads(self.file.read_text(encoding="utf-8"))
            return {str(k): str(v) for k, v in data["origins"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def add(self, origin: str) -> None:
        """Add an origin. Raises StoreError if the list cannot be written."""
        self._write({**self.all(), origin: datetime.now(UTC).isoformat(timespec="seconds")})

    def remove(self, origin: str) -> bool:
        """Remove an origin. Returns False if it was not trusted. Raises StoreError if the list cannot be written."""
        origins = self.all()
        if origins.pop(origin, None) is None:
            return False
        self._write(origins)
        return True

    def _write(self, origins: dict[str, str]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                    json.dump({"origins": origins}, file, indent=1, sort_keys=True)
                    file.flush()
                    system.port.sync(file.fileno())
                system.port.replace_at(name, self.file)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            raise StoreError(
                f"the list of trusted origins at {self.file} cannot be written: {error}",
                "check the permissions of the folder",
            ) from error


def strangers(folder: Path) -> str:
    """Return why the pickles of a store are not trusted: other users can write to it, or it is a link; "" otherwise."""
    for place in (folder, folder / "packs", folder / "records", folder / "refs"):
        try:
            status = place.lstat()
        except OSError:
            continue
        if system.port.is_link(status):
            return f"{place} is a symbolic link"
        why = system.port.others_can_write(place, status)
        if why:
            return f"{place} {why}"
    return ""
