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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.bundle.first_cell import Variable
    from nbmodelver.model import Cell, Version

TAG = "nbmodelver-bundle"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OURS = re.compile(r"\s*(%%?mv_\w+|%(re)?load_ext\s+nbmodelver)\b")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def both(
    version: Version,
    document: bytes | None,
    cells: Sequence[Cell],
    variables: Sequence[Variable],
    folders: Sequence[str] = (),
) -> dict[str, bytes]:
    """Return notebook.ipynb, and replay.ipynb if the cells ran in another order than in the notebook.

    document: JSON of the saved notebook, None if there is none. cells: in the order of execution.
    folders: those of the bundle from which the project's modules are imported.
    """
    start = _code(first_cell.source(version, variables, folders))
    start["metadata"] = {"tags": [TAG]}
    ran = [_as_it_ran(cell) for cell in cells if without_our_magics(cell.source).strip()]
    saved = _saved(document)
    notebook = ran if saved is None else saved["cells"]
    found = {"notebook.ipynb": _bytes([start, *notebook], saved)}
    if saved is not None and _sources(notebook) != _sources(ran) and ran:
        lines = list(first_cell.search_path(folders))
        found["replay.ipynb"] = _bytes([*([_code("\n".join(lines))] if lines else []), *ran], saved)
    return found


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
    made = _code(without_our_magics(cell.source))
    made["execution_count"] = cell.execution_count
    made["outputs"] = [_v4().new_output("stream", name="stdout", text=cell.outputs)] if cell.outputs else []
    made["id"] = cell.id
    made["metadata"] = {} if cell.ok else {"tags": ["raises-exception"]}
    return made


def without_our_magics(source: str) -> str:
    """Return a cell's source without lines of nbmodelver."""
    return "\n".join(line for line in source.splitlines() if not _OURS.match(line))


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
