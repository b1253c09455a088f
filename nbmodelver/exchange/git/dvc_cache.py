"""Finds objects in the cache of DVC and in its remotes that are local folders, and checks their hashes.

DVC 3 has them in files/md5/ab/cdef, DVC 2 in ab/cdef. DVC 2 hashed text as if its lines ended with LF.
"""

from __future__ import annotations

import configparser
import hashlib
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, LimitExceeded
from nbmodelver.exchange.git.dvc_files import MOST_FOLDER_BYTES, Malformed, files_of_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.exchange.git.dvc_files import DvcOut

_CHUNK_BYTES = 1 << 20
_MOST_CONFIG_BYTES = 1 << 20


class DvcObjects:
    """The objects of a repository with DVC."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders: dict[str, tuple[DvcOut, ...] | str] = {}

    def size(self, out: DvcOut) -> int | None:
        """Return the size of a file, None if it is not here."""
        return next((size for path in self._places(out) if (size := regular_size(path)) is not None), None)

    def members(self, out: DvcOut) -> tuple[DvcOut, ...] | str:
        """Return the files of a folder, or why they cannot be read, as a phrase."""
        if out.md5 not in self._folders:
            self._folders[out.md5] = self._members(out)
        return self._folders[out.md5]

    def _members(self, out: DvcOut) -> tuple[DvcOut, ...] | str:
        for path in self._places(out):
            size = regular_size(path)
            if size is None:
                continue
            if size > MOST_FOLDER_BYTES:
                return f"its list of files is larger than {MOST_FOLDER_BYTES >> 20} MB"
            data = path.read_bytes()
            if hashlib.md5(data, usedforsecurity=False).hexdigest() != out.md5.removesuffix(".dir"):
                continue
            try:
                return tuple(files_of_folder(out, data))
            except Malformed as error:
                return str(error)
        return "its list of files is not in the cache: dvc fetch --all-commits"

    def write(self, out: DvcOut, file: Path) -> Path:
        """Write the content of a file. Raises Damaged if it is missing, or its hash is another one; LimitExceeded."""
        damaged = None
        for path in self._places(out):
            if regular_size(path) is None:
                continue
            if _copied(path, file) == out.md5 or _md5_of_text(file) == out.md5:
                return file
            damaged = damaged or path
        file.unlink(missing_ok=True)
        if damaged is not None:
            raise Damaged(f"'{damaged}' is damaged: it is not {out.path}", "delete it, then: dvc fetch --all-commits")
        raise Damaged(f"{out.path} ({out.md5}) is not in the cache", "fetch it: dvc fetch --all-commits")

    def _places(self, out: DvcOut) -> Iterator[Path]:
        """Yield where an object may lie. A link that leads out of the cache is left out."""
        head, rest = out.md5[:2], out.md5[2:]
        for name, root in self._roots:
            if out.remote and name not in ("", out.remote):
                continue
            for path in (root / "files" / "md5" / head / rest, root / head / rest):
                try:
                    if path.resolve().is_relative_to(root):
                        yield path
                except OSError:
                    continue

    @cached_property
    def _roots(self) -> tuple[tuple[str, Path], ...]:
        """Name of a remote, "" for the cache -> its folder."""
        settings = [_settings(self.folder / ".dvc" / name) for name in ("config.local", "config")]
        caches = [one["cache"]["dir"] for one in settings if one.has_option("cache", "dir")]
        found = [("", self.folder / ".dvc" / "cache"), *(("", self._path(text)) for text in caches)]
        for one in settings:
            for section in one.sections():
                name = section.strip("'\"").removeprefix("remote").strip(" \"'")
                url = one.get(section, "url", fallback="")
                if "remote" in section and url and "://" not in url:
                    found.append((name, self._path(url)))
        return tuple((name, path.resolve()) for name, path in found if path.is_dir())

    def _path(self, text: str) -> Path:
        """Return a path of the configuration: relative ones start at .dvc."""
        return self.folder / ".dvc" / Path(text.strip("'\"")).expanduser()


def _settings(file: Path) -> configparser.ConfigParser:
    """Return the settings in a file of DVC, without any if it is missing or malformed."""
    found = configparser.ConfigParser(interpolation=None, strict=False)
    size = regular_size(file)
    if size is None or size > _MOST_CONFIG_BYTES:
        return found
    lines = [line.strip() for line in file.read_text("utf-8", "replace").splitlines()]
    try:
        found.read_string("\n".join(lines))
    except configparser.Error:
        found.clear()
    return found


def regular_size(path: Path) -> int | None:
    """Return the size of a file. None if it is missing, or a link, a pipe or a device."""
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _copied(source: Path, file: Path) -> str:
    """Copy a file, and return its MD5. Raises LimitExceeded."""
    from nbmodelver.exchange.files_in import MOST_FILE_BYTES

    md5, size = hashlib.md5(usedforsecurity=False), 0
    with source.open("rb") as old, file.open("wb") as new:
        while data := old.read(_CHUNK_BYTES):
            size += len(data)
            if size > MOST_FILE_BYTES:
                raise LimitExceeded(f"'{source}' is larger than {MOST_FILE_BYTES >> 30} GB", "move it away")
            md5.update(data)
            new.write(data)
    return md5.hexdigest()


def _md5_of_text(file: Path) -> str:
    """Return the MD5 of a file with LF where it has CRLF, as DVC 2 computed it."""
    md5, carried = hashlib.md5(usedforsecurity=False), b""
    with file.open("rb") as source:
        while data := source.read(_CHUNK_BYTES):
            data = carried + data  # CR and LF may be in two chunks
            carried = b"\r" if data.endswith(b"\r") else b""
            md5.update(data.removesuffix(b"\r").replace(b"\r\n", b"\n") if carried else data.replace(b"\r\n", b"\n"))
    md5.update(carried)
    return md5.hexdigest()
