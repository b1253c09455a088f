"""The origins whose pickles may be loaded: a list in the user's configuration, never in a store.

An origin is "bundle:HASH" (the content of a bundle) or "store:PATH" (a store that other users can write).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.repo.core.own_files import OwnFile

if TYPE_CHECKING:
    from pathlib import Path

FILE = "trust.json"


class Trust:
    """The origins that this user trusts."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = OwnFile(FILE, "the list of trusted origins", folder)

    @property
    def file(self) -> Path:
        """The file of the list."""
        return self._file.path

    def has(self, origin: str) -> bool:
        """Return True if the origin is trusted."""
        return origin in self.all()

    def all(self) -> dict[str, str]:
        """Return origin -> time at which it was trusted (ISO 8601, UTC).

        Returns {} if the list is unreadable, is not a regular file, or can be written by other users.
        """
        origins = self._file.read().get("origins")
        return {str(k): str(v) for k, v in origins.items()} if isinstance(origins, dict) else {}

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
        self._file.write({"origins": origins})


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
