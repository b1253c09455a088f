"""Finds the folder of a store: chosen by an environment variable, or in the folder of the notebook or above it."""

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
    """Return the folder of the store: from the variable NBMODELVER_STORE, else the nearest in `start` or above it.

    start: None for the working directory. Returns None if there is no store.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return as_store(Path(chosen))
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / FOLDER / "format").is_file():
            return folder / FOLDER
        if (folder / "format").is_file() and (folder / "refs").is_dir():  # A store with another name, such as a backup.
            return folder
    return None


def as_store(path: Path) -> Path:
    """Return the folder of the store for a path of the user: the path if it is a store, else the folder in it."""
    path = path.expanduser()
    return path if path.name == FOLDER or (path / "format").is_file() else path / FOLDER


def seen_from(path: str | Path, folder: str | Path, rules: ModuleType = os.path) -> str:
    """Return a path relative to a folder, with "/" on every system; the absolute path if it is on another drive.

    rules: the path module, `posixpath` or `ntpath`.
    """
    try:
        relative = rules.relpath(path, folder)
    except ValueError:  # Another drive on Windows.
        relative = rules.abspath(path)
    return str(relative).replace(rules.sep, "/")


def require_store(start: Path | None = None) -> Path:
    """Return the folder of the store like `find_store`. Raises NoStore if there is none."""
    folder = find_store(start)
    if folder is None:
        raise NoStore(
            f"no store in {(start or Path.cwd()).absolute()} or above",
            "try: %mv_commit in a notebook, %mv_init PATH, or: nbmodelver init PATH",
        )
    return folder
