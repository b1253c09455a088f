"""The notebooks of a bundle: notebook.ipynb, the saved document or one made of the executed cells, and replay.ipynb.

replay.ipynb has the cells in the order of execution, without lines of nbmodelver, so that they run without it. Cell ids
are kept or derived from the position, so the bytes are reproducible. Metadata is reduced to kernel and language.
nbformat is imported on first use, because its import takes more than a second.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle import first_cell
from nbmodelver.model import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.bundle.first_cell import FirstCell
    from nbmodelver.model import Version

TAG = "nbmodelver-bundle"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OURS = re.compile(r"\s*(%%?mv_\w+|%(re)?load_ext\s+nbmodelver)\b")
_RESTORES = re.compile(r"\s*%%?mv_(rollback|undo|redo|switch|merge|cherry)\b")
_RAN = "ran here: it put values in place, which this notebook does not repeat"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def both(
    version: Version,
    document: bytes | None,
    cells: Sequence[Cell],
    first: FirstCell,
    note: str = "",
) -> dict[str, bytes]:
    """Return notebook.ipynb, and replay.ipynb if the cells ran in another order than in the notebook, or if one failed.

    document: JSON of the saved notebook, None without one. cells: in the order of execution. note: Markdown at the head
    of replay.ipynb, which then always exists.
    """
    start = _code(first_cell.source(version, first))
    start["metadata"] = {"tags": [TAG]}
    ran = [_as_it_ran(cell) for cell in cells if with_notes(cell.source).strip()]
    saved = _saved(document)
    notebook = ran if saved is None else saved["cells"]
    found = {"notebook.ipynb": _bytes([start, *notebook], saved)}
    is_other = saved is not None and (_sources(notebook) != _sources(ran) or _has_failed(cells))
    if note or (is_other and ran):
        lines = [*first_cell.search_path(first.folders), *first_cell.place_files(first.files)]
        before = [_v4().new_markdown_cell(note, id="x")] if note else []
        if lines:
            before.append({**_code("\n".join(lines)), "metadata": {"tags": [TAG]}})
        found["replay.ipynb"] = _bytes([*map(dict, before), *ran], saved)
    return found


def _has_failed(cells: Sequence[Cell]) -> bool:
    """True if a cell raised. A saved document may not say so: it can be older than the run."""
    return any(not cell.ok for cell in cells)


def _saved(document: bytes | None) -> dict[str, Any] | None:
    """Return the parsed document, None if it is missing, not in format 4 or malformed."""
    try:
        data = json.loads(document or b"")
        cells = [_clean(cell) for cell in data["cells"]]
        return {"cells": cells, "metadata": dict(data["metadata"])} if data["nbformat"] == 4 else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _clean(cell: dict[str, Any]) -> dict[str, Any]:
    tags = cell["metadata"].get("tags")
    return {**cell, "metadata": {"tags": tags} if tags else {}}


def _as_it_ran(cell: Cell) -> dict[str, Any]:
    made = _code(with_notes(cell.source))
    made["execution_count"] = cell.execution_count
    made["outputs"] = [_v4().new_output("stream", name="stdout", text=cell.outputs)] if cell.outputs else []
    made["id"] = cell.id
    made["metadata"] = {} if cell.ok else {"tags": ["raises-exception"]}
    return made


def cells_of(document: bytes) -> list[Cell]:
    """Return the code cells of a notebook of a bundle without the cell that loads the variables.

    Raises ValueError, KeyError, TypeError or AttributeError for anything but a notebook of format 4.
    """
    found = []
    for cell in json.loads(document)["cells"]:
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and TAG not in tags:
            failed = "raises-exception" in tags or any(o["output_type"] == "error" for o in cell.get("outputs", ()))
            source = "".join(cell["source"])
            found.append(Cell(source, cell.get("execution_count"), ok=not failed, id=str(cell.get("id", ""))))
    return found


def without_our_magics(source: str) -> str:
    """Return a cell's source without lines of nbmodelver."""
    return "\n".join(line for line in source.splitlines() if not _OURS.match(line))


def with_notes(source: str) -> str:
    """Return a cell's source without lines of nbmodelver; those that put values in place become comments."""
    lines = []
    for line in source.splitlines():
        if _RESTORES.match(line):
            lines.append(f"# {line.strip()} {_RAN}")
        elif not _OURS.match(line):
            lines.append(line)
    return "\n".join(lines)


def _code(source: str) -> dict[str, Any]:
    return dict(_v4().new_code_cell(source, id="x"))


def _v4() -> Any:
    from nbformat import v4

    return v4


def _sources(cells: Sequence[dict[str, Any]]) -> list[str]:
    texts = [without_our_magics("".join(c.get("source", ""))) for c in cells if c.get("cell_type") == "code"]
    return [text.strip() for text in texts if text.strip()]


def _bytes(cells: Sequence[dict[str, Any]], saved: dict[str, Any] | None) -> bytes:
    metadata = saved["metadata"] if saved else {}
    notebook = {
        "cells": _with_ids(cells),
        "metadata": {
            "kernelspec": metadata.get("kernelspec", _KERNEL),
            "language_info": metadata.get("language_info", {"name": "python"}),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return text.encode("utf-8", "replace") + b"\n"


def _with_ids(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    taken: set[str] = set()
    found = []
    for number, cell in enumerate(cells):
        own = str(cell.get("id", ""))
        id_ = own if _ID.fullmatch(own) and own not in taken and own != "x" else f"cell-{number}"
        taken.add(id_)
        found.append({**cell, "id": id_})
    return found
