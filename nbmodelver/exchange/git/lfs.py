"""Git LFS: pointers in the commits, and the objects beside them. See https://git-lfs.com (spec.md of Git LFS)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.exchange.git.stream import place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.model.exchange import Member, VersionFiles

MOST_POINTER_BYTES = 1024
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\r?\n(?:ext-\d-[^\r\n]+\r?\n)*oid sha256:([0-9a-f]{64})\r?\n"
    rb"size (\d{1,19})\r?\n?"
)
_FILTER = "filter=lfs diff=lfs merge=lfs -text"
_FOLDERS = ("models/", "data/", "values/")


@dataclass(frozen=True)
class LfsPointer:
    """A pointer to a file. sha256, size_bytes: of its content."""

    sha256: str
    size_bytes: int


def pointer_of(data: bytes) -> LfsPointer | None:
    """Return the pointer in a blob, None if the blob is another file."""
    found = _POINTER.fullmatch(data) if len(data) <= MOST_POINTER_BYTES else None
    return LfsPointer(found[1].decode(), int(found[2])) if found else None


def pointer_text(sha256: str, size_bytes: int) -> bytes:
    """Return the blob of a pointer. An empty file is its own pointer."""
    if not size_bytes:
        return b""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size_bytes}\n".encode()


def object_file(repository: GitFolder, sha256: str) -> Path:
    """Return where the content of a pointer lies."""
    return repository.common_dir / "lfs" / "objects" / sha256[:2] / sha256[2:4] / sha256


class LfsLayout:
    """Values as pointers, with their content in the folder lfs/ of the repository."""

    name = "git-lfs"
    allows_bare = True

    def store(self, repository: GitFolder, contents: VersionFiles) -> dict[str, bytes | Path]:
        """Write the objects of a version, and return path -> content of the files of its commit. Raises OSError."""
        found: dict[str, bytes | Path] = {}
        large = [member for member in contents.members if is_large(member)]
        for member in contents.members:
            found[member.path] = member.file
        for member in large:
            place(member.file, object_file(repository, member.sha256), repository.common_dir / "lfs" / "tmp")
            found[member.path] = pointer_text(member.sha256, member.size_bytes)
        found[".gitattributes"] = _attributes(large)
        return found

    def prepare(self, repository: GitFolder) -> None:
        """Do nothing: Git LFS needs no file of its own."""

    def notes(self, repository: GitFolder, example: str) -> tuple[str, ...]:
        """Return what to do with the repository."""
        where = repository.folder
        return (
            f"check out a version: git -C {where} lfs install --local && git -C {where} checkout {example}",
            f"files that are pointers become their content: git -C {where} lfs checkout",
        )


def is_large(member: Member) -> bool:
    """Return True for values and the bundle, which do not belong into plain Git."""
    return bool(member.name) or member.role == "record"


def _attributes(large: Sequence[Member]) -> bytes:
    lines = [f"/{folder}** {_FILTER}" for folder in _FOLDERS if any(m.path.startswith(folder) for m in large)]
    lines += [f"/{member.path} {_FILTER}" for member in large if not member.path.startswith(_FOLDERS)]
    return ("\n".join(["* -text", *lines]) + "\n").encode()
