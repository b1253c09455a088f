"""The hooks that this user allowed, in the user's own configuration: a policy in a shared folder grants nothing.

A consent is bound to the folder of the project, the hook as the policy states it, and the bytes of the files and
folders that its command names. A copy of the store in another folder needs a consent of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.own_files import OwnFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.repo.core.hook_rules import HookRule
    from nbmodelver.repo.core.open_store import OpenStore

FILE = "hooks.json"
MOST_FILES = 1000
MOST_BYTES = 64 << 20
DIGITS = 16
"""Digits of a fingerprint in messages and in `%mv_policy allow`."""


class Consent:
    """The hooks that this user allowed: fingerprint -> when, and what the hook was."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = OwnFile(FILE, "the list of allowed hooks", folder)

    def has(self, fingerprint: str) -> bool:
        """Return True if exactly this content was allowed."""
        return fingerprint in self._read()

    def all(self) -> dict[str, str]:
        """Return fingerprint -> the hook as one line."""
        return {k: str(v.get("hook", "")) for k, v in self._read().items() if isinstance(v, dict)}

    def add(self, fingerprint: str, label: str) -> None:
        """Allow a hook. Raises StoreError if the list cannot be written."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._file.write({"allowed": {**self._read(), fingerprint: {"at": now, "hook": label}}})

    def remove(self, fingerprint: str) -> bool:
        """Withdraw a consent. Returns False if there was none. Raises StoreError."""
        allowed = self._read()
        if allowed.pop(fingerprint, None) is None:
            return False
        self._file.write({"allowed": allowed})
        return True

    def _read(self) -> dict[str, object]:
        """Return the list, {} if it is unreadable or can be written by other users."""
        allowed = self._file.read().get("allowed")
        return dict(allowed) if isinstance(allowed, dict) else {}


def folder_of(store: OpenStore) -> Path:
    """Return the folder in which hooks run: that which holds the store; the working directory for one in memory."""
    root = store.backend.local_path()
    return Path.cwd() if root is None else Path(root).parent


def fingerprint(hook: HookRule, folder: Path) -> str:
    """Return the hash (hex) of a hook, of the folder in which it runs, and of the files that its command names.

    The program itself is covered if it is in the folder; other programs, such as python, belong to the system.
    Raises UsageError if a file cannot be read, or if there are more than MOST_FILES or MOST_BYTES.
    """
    stated = [str(folder), hook.when, hook.verb, list(hook.run), hook.call, hook.time_limit_s]
    try:
        files = list(_limited(_files(hook, folder)))
    except OSError as error:
        raise UsageError(f"a file of the hook cannot be read: {error}", "make it readable") from None
    return hashlib.sha256(json.dumps([stated, files]).encode()).hexdigest()


def program(hook: HookRule, folder: Path) -> list[str]:
    """Return the command with the path of its program, if that is in the folder. A bare name is searched on PATH."""
    first, *rest = hook.run
    is_path = os.sep in first or "/" in first
    return [str(folder / first) if is_path else first, *rest]


def _files(hook: HookRule, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (name, file) of each file that the command names, and of the files below each folder."""
    for at, argument in enumerate(hook.run):
        if "\0" in argument or (at == 0 and "/" not in argument and os.sep not in argument):
            continue
        path = folder / argument
        if at == 0 and not path.resolve().is_relative_to(folder.resolve()):
            continue
        if path.is_file():
            yield f"{at}", path
        elif path.is_dir():
            yield from _below(f"{at}", path)


def _below(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for file in sorted(files):
            path = Path(where, file)
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def _limited(files: Iterator[tuple[str, Path]]) -> Iterator[tuple[str, str]]:
    """Yield (name, hash) of each file. Raises UsageError above the limits."""
    size_bytes = 0
    for count, (name, path) in enumerate(files):
        with path.open("rb") as file:
            size_bytes += os.fstat(file.fileno()).st_size
            if count >= MOST_FILES or size_bytes > MOST_BYTES:
                raise UsageError(
                    f"the hook names more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB",
                    "name the script instead of its folder",
                )
            yield name, hashlib.file_digest(file, "sha256").hexdigest()
