"""A disk that loses power: a log of calls, replayed with everything that was not synced dropped, kept or torn.

Strict on purpose: a file's bytes are safe only after a sync of the file, a name only after a sync of its folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

MODELS = ("dropped", "kept", "torn")
_FOLDER = -1


class Disk:
    """What a folder holds (names), what of it is safe, and both for the bytes of files."""

    def __init__(self, root: str, before: str) -> None:
        """root: the folder that the log speaks of. before: a copy of it as it was; all of that is safe."""
        self.root = root
        self._now: dict[str, int] = {}
        self._data: list[bytearray] = []
        self._safe_bytes: list[bytes] = []
        self._inodes: dict[int, int] = {}
        for path in sorted(Path(before).rglob("*")):
            name = f"{root}/{path.relative_to(before)}"
            self._now[name] = _FOLDER if path.is_dir() else self._new(path.read_bytes())
        self._safe_bytes = [bytes(data) for data in self._data]
        self._safe = dict(self._now)

    def _new(self, data: bytes = b"") -> int:
        self._data.append(bytearray(data))
        self._safe_bytes.append(b"")
        return len(self._data) - 1

    def happen(self, kind: str, arguments: tuple[Any, ...]) -> None:
        """One call of the log."""
        if kind == "create" and arguments[0] not in self._now:
            self._now[arguments[0]] = self._inodes[arguments[1]] = self._new()
        elif kind == "write" and arguments[0] in self._inodes:
            inode, start, data = arguments
            self._data[self._inodes[inode]][start : start + len(data)] = data
        elif kind == "mkdir":
            self._now[arguments[0]] = _FOLDER
        elif kind == "unlink":
            self._now.pop(arguments[0], None)
        elif kind == "link":
            self._now[arguments[1]] = self._now[arguments[0]]
        elif kind == "rename":
            self._now[arguments[1]] = self._now.pop(arguments[0])
        elif kind == "sync":
            self._sync(arguments[0])

    def _sync(self, what: str | int) -> None:
        if isinstance(what, int):
            if what in self._inodes:
                number = self._inodes[what]
                self._safe_bytes[number] = bytes(self._data[number])
            return
        self._safe = {p: n for p, n in self._safe.items() if os.path.dirname(p) != what}
        self._safe |= {p: n for p, n in self._now.items() if os.path.dirname(p) == what}

    def after(self, model: str, target: Path) -> None:
        """Write the files that exist after the power loss."""
        names = self._safe if model == "dropped" else self._now
        for path, number in sorted(names.items()):
            place = target / os.path.relpath(path, self.root)
            if not place.parent.is_dir():  # The folder's own name was lost.
                continue
            if number == _FOLDER:
                place.mkdir(mode=0o700)
            else:
                place.write_bytes(self._bytes(model, number))

    def _bytes(self, model: str, number: int) -> bytes:
        data, safe = bytes(self._data[number]), self._safe_bytes[number]
        if model == "dropped":
            return safe
        half = len(safe) + (len(data) - len(safe)) // 2 if len(data) > len(safe) else len(data) // 2
        return data if model == "kept" or data == safe else data[:half] + safe[half:]
