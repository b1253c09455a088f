"""Plain Git: every file is a blob. Large files are refused, because a clone has all of them for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.model.exchange import VersionFiles

MOST_BLOB_BYTES = 100 << 20
"""GitHub refuses larger files."""


class PlainLayout:
    """All files of a version as blobs."""

    name = "git"
    allows_bare = True

    def store(self, repository: GitFolder, contents: VersionFiles) -> dict[str, bytes | Path]:
        """Return path -> content of the files of a commit. Raises UsageError for a file that is too large."""
        del repository
        for member in contents.members:
            if member.size_bytes > MOST_BLOB_BYTES:
                raise UsageError(
                    f"{member.path} of {contents.facts.name} has {member.size_bytes >> 20} MB; "
                    f"plain Git gets files up to {MOST_BLOB_BYTES >> 20} MB",
                    "export with --to git-lfs or --to dvc",
                )
        found: dict[str, bytes | Path] = {member.path: member.file for member in contents.members}
        found[".gitattributes"] = b"* -text\n"
        return found

    def prepare(self, repository: GitFolder) -> None:
        """Do nothing: plain Git needs no file of its own."""

    def notes(self, repository: GitFolder, example: str) -> tuple[str, ...]:
        """Return what to do with the repository."""
        return (f"check out a version: git -C {repository.folder} checkout {example}",)
