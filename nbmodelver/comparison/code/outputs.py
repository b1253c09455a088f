"""The outputs of cells that differ between two notebook documents. Cells are paired by their id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LETTERS = 200
"""Of an output that is shown."""
MOST_CELLS = 20


def outputs_section(before: bytes | None, after: bytes | None) -> Section:
    """Return the section of cells whose source is the same and whose outputs differ.

    before, after: notebook documents as JSON; None if a version has none. Counts and the representation of objects by
    their address do not matter.
    """
    sides = [dict(_cells(side)) for side in (before, after)]
    changed = [
        (key, sides[0][key], sides[1][key]) for key in sides[1]
        if key in sides[0] and sides[0][key][0] == sides[1][key][0] and sides[0][key][1] != sides[1][key][1]
    ]  # fmt: skip
    rows = tuple(
        Row((_first_line(old[0]), *(_short(side[1]) for side in (old, new)))) for _, old, new in changed[:MOST_CELLS]
    )
    more = f"{len(changed) - MOST_CELLS:,} more cells" if len(changed) > MOST_CELLS else ""
    return Section("outputs", "Outputs of unchanged cells", ("cell", "before", "after"), rows, note=more)


def _cells(document: bytes | None) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield (id, (source, outputs as text)) of the code cells that have outputs."""
    try:
        found = json.loads(document) if document else {}
        cells = found["cells"] if isinstance(found, dict) else ()
        for cell in cells if isinstance(cells, list) else ():
            if cell.get("cell_type") == "code" and cell.get("id") and not _is_ours(_joined(cell.get("source"))):
                text = "\n".join(filter(None, map(_text, cell.get("outputs", ()))))
                yield str(cell["id"]), (_joined(cell.get("source")), text)
    except (ValueError, KeyError, AttributeError, TypeError):  # The document is not a notebook.
        return


def _is_ours(source: str) -> bool:
    """True for a cell of magics of nbmodelver, whose answers differ each time."""
    return source.lstrip().startswith(("%mv_", "%%mv_"))


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text or "")


def _text(output: dict[str, Any]) -> str:
    """An output as text: what it prints, its error, or the types of its data with a picture's size."""
    kind = output.get("output_type")
    if kind == "stream":
        return _joined(output.get("text")).strip()
    if kind == "error":
        return f"{output.get('ename')}: {output.get('evalue')}"
    data = output.get("data", {})
    pictures = [f"{mime} of {len(_joined(data[mime])):,} characters" for mime in data if mime.startswith("image/")]
    return "; ".join(pictures) if pictures else _without_addresses(_joined(data.get("text/plain")).strip())


def _without_addresses(text: str) -> str:
    return text.partition(" at 0x")[0] if " at 0x" in text else text


def _first_line(source: str) -> str:
    return _short(next((line for line in source.splitlines() if line.strip()), ""))


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
