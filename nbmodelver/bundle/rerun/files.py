"""The files that the cells of a re-run read: those of the record, and those that lie beside the notebook now."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.bundle.cell_syntax import syntax_tree
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model import Cell, InputFile, ObjectId, Version

MOST_FILE_BYTES = 256 << 20


@dataclass(frozen=True)
class PlannedFiles:
    """Files for the folder of a re-run, by their path relative to the folder of the notebook.

    stored: path -> part with the recorded content. beside: path -> file as it is now. differs, lacks: what is known
    before anything runs, as sentences and noun phrases. digests: those of the record, for a comparison afterwards.
    """

    stored: Mapping[str, ObjectId]
    beside: Mapping[str, Path]
    differs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    digests: frozenset[str] = frozenset()

    @property
    def depth(self) -> int:
        """The number of folders that a re-run needs above that of the notebook."""
        return max((path.split("/").count("..") for path in (*self.stored, *self.beside)), default=0)


def planned_files(version: Version, cells: Sequence[Cell], folder: Path | None) -> PlannedFiles:
    """Return the files for a version. folder: of the notebook; None for a bundle, whose cells get no other files."""
    stored: dict[str, ObjectId] = {}
    beside: dict[str, Path] = {}
    differs, lacks = [], []
    for file in version.inputs:
        if file.is_kept and file.digest and file.up >= 0:
            stored[file.path] = file.digest
            continue
        now = _now(file, folder)
        if now is None:
            lacks.append(f"the file {file.path}, {_why_not_placed(file)}")
            continue
        if not file.digest:
            lacks.append(f"the content of {file.path} as it was read, so that it is used as it is now")
        elif portable.id_of_file(str(now)) != file.digest:
            differs.append(f"{file.path} was changed since it was read")
        if file.up >= 0:
            beside[file.path] = now
    known = {i.path for i in version.inputs}
    if folder is not None:
        beside |= {path: folder / path for path in _named(cells, folder) if path not in known}
    digests = frozenset(str(i.digest) for i in version.inputs if i.digest)
    return PlannedFiles(stored, beside, tuple(differs), tuple(lacks), digests)


def _why_not_placed(file: InputFile) -> str:
    if file.is_kept:
        return "which is stored, and lies outside of the folders that a re-run makes"
    return "of which the version has no content"


def _now(file: InputFile, folder: Path | None) -> Path | None:
    """Return where a recorded file is now, None if it is not there. For a bundle nothing of this machine is read."""
    if folder is None or not (file.up >= 0 or file.path.startswith(("/", "~/"))):
        return None
    place = folder / file.path if file.up >= 0 else Path(file.path).expanduser()
    try:
        return place if place.is_file() and place.stat().st_size <= MOST_FILE_BYTES else None
    except (OSError, ValueError):
        return None


def _named(cells: Sequence[Cell], folder: Path) -> Iterator[str]:
    """Yield the files in the folder of the notebook that cells name as a text: their record may be incomplete."""
    root = folder.resolve()
    found: dict[str, None] = {}
    for cell in cells:
        for text in _literals(cell.source):
            path = Path(text)
            try:
                full = (root / path).resolve()
                if path.is_absolute() or not full.is_relative_to(root) or not full.is_file():
                    continue
                if full.stat().st_size <= MOST_FILE_BYTES:
                    found[full.relative_to(root).as_posix()] = None
            except (OSError, ValueError):
                continue
    yield from found


def _literals(source: str) -> Iterator[str]:
    for node in ast.walk(syntax_tree(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 512:
            yield node.value
