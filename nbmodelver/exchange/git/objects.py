"""Reads objects of a Git repository: commits, trees, blobs. Two processes of Git serve all reads.

Names in trees come from elsewhere. A name that could leave a folder is left out, and links are not followed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, LimitExceeded

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import IO

    from nbmodelver.exchange.git.commands import GitFolder

MOST_BYTES = 64 << 20
"""Of an object that is read into memory."""
MOST_TREES = 200_000
"""Folders of one commit: a few objects can describe any number of folders."""
MOST_DEPTH = 60
_FILES = ("100644", "100755", "100664")
_CHUNK_BYTES = 1 << 20
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class GitObjects:
    """The objects of a repository, as a context manager."""

    def __init__(self, repository: GitFolder) -> None:
        self.repository = repository
        self._sizes: dict[str, int] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> GitObjects:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.communicate()
        self._processes = {}

    def read(self, object_id: str, kind: str, most: int = MOST_BYTES) -> bytes:
        """Return the content of an object. Raises Damaged if it is missing or of another kind, LimitExceeded."""
        size, source = self._opened(object_id, kind)
        if size > most:
            self.__exit__()
            raise LimitExceeded(
                f"object {object_id} of '{self.repository.folder}' has {size:,} bytes, more than {most:,}",
                "remove the file from the history, or import another folder",
            )
        data = source.read(size)
        self._end(source, size, len(data), object_id)
        return data

    def copy(self, object_id: str, file: Path) -> str:
        """Write the content of a blob to a file, and return its SHA-256. Raises Damaged."""
        size, source = self._opened(object_id, "blob")
        sha256, left = hashlib.sha256(), size
        with file.open("wb") as target:
            while left and (data := source.read(min(left, _CHUNK_BYTES))):
                sha256.update(data)
                target.write(data)
                left -= len(data)
        self._end(source, size, size - left, object_id)
        return sha256.hexdigest()

    def size(self, object_id: str) -> int:
        """Return the size of a blob. Raises Damaged if it is missing."""
        if object_id not in self._sizes:
            self._sizes[object_id] = self._asked("--batch-check", object_id, "blob")[0]
        return self._sizes[object_id]

    def _opened(self, object_id: str, kind: str) -> tuple[int, IO[bytes]]:
        return self._asked("--batch", object_id, kind)

    def _asked(self, how: str, object_id: str, kind: str) -> tuple[int, IO[bytes]]:
        """Return the size of an object, and the stream that its content follows in with "--batch"."""
        if not _ID.fullmatch(object_id):
            raise Damaged(f"'{object_id[:80]}' is no id of Git", "check the repository: git fsck")
        if how not in self._processes or self._processes[how].poll() is not None:
            self._processes[how] = self.repository.start("cat-file", how)
        process = self._processes[how]
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{object_id}\n".encode())
            process.stdin.flush()
        except OSError:
            raise self._missing(object_id) from None
        words = process.stdout.readline().split()
        if len(words) != 3:
            raise self._missing(object_id)
        size = int(words[2])
        if words[1].decode() != kind:
            self.__exit__()
            raise Damaged(f"object {object_id} is a {words[1].decode()}, not a {kind}", "check it: git fsck")
        return size, process.stdout

    def _end(self, source: IO[bytes], size: int, was: int, object_id: str) -> None:
        if was != size or source.read(1) != b"\n":
            raise self._missing(object_id)

    def _missing(self, object_id: str) -> Damaged:
        return Damaged(
            f"object {object_id} is missing in '{self.repository.folder}'",
            "check the repository: git fsck; a partial or shallow clone: git fetch --unshallow --refetch",
        )


@dataclass(frozen=True)
class _TreeEntry:
    """An entry of a tree object."""

    name: str
    object_id: str
    is_folder: bool


class GitTrees:
    """The files of commits. wanted: says by its path which file is needed."""

    def __init__(self, objects: GitObjects, wanted: Callable[[str], bool]) -> None:
        self.objects, self.wanted = objects, wanted
        self._known: dict[tuple[str, str], Mapping[str, str]] = {}
        self._visited = 0

    def files(self, tree: str) -> Mapping[str, str]:
        """Return path -> id of the blob. Links and submodules are left out. Raises Damaged, LimitExceeded."""
        self._visited = 0
        return self._files(tree, "", 0)

    def blob(self, tree: str, path: str) -> str:
        """Return the id of the blob of a file, "" if it is missing, a link or a folder. Raises Damaged."""
        *folders, name = path.split("/")
        for folder in folders:
            tree = next((one.object_id for one in self._read(tree) if one.name == folder and one.is_folder), "")
            if not tree:
                return ""
        return next((one.object_id for one in self._read(tree) if one.name == name and not one.is_folder), "")

    def _read(self, tree: str) -> list[_TreeEntry]:
        return _entries(self.objects.read(tree, "tree"), len(tree) // 2)

    def _files(self, tree: str, prefix: str, depth: int) -> Mapping[str, str]:
        known = self._known.get((tree, prefix))
        if known is not None:
            return known
        self._visited += 1
        if self._visited > MOST_TREES or depth > MOST_DEPTH:
            raise LimitExceeded(
                f"a commit of '{self.objects.repository.folder}' has more than {MOST_TREES:,} folders, or deeper ones "
                f"than {MOST_DEPTH}", "import another repository",
            )  # fmt: skip
        found: dict[str, str] = {}
        for entry in self._read(tree):
            path = prefix + entry.name
            if entry.is_folder:
                found.update(self._files(entry.object_id, f"{path}/", depth + 1))
            elif self.wanted(path):
                found[path] = entry.object_id
        if depth:
            self._known[tree, prefix] = found
        return found


def _entries(data: bytes, id_bytes: int) -> list[_TreeEntry]:
    """Return the files and folders of a tree object."""
    found, at = [], 0
    while at < len(data):
        head, end = data.find(b" ", at), data.find(b"\0", at)
        if head < 0 or end < head or end + 1 + id_bytes > len(data):
            raise Damaged("a tree of the repository is malformed", "check the repository: git fsck")
        mode, name = data[at:head].decode("ascii", "replace"), data[head + 1 : end]
        at = end + 1 + id_bytes
        if mode in (*_FILES, "40000") and (text := _plain_name(name)):
            found.append(_TreeEntry(text, data[end + 1 : at].hex(), mode == "40000"))
    return found


def _plain_name(name: bytes) -> str:
    """Return a name, "" if it is invalid as the name of a file."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return ""
    is_special = text in (".", "..") or text.lower() == ".git" or any(c in text for c in "/\\\n\r")
    return "" if is_special else text
