"""Temporary files and folders: new ones with the same contents, at the same path if it is free.

The path of a temporary file ends with its kernel, and other values may hold it as text. So the file is created again at
that path, or at another one with a note if the path is taken. Up to 16 MiB are stored.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import Any

from nbmodelver.codecs import notes
from nbmodelver.codecs.renewed import KeptState, Refused, Way

MAX_BYTES = 16 << 20
_LARGE = "a temporary {} with more than 16 MiB cannot be kept: write it to a path of its own"


def _take_folder(folder: Any) -> KeptState:
    if not os.path.isdir(folder.name):
        raise Refused("a temporary folder that was cleaned up cannot be kept")
    contents = _contents(folder.name)
    args = (folder.name, bool(getattr(folder, "_ignore_cleanup_errors", False)), getattr(folder, "_delete", True))
    return KeptState(args, contents, (f"temporary folder: new, {_files(len(contents))}",))


def _files(count: int) -> str:
    return f"{count} files in it" if count != 1 else "1 file in it"


def _contents(top: str) -> list[tuple[str, bytes | None]]:
    """Sorted relative paths with the bytes of each file, or None for a folder. Raises Refused."""
    found: list[tuple[str, bytes | None]] = []
    size = 0
    for folder, folders, names in os.walk(top):
        folders.sort()
        found += [(_within(top, folder, name), None) for name in folders]
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path):
                raise Refused("a temporary folder with links or devices in it cannot be kept")
            size += os.path.getsize(path)
            if size > MAX_BYTES:
                raise Refused(_LARGE.format("folder"))
            with open(path, "rb") as file:
                found.append((_within(top, folder, name), file.read(MAX_BYTES + 1)))
    return sorted(found)


def _within(top: str, folder: str, name: str) -> str:
    return os.path.relpath(os.path.join(folder, name), top).replace(os.sep, "/")


def _make_folder(cls: Any, path: str, ignore_errors: bool, delete: bool) -> Any:
    try:
        os.mkdir(path, 0o700)
    except OSError:
        made = cls.__new__(cls)
        tempfile.TemporaryDirectory.__init__(made, ignore_cleanup_errors=ignore_errors)
        notes.note("temporary folder: at another path, its own was taken or its place is gone")
    else:
        made = _at(cls, path, ignore_errors)
    if not delete:  # This option exists since Python 3.12.
        made._delete = False
        made._finalizer.detach()
    return made


def _at(cls: Any, path: str, ignore_errors: bool) -> Any:
    """A TemporaryDirectory that owns the folder at this path, like one made by its constructor."""
    made = cls.__new__(cls)
    tempfile.TemporaryDirectory.__init__(made, dir=path, ignore_cleanup_errors=ignore_errors)
    inner, made.name = made.name, path
    os.rmdir(inner)
    made._finalizer.detach()
    cleanup: Any = tempfile.TemporaryDirectory
    made._finalizer = weakref.finalize(
        made, cleanup._cleanup, path, warn_message=f"Implicitly cleaning up {made!r}", ignore_errors=ignore_errors
    )
    return made


def _fill_folder(folder: Any, contents: list[tuple[str, bytes | None]]) -> None:
    for name, data in contents:
        steps = name.split("/")
        if os.path.isabs(name) or ".." in steps:
            raise TypeError("a path outside of the temporary folder")
        path = os.path.join(folder.name, *steps)
        if data is None:
            os.makedirs(path, exist_ok=True)
        else:
            with open(path, "xb") as file:
                file.write(data)


def _take_file(wrapper: Any) -> KeptState:
    """args: path, mode, encoding, whether closing deletes it. state: bytes, position."""
    file = wrapper.file
    if file.closed:
        raise Refused("a closed temporary file cannot be kept: its file may be gone")
    file.flush() if file.writable() else None
    if os.fstat(file.fileno()).st_size > MAX_BYTES:
        raise Refused(_LARGE.format("file"))
    with open(wrapper.name, "rb") as same:
        data = same.read(MAX_BYTES + 1)
    args = (wrapper.name, _mode(file), getattr(file, "encoding", None), bool(_deletes(wrapper)))
    return KeptState(args, (data, file.tell()), ("temporary file: new, with its contents",))


def _mode(file: Any) -> str:
    """The mode to open the file with; a `BufferedRandom` reports "rb+" for all read-write modes."""
    return str(file.mode)


def _deletes(wrapper: Any) -> bool:
    return bool(wrapper.delete if hasattr(wrapper, "delete") else wrapper._closer.delete)


def _make_file(_cls: Any, path: str, mode: str, encoding: str | None, delete: bool) -> Any:
    made = _named(path, mode, encoding, delete)
    if made is None:
        notes.note("temporary file: at another path, its own was taken or its place is gone")
        made = tempfile.NamedTemporaryFile(mode, encoding=encoding, delete=delete)  # noqa: SIM115
    return made


def _named(path: str, mode: str, encoding: str | None, delete: bool) -> Any:
    """A NamedTemporaryFile at this path; None if the path is taken."""
    folder, name = os.path.split(path)
    if not os.path.isdir(folder) or os.path.exists(path):
        return None
    names: Any = tempfile
    before = names._get_candidate_names
    names._get_candidate_names = lambda: iter([name])
    try:
        return tempfile.NamedTemporaryFile(mode, encoding=encoding, dir=folder, prefix="", suffix="", delete=delete)
    except OSError:
        return None
    finally:
        names._get_candidate_names = before


def _fill_file(made: Any, state: tuple[bytes, int]) -> None:
    data, at = state
    with open(made.name, "wb") as same:
        same.write(data)
    made.file.seek(at)


def _take_spooled(file: Any) -> KeptState:
    """args: maximum size in memory, mode, encoding. state: contents, position, whether it was written to disk."""
    if file.closed:
        raise Refused("a closed temporary file cannot be kept: its contents are gone")
    at = file.tell()
    file.seek(0)
    try:
        data = file.read(MAX_BYTES + 1)
    finally:
        file.seek(at)
    if len(data) > MAX_BYTES:
        raise Refused(_LARGE.format("file"))
    how = file._TemporaryFileArgs or {}
    args = (file._max_size, how.get("mode", "w+b"), how.get("encoding"), how.get("newline"))
    return KeptState(args, (data, at, file._rolled), ("temporary file: new, with its contents",))


def _make_spooled(cls: Any, size: int, mode: str, encoding: str | None, newline: str | None) -> Any:
    made = cls.__new__(cls)
    tempfile.SpooledTemporaryFile.__init__(made, size, mode, encoding=encoding, newline=newline)
    return made


def _fill_spooled(made: Any, state: tuple[Any, int, bool]) -> None:
    data, at, rolled = state
    made.write(data)
    if rolled and not made._rolled:
        made.rollover()
    made.seek(at)


_WRAPPER: Any = tempfile._TemporaryFileWrapper

WAYS = (
    Way("temporary.TemporaryDirectory", tempfile.TemporaryDirectory, _take_folder, _make_folder, _fill_folder),
    Way("temporary.NamedTemporaryFile", _WRAPPER, _take_file, _make_file, _fill_file, exact=True, attributes=False),
    Way("temporary.SpooledTemporaryFile", tempfile.SpooledTemporaryFile, _take_spooled, _make_spooled, _fill_spooled),
)
