"""Docstrings of this project as reStructuredText.

They are plain text: Markdown's backticks, and "name: meaning" for an argument or a field, several in a paragraph.
Here backticks become literals and each argument an item of a list.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CODE = re.compile(r"(?<![`:\w])`([^`\n]+)`(?!`)")
SPECIAL = re.compile(r"(?<!\\)([*|]|(?<=\w)_(?!\w))")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", process)
    return {"parallel_read_safe": True}


def process(_app: Sphinx, _what: str, _name: str, obj: Any, _options: Any, lines: list[str]) -> None:
    """Replace the lines of a docstring."""
    lines[:] = converted("\n".join(lines), names_of(obj)).split("\n")


def names_of(obj: Any) -> list[str]:
    """The arguments of a function or the fields of a dataclass."""
    if dataclasses.is_dataclass(obj):
        return [f.name for f in dataclasses.fields(obj)]
    try:
        return list(inspect.signature(obj).parameters)
    except (TypeError, ValueError):
        return []


def converted(text: str, names: list[str]) -> str:
    """The docstring as reStructuredText."""
    return "\n\n".join(_paragraph(p, names) for p in re.split(r"\n\s*\n", text.strip()))


def _paragraph(text: str, names: list[str]) -> str:
    if text.startswith("    "):
        return f"::\n\n{text}"
    pieces = CODE.split(text)  # every second piece is code
    pieces[::2] = [SPECIAL.sub(r"\\\1", piece) for piece in pieces[::2]]
    pieces[1::2] = [f"``{piece}``" for piece in pieces[1::2]]
    said = " ".join("".join(pieces).split())
    return _listed(said, names) if names else said


def _listed(text: str, names: list[str]) -> str:
    """The text with a new item at each "name: "."""
    text, *outcome = re.split(r"(?<=[.;)] )(?=(?:Raises|Warns) )", text, maxsplit=1)
    escaped = "|".join(re.escape(SPECIAL.sub(r"\\\1", n)) for n in sorted(names, key=len, reverse=True))
    begins = rf"(?:^|(?<=[.;)] ))((?:{escaped})(?:(?:, | and )(?:{escaped}))*): "
    first, *rest = re.split(begins, text)
    items = [f"- **{name}**: {said.strip()}" for name, said in zip(rest[::2], rest[1::2], strict=True)]
    return "\n\n".join(filter(None, [first.strip(), "\n".join(items), *outcome]))
