"""A notebook as Markdown.

The notebooks of the repository have no outputs. `make docs` runs them first and leaves the copies with outputs in
build/docs/notebooks. If that notebook is missing or older than its source, the page shows the cells without outputs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

EXECUTED = Path(__file__).parents[2] / "build" / "docs" / "notebooks"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def markdown(path: Path) -> str:
    """The cells in order, with the text of their outputs where the notebook has been run."""
    notebook = _read(path)
    copy = EXECUTED / path.name
    if copy.exists() and _sources(ran := _read(copy)) == _sources(notebook):
        notebook = ran
    return "\n\n".join(block for cell in notebook["cells"] for block in _blocks(cell)) + "\n"


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _sources(notebook: Any) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def _blocks(cell: Any) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
    elif cell["cell_type"] == "code":
        yield _fenced(source, "ipython3")
        if said := "".join(map(_text, cell["outputs"])).strip("\n"):
            yield f"{{.output}}\n{_fenced(said, 'text')}"


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _text(output: Any) -> str:
    """The plain text of one output, ending with a newline."""
    said = "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return COLOURS.sub("", said).rstrip("\n") + "\n" if said else ""
