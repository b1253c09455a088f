"""Finds the artifacts of MLflow on this machine, also after the folder of the store was moved.

The addresses in a store are absolute. Where one does not exist, its last parts are looked for beside the store.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = re.compile(r"(?:m-)?[0-9a-f]{32}")
"""The id of a run or of a logged model."""
SERVED = "mlflow-artifacts"
MOST_BESIDE = 100
"""So many folders beside a store are searched: a server does not record where it keeps its artifacts."""


class ArtifactPlaces:
    """root: the folder of the database, or the folder that has `mlruns`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, uri: str, owner: str) -> Path | None:
        """Return the folder of an address; None if it is on another machine, missing, or not the owner's."""
        path = path_of(uri)
        if path is None or ".." in path.parts or (owner and not _is_of(path, owner)):
            return None
        return next((found for found in self._candidates(path, uri, owner) if found.is_dir()), None)

    def _candidates(self, path: PurePosixPath, uri: str, owner: str) -> Iterator[Path]:
        if path.is_absolute() and not uri.startswith(SERVED):
            yield Path(path)
        parts = [part for part in path.parts if part != "/"]
        last = parts.index(owner) if owner else len(parts) - 1
        for start in range(last + 1):
            for beside in (self.root, *self._beside):
                yield beside.joinpath(*parts[start:])

    @cached_property
    def _beside(self) -> list[Path]:
        folders = (one for one in self.root.iterdir() if one.is_dir() and not one.name.startswith("."))
        return sorted(islice(folders, MOST_BESIDE))


def _is_of(path: PurePosixPath, owner: str) -> bool:
    return bool(OWNER.fullmatch(owner)) and owner in path.parts


def path_of(uri: str) -> PurePosixPath | None:
    """Return the path of a local address, None for another one."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme == "" and uri:
        return PurePosixPath(uri)
    if parts.scheme in ("file", SERVED) and "\0" not in unquote(parts.path):
        return PurePosixPath(unquote(parts.path))
    return None


def file_inside(folder: Path, relative: str) -> Path | None:
    """Return a file below a folder; None if it is missing, or a link to somewhere else."""
    path = PurePosixPath(relative)
    if not relative or path.is_absolute() or ".." in path.parts or "\0" in relative:
        return None
    try:
        found = (folder / path).resolve()
        return found if found.is_file() and found.is_relative_to(folder.resolve()) else None
    except OSError:
        return None


def without_password(uri: str) -> str:
    """Return an address without user and password."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", uri)
