"""What of a commit becomes a value: files that DVC tracks, or files of Git and Git LFS with a known suffix."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, Protocol

from nbmodelver.exchange.files_in import COMPRESSED, FORMATS, MOST_FILE_BYTES
from nbmodelver.exchange.git import dvc_files, lfs
from nbmodelver.exchange.git.content import has_lfs, write_lfs
from nbmodelver.exchange.git.dvc_cache import DvcObjects
from nbmodelver.exchange.git.dvc_files import DvcOut, Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.exchange.git.objects import GitObjects
    from nbmodelver.model.exchange import Role

MOST_VALUES = 1000
"""Of one commit: a value is a variable."""


@dataclass(frozen=True)
class TrackedFile:
    """A file of a commit that becomes a value. key: names its content. place: where that lies."""

    path: str
    key: str
    format: str
    role: Role
    place: str | lfs.LfsPointer | DvcOut


@dataclass(frozen=True)
class Picked:
    """The values of a commit. left_out: path -> why it does not come in."""

    files: tuple[TrackedFile, ...]
    left_out: tuple[tuple[str, str], ...] = ()


class Picker(Protocol):
    """Chooses files of commits."""

    def wanted(self, path: str) -> bool:
        """Return True if a file in Git is needed to choose."""
        ...

    def picked(self, objects: GitObjects, files: Mapping[str, str], blob_of: Callable[[str], str]) -> Picked:
        """Return the values of a commit. Raises Damaged.

        files: path -> id of the blob, of the wanted ones. blob_of: the same for any path, "" for a missing one.
        """
        ...

    def write(self, objects: GitObjects, tracked: TrackedFile, file: Path) -> None:
        """Write the content of a value to a file. Raises Damaged, LimitExceeded."""
        ...


def suffix_of(path: str) -> tuple[str, Role] | None:
    """Return format and role by the suffix of a path, None for a suffix that is not known."""
    plain = PurePosixPath(path)
    suffix = plain.suffix.lower()
    inner = PurePosixPath(plain.stem).suffix.lower()
    if suffix in COMPRESSED and inner in (".pkl", ".pickle", ".joblib"):
        suffix = inner
    return FORMATS.get(suffix)


class TrackedPicker:
    """Files of Git with a known suffix, and all files of Git LFS that are pointers. kind: "git" or "git-lfs".

    With "git-lfs", only pointers are chosen.
    """

    def __init__(self, kind: Literal["git", "git-lfs"]) -> None:
        self.kind = kind
        self._sizes: dict[str, int] = {}
        self._pointers: dict[str, lfs.LfsPointer | None] = {}

    def wanted(self, path: str) -> bool:
        """Return True for a known suffix; all files may be pointers where the repository has LFS."""
        hidden = any(part.startswith(".") for part in path.split("/"))
        return not hidden and (suffix_of(path) is not None or self.kind == "git-lfs")

    def picked(self, objects: GitObjects, files: Mapping[str, str], blob_of: Callable[[str], str]) -> Picked:
        """Return the values of a commit."""
        del blob_of
        found: list[TrackedFile] = []
        left: list[tuple[str, str]] = []
        for path, blob in sorted(files.items()):
            known = suffix_of(path)
            format_, role = known or ("bytes", "other")
            pointer = self._pointer(objects, blob)
            if pointer is not None:
                if has_lfs(objects.repository, pointer):
                    found.append(TrackedFile(path, pointer.sha256, format_, role, pointer))
                else:
                    left.append((path, "its content is not here: git lfs fetch --all"))
            elif known is not None and self.kind == "git":
                if self._size(objects, blob) > MOST_FILE_BYTES:
                    left.append((path, f"it is larger than {MOST_FILE_BYTES >> 30} GB"))
                else:
                    found.append(TrackedFile(path, blob, format_, role, blob))
        return _limited(found, left)

    def write(self, objects: GitObjects, tracked: TrackedFile, file: Path) -> None:
        """Write the content of a value to a file."""
        if isinstance(tracked.place, lfs.LfsPointer):
            write_lfs(objects.repository, tracked.place, file)
        else:
            objects.copy(str(tracked.place), file)

    def _size(self, objects: GitObjects, blob: str) -> int:
        if blob not in self._sizes:
            self._sizes[blob] = objects.size(blob)
        return self._sizes[blob]

    def _pointer(self, objects: GitObjects, blob: str) -> lfs.LfsPointer | None:
        if blob not in self._pointers:
            is_small = self._size(objects, blob) <= lfs.MOST_POINTER_BYTES
            data = objects.read(blob, "blob", lfs.MOST_POINTER_BYTES) if is_small else b""
            self._pointers[blob] = lfs.pointer_of(data)
        return self._pointers[blob]


class DvcPicker:
    """Files and folders that .dvc files and dvc.lock name."""

    def __init__(self, repository: GitFolder) -> None:
        self.cache = DvcObjects(repository.folder)
        self._read: dict[tuple[str, str], tuple[list[DvcOut], list[tuple[str, str]]]] = {}

    def wanted(self, path: str) -> bool:
        """Return True for the files of DVC."""
        return path.endswith(".dvc") or posixpath.basename(path) == "dvc.lock"

    def picked(self, objects: GitObjects, files: Mapping[str, str], blob_of: Callable[[str], str]) -> Picked:
        """Return the values of a commit. A file without cache, such as one with metrics, is in Git."""
        found: dict[str, TrackedFile] = {}
        left: list[tuple[str, str]] = []
        for path, blob in sorted(files.items()):
            outs, problems = self._outs(objects, path, blob)
            left += problems
            for out in outs:
                if out.is_folder:
                    found |= {one.path: one for one in self._folder(out, left)}
                elif self.cache.size(out) is None and (blob := blob_of(out.path)):
                    if known := suffix_of(out.path):
                        found[out.path] = TrackedFile(out.path, blob, *known, blob)
                elif one := self._file(out, left):
                    found[one.path] = one
        return _limited(list(found.values()), left)

    def write(self, objects: GitObjects, tracked: TrackedFile, file: Path) -> None:
        """Write the content of a value to a file."""
        if isinstance(tracked.place, DvcOut):
            self.cache.write(tracked.place, file)
        else:
            objects.copy(str(tracked.place), file)

    def _outs(self, objects: GitObjects, path: str, blob: str) -> tuple[list[DvcOut], list[tuple[str, str]]]:
        known = self._read.get((path, blob))
        if known is None:
            read = dvc_files.outs_of_file if path.endswith(".dvc") else dvc_files.outs_of_lock
            try:
                if objects.size(blob) > dvc_files.MOST_TEXT_BYTES:
                    raise Malformed(f"it has more than {dvc_files.MOST_TEXT_BYTES >> 20} MB")
                known = read(path, objects.read(blob, "blob"))
            except Malformed as error:
                known = [], [(path, str(error))]
            self._read[path, blob] = known
        return known

    def _file(self, out: DvcOut, left: list[tuple[str, str]]) -> TrackedFile | None:
        size = self.cache.size(out)
        if size is None:
            left.append((out.path, "its content is not in the cache: dvc fetch --all-commits"))
        elif size > MOST_FILE_BYTES:
            left.append((out.path, f"it is larger than {MOST_FILE_BYTES >> 30} GB"))
        else:
            format_, role = suffix_of(out.path) or ("bytes", "other")
            return TrackedFile(out.path, out.md5, format_, role, out)
        return None

    def _folder(self, out: DvcOut, left: list[tuple[str, str]]) -> Iterator[TrackedFile]:
        members = self.cache.members(out)
        if isinstance(members, str):
            left.append((out.path, members))
            return
        unknown = sum(suffix_of(member.path) is None for member in members)
        if unknown:
            left.append((out.path, f"{unknown} of its files have a format that is not read"))
        for member in members:
            if suffix_of(member.path) is not None and (one := self._file(member, left)):
                yield one


def _limited(found: list[TrackedFile], left: list[tuple[str, str]]) -> Picked:
    more = len(found) - MOST_VALUES
    if more > 0:
        left.append((f"{more} files", f"a version gets {MOST_VALUES} values at most"))
    return Picked(tuple(found[:MOST_VALUES]), tuple(left))


class VariableNames:
    """Gives each path the name of a variable. A path keeps its name over all commits."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, path: str) -> str:
        """Return the name for a path: of its stem, with its folders if that is taken."""
        if path not in self._names:
            plain = PurePosixPath(path)
            while plain.suffix.lower() in {*FORMATS, *COMPRESSED}:
                plain = plain.with_suffix("")
            parts = plain.parts
            choices = ["_".join(parts[-count:]) for count in range(1, len(parts) + 1)] + [path]
            self._names[path] = self._free([_identifier(one) for one in choices])
        return self._names[path]

    def _free(self, choices: list[str]) -> str:
        number, last = 1, choices[-1]
        while True:
            for one in choices:
                if one not in self._taken:
                    self._taken.add(one)
                    return one
            number += 1
            choices = [f"{last}_{number}"]


def _identifier(text: str) -> str:
    plain = re.sub(r"\W+", "_", text).strip("_") or "value"
    return plain[:100] if plain.isidentifier() else f"v_{plain}"[:100]
