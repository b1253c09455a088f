"""Files open for reading, which are reopened at the same position, and the standard streams.

A file is stored as path, mode, encoding, newline handling and position. Its content is not stored; a fingerprint tells
a load whether the file has changed. A missing file is restored closed, with a note. A file open for writing is refused:
reopening would truncate it or create a second writer.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys
from typing import Any

from nbmodelver.codecs import notes
from nbmodelver.codecs.renewed import KeptState, Refused, Way

_STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
_SAMPLE_BYTES = 65536
_WRITING = "a file open for writing cannot be kept: close it, and open it again after a rollback"


def streams() -> list[Any]:
    """The standard streams of this kernel."""
    return [found for name in _STREAMS if (found := getattr(sys, name, None)) is not None]


def stream_name(value: Any) -> str:
    """The name in `sys` of a standard stream of this kernel; "" for other objects."""
    return next((name for name in _STREAMS if getattr(sys, name, None) is value), "")


def stream(name: str) -> Any:
    """The standard stream of this name. Raises TypeError for another name."""
    if name not in _STREAMS:
        raise TypeError("not a standard stream")
    return getattr(sys, name)


def _take(file: Any) -> KeptState:
    raw = _raw_of(file)
    opened_as = getattr(raw, "name", None)
    if not isinstance(opened_as, str):
        raise Refused("a file without a path cannot be kept: it may be a pipe, or lives in memory only")
    text = (file.encoding, file.errors or "strict") if isinstance(file, io.TextIOWrapper) else ()
    if file.closed:
        return KeptState((opened_as, getattr(file, "mode", raw.mode), text))
    if raw.writable():
        raise Refused(_WRITING)
    path = _path_of(raw, opened_as)
    at = _position(file)
    newline = _newline(file, path, at) if text else None
    said = (f"file: reopened at {at}" if at else "file: reopened",)
    return KeptState((opened_as, file.mode, text, path, newline, at, fingerprint(path)), notes=said)


def _raw_of(file: Any) -> Any:
    buffer = file.buffer if isinstance(file, io.TextIOWrapper) else file
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.FileIO):
        raise Refused("a file without a path cannot be kept: it may be a pipe, or lives in memory only")
    return raw


def _path_of(raw: io.FileIO, opened_as: str) -> str:
    """The absolute path of an open file. Raises Refused if the path is gone or leads to another file."""
    path = os.path.abspath(opened_as)
    try:
        here, there = os.fstat(raw.fileno()), os.stat(path)
    except OSError as error:
        raise Refused(f"an open file whose path is gone cannot be kept: {opened_as}") from error
    if not stat.S_ISREG(here.st_mode) and not stat.S_ISCHR(here.st_mode):
        raise Refused("an open pipe or device cannot be kept: open it again after a rollback")
    if not os.path.samestat(here, there):
        raise Refused(f"an open file whose path leads to another file now cannot be kept: {opened_as}")
    return path


def _position(file: Any) -> int:
    try:
        return int(file.tell())
    except (OSError, io.UnsupportedOperation) as error:
        raise Refused(
            "a file in the middle of a loop over its lines cannot be kept: its position is not known;"
            " end the loop, or read with readline()"
        ) from error


def _newline(file: io.TextIOWrapper, path: str, at: int) -> str | None:
    """The `newline` argument of a text file; None if the content makes no difference."""
    with open(path, "rb") as same:
        if b"\r" not in same.read(_SAMPLE_BYTES):
            return None
    try:
        file.seek(0)
        text = file.read(_SAMPLE_BYTES)
        if file.newlines is not None:
            return "" if "\r" in text else None
        file.seek(0)
        line = file.readline(_SAMPLE_BYTES)
        return next((end for end in ("\r\n", "\r", "\n") if line.endswith(end)), "\n")
    finally:
        file.seek(at)


def fingerprint(path: str) -> tuple[Any, ...]:
    """Size and a hash of the first and last 64 KiB of a regular file; () for a missing or other file."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ()
            seen = hashlib.blake2b(file.read(_SAMPLE_BYTES), digest_size=16)
            file.seek(max(size - _SAMPLE_BYTES, 0))
            seen.update(file.read(_SAMPLE_BYTES))
    except OSError:
        return ()
    return size, seen.digest()


def found(opened_as: str, path: str) -> str:
    """The path of the file: absolute, or relative to the working directory; "" if it is missing."""
    if os.path.exists(path):
        return opened_as if os.path.abspath(opened_as) == path else path
    return opened_as if os.path.exists(opened_as) else ""


def _make(cls: Any, opened_as: str, mode: str, text: tuple[str, ...], *where: Any) -> Any:
    """text: encoding and errors, () for bytes.

    Where: absolute path, newline, position, fingerprint; () for a closed file.
    """
    if not where:
        return _made_closed(cls, opened_as, mode, text)
    path, newline, at, seen = where
    here = found(opened_as, path)
    if not here:
        notes.note(f"file: {opened_as} is missing, closed here")
        return _made_closed(cls, opened_as, mode, text)
    options: dict[str, Any] = {"encoding": text[0], "errors": text[1], "newline": newline} if text else {}
    if set(mode) - set("rbtU"):
        raise TypeError("not a mode for reading")
    file: Any = open(here, mode, 0 if issubclass(cls, io.FileIO) else -1, **options)  # noqa: SIM115
    if seen and fingerprint(here) != tuple(seen):
        notes.note(f"file: {opened_as} changed since")
    file.seek(at)
    return file


def _made_closed(cls: Any, opened_as: str, mode: str, text: tuple[str, ...]) -> Any:
    """A closed file object of this name. No file is opened."""
    raw = io.FileIO(os.devnull, "r")
    raw.name = opened_as
    made: Any = raw
    if not issubclass(cls, io.FileIO):
        made = io.BufferedReader(raw)
        if text:
            made = io.TextIOWrapper(made, text[0], text[1])
            made.mode = mode
    made.close()
    return made


WAYS = tuple(
    Way(f"files.{kind.__name__}", kind, _take, _make, exact=True, attributes=False)
    for kind in (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)
)
