"""Stores the files that cells read: their content up to a size, their hash above it.

A file that was changed after a cell read it is recorded without content, because the content of that time is lost.
Files that look like secrets are never stored.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.model import InputFile
from nbmodelver.store import hashes

if TYPE_CHECKING:
    from nbmodelver.model import ObjectId, ReadFile, Version
    from nbmodelver.repo.core.secrets import Searcher
    from nbmodelver.store.parts import PartStore
    from nbmodelver.store.writing import PackWriter

MOST_FILES = 500
"""Input files that a version records; of more, those that were read last."""

MOST_KEPT_BYTES = 256_000_000
"""The sum of the input files whose content one commit stores."""

MOST_HASHED_BYTES = 8_000_000_000
_SEARCHED_BYTES = 2_000_000

_SECRET_NAMES = re.compile(
    r"(?i)(^|/)(\.env(\..*)?|\.netrc|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.\w+)?|secrets?\.\w+"
    r"|[^/]*\.(pem|key|p12|pfx|jks|kdbx|ppk))$"
)

_CONFIDENTIAL = "its name is that of a file with secrets"

_known: dict[tuple[str, int, int], ObjectId] = {}
"""(place, size, time of the last change) -> id of the content, so that an unchanged file is read once."""


@dataclass(frozen=True)
class InputFiles:
    """The files of one commit. read: as the kernel saw them. most_bytes: the largest file to keep; 0 for none."""

    read: tuple[ReadFile, ...]
    parts: PartStore
    secrets: Searcher
    most_bytes: int

    def stored(self, pack: PackWriter, parent: Version | None) -> tuple[InputFile, ...]:
        """Write the contents to the pack. Return the files of this commit and those of the parent, sorted by path."""
        before = {i.path: i for i in parent.inputs} if parent is not None else {}
        found: dict[str, InputFile] = {}
        left = MOST_KEPT_BYTES
        for file in self.read[-MOST_FILES:]:
            known = before.get(file.path)
            one = found[file.path] = self._recorded(file, pack, known, left)
            left -= one.size_bytes if one.is_kept and (known is None or known.digest != one.digest) else 0
        older = {path: i for path, i in before.items() if path not in found}
        room = max(0, MOST_FILES - len(found))
        return tuple(sorted([*list(older.values())[:room], *found.values()], key=lambda i: i.path))

    def _recorded(self, file: ReadFile, pack: PackWriter, before: InputFile | None, left: int) -> InputFile:
        """Return the record of one file. before: that of its path in the parent. left: bytes that may be stored."""
        if file.changed:
            return InputFile(file.path, file.size_bytes, reason=file.changed)
        reason = self._reason_to_leave_out(file, left)
        known = _known.get(_key(file))
        if known is not None and (reason or self.parts.has(known)):
            return InputFile(file.path, file.size_bytes, known, not reason, reason)
        try:
            return self._read(file, pack, before, reason)
        except OSError as error:
            return InputFile(file.path, file.size_bytes, reason=f"it could not be read: {error.strerror}")

    def _read(self, file: ReadFile, pack: PackWriter, before: InputFile | None, reason: str) -> InputFile:
        """Read a file and store its content, or only its hash if there is a reason not to keep it.

        A file with a secret gets neither: a hash could be guessed.
        """
        if reason == _CONFIDENTIAL:
            return InputFile(file.path, file.size_bytes, reason=reason)
        with open(file.place, "rb") as opened:
            data = opened.read(_SEARCHED_BYTES if reason else self.most_bytes + 1)
        secret = self.secrets.in_text(data[:_SEARCHED_BYTES].decode("latin-1"))
        if secret:
            return InputFile(file.path, file.size_bytes, reason=f"it may hold a secret: {secret}")
        if reason:
            return _hashed(file, reason)
        if len(data) != file.size_bytes or not _is_as_read(file):
            return _changed(file)
        near = before.digest or None if before is not None and before.is_kept else None
        digest = pack.put(data, near=near, layout="text")
        _known[_key(file)] = digest
        return InputFile(file.path, file.size_bytes, digest, is_kept=True)

    def _reason_to_leave_out(self, file: ReadFile, left: int) -> str:
        if _SECRET_NAMES.search(file.path):
            return _CONFIDENTIAL
        if not self.most_bytes:
            return "the setting input_files_mb is 0"
        if file.size_bytes > self.most_bytes:
            return f"it is larger than {self.most_bytes / 1e6:,.0f} MB, the setting input_files_mb"
        if file.size_bytes > left:
            return f"the files of one commit are stored up to {MOST_KEPT_BYTES / 1e6:,.0f} MB"
        return ""


def _hashed(file: ReadFile, reason: str) -> InputFile:
    """Return the record of a file that is not kept, with its hash unless it is very large."""
    if file.size_bytes > MOST_HASHED_BYTES:
        return InputFile(file.path, file.size_bytes, reason=reason)
    digest = hashes.id_of_file(file.place)
    if not _is_as_read(file):
        return _changed(file)
    _known[_key(file)] = digest
    return InputFile(file.path, file.size_bytes, digest, reason=reason)


def _key(file: ReadFile) -> tuple[str, int, int]:
    return file.place, file.size_bytes, file.mtime_ns


def _is_as_read(file: ReadFile) -> bool:
    """True if the file still has the size and the time of the moment in which a cell read it."""
    now = os.stat(file.place)
    return (now.st_size, now.st_mtime_ns) == (file.size_bytes, file.mtime_ns)


def _changed(file: ReadFile) -> InputFile:
    return InputFile(file.path, file.size_bytes, reason="it was changed after a cell read it")
