"""The directive `walk`: a picture of a call on its way through the folders, drawn from text.

    ```{walk} Title of the picture
    folder  module.py   what happens there
    ```

Each folder is a column, each line a row with a dot in its folder's column; a path connects the dots from top to bottom.
The picture is SVG in the page, in the colours of the theme. On a Git host the text itself is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

COLUMN = 42
ROW = 46
HEAD = 62
LABEL = 430
LETTERS = 70
"""So many fit into one line of a label."""


@dataclass(frozen=True)
class Step:
    """One row: where, in which file, and what happens."""

    folder: str
    place: str
    text: str


class Walk(Directive):
    """Draws its content."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"columns": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The picture as one raw node."""
        found = steps("\n".join(self.content))
        columns = self.options.get("columns", "").split() or list(dict.fromkeys(s.folder for s in found))
        if unknown := [s.folder for s in found if s.folder not in columns]:
            raise self.error(f"no column for {', '.join(unknown)}")
        return [nodes.raw("", drawn(self.arguments[0], found, columns), format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("walk", Walk)
    return {"parallel_read_safe": True}


def steps(text: str) -> list[Step]:
    """The rows of the text: folder, file and sentence, two or more spaces between them."""
    return [Step(*re.split(r"\s{2,}", line.strip(), maxsplit=2)) for line in text.splitlines() if line.strip()]


def drawn(title: str, found: list[Step], columns: list[str]) -> str:
    """The picture as SVG in a figure that scrolls where the page is narrow."""
    width, height = len(columns) * COLUMN + LABEL, HEAD + len(found) * ROW + 12
    body = "".join([*_columns(columns, height), _path(found, columns), *_rows(found, columns)])
    return (
        f'<figure class="walk"><svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">{body}</svg><figcaption>{escape(title)}</figcaption></figure>'
    )


def _columns(columns: list[str], height: int) -> Iterator[str]:
    for number, name in enumerate(columns):
        x = _x(number)
        yield f'<text class="walk-head" transform="translate({x} {HEAD - 8}) rotate(-45)">{escape(name)}</text>'
        yield f'<line class="walk-column" x1="{x}" y1="{HEAD}" x2="{x}" y2="{height - 8}"/>'


def _path(found: list[Step], columns: list[str]) -> str:
    points = [(_x(columns.index(s.folder)), _y(row)) for row, s in enumerate(found)]
    turns = [f"M {points[0][0]} {points[0][1]}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) / 2
        turns.append(f"C {x1} {middle} {x2} {middle} {x2} {y2}")
    return f'<path class="walk-path" d="{" ".join(turns)}"/>'


def _rows(found: list[Step], columns: list[str]) -> Iterator[str]:
    edge = len(columns) * COLUMN + 6
    for row, step in enumerate(found):
        x, y = _x(columns.index(step.folder)), _y(row)
        yield f'<line class="walk-guide" x1="{x}" y1="{y}" x2="{edge}" y2="{y}"/>'
        yield f'<circle class="walk-dot" cx="{x}" cy="{y}" r="5"/>'
        yield f'<text class="walk-place" x="{edge + 8}" y="{y - 6}">{escape(step.place)}</text>'
        for number, line in enumerate(wrap(step.text, LETTERS)):
            yield f'<text class="walk-text" x="{edge + 8}" y="{y + 8 + 13 * number}">{escape(line)}</text>'


def _x(column: int) -> float:
    return (column + 0.5) * COLUMN


def _y(row: int) -> float:
    return HEAD + (row + 0.5) * ROW
