"""The parts of a view before it becomes text or HTML: lines, tables, code and folds.

A view builds blocks from model objects; text.py and html.py render them. So text and HTML always have the same content.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

Style = Literal["plain", "strong", "dim", "good", "bad", "warn", "accent", "code", "graph"]
Mark = Literal["", "added", "removed", "changed", "same", "current", "lost"]
SIGNS: dict[Mark, str] = {
    "": "", "added": "+", "removed": "-", "changed": "~", "same": "", "current": "*", "lost": "!",
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A run of text in one style. hint: a tooltip."""

    text: str
    style: Style = "plain"
    hint: str = ""


@dataclass(frozen=True)
class HistogramBars:
    """A histogram: counts in equal bins from `low` to `high`."""

    counts: tuple[int, ...]
    low: str = ""
    high: str = ""


Cell = str | Span | HistogramBars | tuple[str | Span, ...]


@dataclass(frozen=True)
class TextLine:
    """One line of spans, joined without a separator."""

    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Title:
    """A heading. level: 1 for the view, 2 for a section of it."""

    spans: tuple[Span, ...]
    level: int = 1


@dataclass(frozen=True)
class TableRow:
    """A row of a table and its mark."""

    cells: tuple[Cell, ...]
    mark: Mark = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Columns: headings ("" for none; without any there is no heading row). right: numbers of right-aligned columns.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CodeBlock:
    """Lines of source code or of a unified diff. whole: long lines are never cut, because a program reads them."""

    lines: tuple[str, ...]
    diff: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Fold:
    """Blocks under a summary that can be collapsed in HTML.

    in_text: False if a terminal shows only the summary.
    """

    summary: tuple[Span, ...]
    blocks: tuple[Block, ...]
    is_open: bool = False
    in_text: bool = True


Block = TextLine | Title | Table | CodeBlock | Fold


@dataclass(frozen=True)
class Document:
    """A whole view. label: its accessible name."""

    blocks: tuple[Block, ...]
    label: str = ""


def spans(*pieces: str | Span) -> tuple[Span, ...]:
    """Convert pieces to spans; strings get the plain style."""
    return tuple(p if isinstance(p, Span) else Span(p) for p in pieces)


def line(*pieces: str | Span) -> TextLine:
    """A line made of pieces."""
    return TextLine(spans(*pieces))


def title(*pieces: str | Span, level: int = 1) -> Title:
    """A heading made of pieces; strings get the strong style."""
    return Title(tuple(Span(s.text, "strong", s.hint) if s.style == "plain" else s for s in spans(*pieces)), level)


def strong(text: object) -> Span:
    """Emphasized text."""
    return Span(str(text), "strong")


def dim(text: object, hint: str = "") -> Span:
    """De-emphasized text. hint: a tooltip."""
    return Span(str(text), "dim", hint)


def cell_spans(cell: Cell) -> tuple[Span, ...]:
    """A cell as spans; a chart becomes small bars in text."""
    if isinstance(cell, HistogramBars):
        return (Span(bars(cell), "dim"),)
    return spans(*cell) if isinstance(cell, tuple) else spans(cell)


MOST_ROWS = 40
"""A longer table is folded after this many rows, so that 300 names do not give an output of 300 lines."""


def cut(table: Table) -> Iterator[Table | Fold]:
    """Yield the first rows of a table, and the remaining rows in a fold."""
    over = len(table.rows) - MOST_ROWS
    if over <= MOST_ROWS // 8:  # A line "and 3 more" would not save space.
        yield table
        return
    yield replace(table, rows=table.rows[:MOST_ROWS])
    yield Fold(spans(dim(f"and {over:,} more")), (replace(table, rows=table.rows[MOST_ROWS:]),), in_text=False)


def bars(chart: HistogramBars) -> str:
    """The chart in block characters, one per bin."""
    top = max(chart.counts, default=0)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * c / top)] if top and c else " " for c in chart.counts)


def plain(pieces: tuple[Span, ...]) -> str:
    """The text of spans without style."""
    return "".join(visible(s.text) for s in pieces)


def without_empty(table: Table) -> Table:
    """The table without columns that are empty in all rows."""
    kept = [i for i in range(len(table.columns)) if any(plain(cell_spans(r.cells[i])).strip() for r in table.rows)]
    return Table(
        tuple(table.columns[i] for i in kept),
        tuple(TableRow(tuple(r.cells[i] for i in kept), r.mark) for r in table.rows),
        frozenset(at for at, i in enumerate(kept) if i in table.right),
    )
