"""Finds the content of a file of a commit: in its blob, in an object of Git LFS, or in the cache of DVC."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.git import dvc_files, lfs
from nbmodelver.exchange.git.dvc_cache import DvcObjects, regular_size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.exchange.git.objects import GitObjects


class ContentReader:
    """The files of one commit that an export of ours wrote. files: path -> id of the blob."""

    def __init__(self, objects: GitObjects, files: Mapping[str, str]) -> None:
        self.objects, self.files = objects, files

    def write(self, path: str, file: Path) -> Path:
        """Write the content of one file. Raises Damaged if it is missing, or its hash is another one."""
        if f"{path}.dvc" in self.files:
            text = self.objects.read(self.files[f"{path}.dvc"], "blob", dvc_files.MOST_TEXT_BYTES)
            outs, _ = dvc_files.outs_of_file(f"{path}.dvc", text)
            if not outs:
                raise Damaged(f"{path}.dvc names no file", "export the version again")
            return self._dvc.write(outs[0], file)
        if path not in self.files:
            raise Damaged(f"{path} is missing in the commit", "export the version again")
        blob = self.files[path]
        if self.objects.size(blob) <= lfs.MOST_POINTER_BYTES:
            pointer = lfs.pointer_of(self.objects.read(blob, "blob", lfs.MOST_POINTER_BYTES))
            if pointer is not None:
                return write_lfs(self.objects.repository, pointer, file)
        self.objects.copy(blob, file)
        return file

    @cached_property
    def _dvc(self) -> DvcObjects:
        return DvcObjects(self.objects.repository.folder)


def has_lfs(repository: GitFolder, pointer: lfs.LfsPointer) -> bool:
    """Return True if the content of a pointer is here."""
    return regular_size(lfs.object_file(repository, pointer.sha256)) is not None


def write_lfs(repository: GitFolder, pointer: lfs.LfsPointer, file: Path) -> Path:
    """Write the content of a pointer to a file. Raises Damaged if it is missing, or its hash is another one."""
    source = lfs.object_file(repository, pointer.sha256)
    if regular_size(source) is None:
        raise Damaged(f"'{source}' is missing", f"fetch it: git -C {repository.folder} lfs fetch --all")
    with source.open("rb") as old, file.open("wb") as new:
        while data := old.read(1 << 20):
            new.write(data)
    if hashes_of(file)[0] != pointer.sha256:
        raise Damaged(f"'{source}' is damaged", f"delete it, then: git -C {repository.folder} lfs fetch --all")
    return file
