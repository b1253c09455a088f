"""Where a store is: found by walking up from the notebook, chosen by the user, or made beside the notebook."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import NoStore

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = ".nbmodelver"
VARIABLE = "NBMODELVER_STORE"


def find_store(start: Path | None = None) -> Path | None:
    """The store's folder: the environment's choice, else the nearest one at or above `start`."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return as_store(Path(chosen))
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / FOLDER / "format").is_file():
            return folder / FOLDER
        if (folder / "format").is_file() and (folder / "refs").is_dir():  # A store of another name: a backup.
            return folder
    return None


def as_store(path: Path) -> Path:
    """The store's folder for a path that a user wrote: itself if it is one, else the folder inside it."""
    path = path.expanduser()
    return path if path.name == FOLDER or (path / "format").is_file() else path / FOLDER


def seen_from(path: str | Path, folder: str | Path, rules: ModuleType = os.path) -> str:
    """A path as seen from a folder, with "/" on every system; the whole path when it is on another drive.

    rules: `posixpath` or `ntpath`.
    """
    try:
        seen = rules.relpath(path, folder)
    except ValueError:  # Another drive of Windows.
        seen = rules.abspath(path)
    return str(seen).replace(rules.sep, "/")


def require_store(start: Path | None = None) -> Path:
    """The store's folder. Raises NoStore with the way to one."""
    found = find_store(start)
    if found is None:
        raise NoStore(
            f"no store in {(start or Path.cwd()).absolute()} or above",
            "try: %mv_commit in a notebook, %mv_init PATH, or: nbmodelver init PATH",
        )
    return found
