"""What a view consists of, before it is text or HTML: lines, tables, code and folds.

A view builds blocks out of model objects; text.py and html.py draw them. So both faces always say the same.
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
    """A run of text in one style. hint: more about it, where there is a pointer to hover with."""

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
    """One line of spans, joined without anything between."""

    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Title:
    """The heading of what follows. level: 1 for the view, 2 for a part of it."""

    spans: tuple[Span, ...]
    level: int = 1


@dataclass(frozen=True)
class TableRow:
    """A table's row and its mark."""

    cells: tuple[Cell, ...]
    mark: Mark = ""


@dataclass(frozen=True)
class Table:
    """Columns with headings ("" for none; all empty: no heading row). right: columns that align right."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CodeBlock:
    """Lines of source, or of a unified diff."""

    lines: tuple[str, ...]
    diff: bool = False


@dataclass(frozen=True)
class Fold:
    """Blocks under a summary that can be closed where there is a pointer.

    in_text: False for what only fills a terminal; then the summary stands alone there.
    """

    summary: tuple[Span, ...]
    blocks: tuple[Block, ...]
    is_open: bool = False
    in_text: bool = True


Block = TextLine | Title | Table | CodeBlock | Fold


@dataclass(frozen=True)
class Document:
    """A whole view. label: what it is, for screen readers."""

    blocks: tuple[Block, ...]
    label: str = ""


def spans(*pieces: str | Span) -> tuple[Span, ...]:
    """Pieces as spans; plain text stays plain."""
    return tuple(p if isinstance(p, Span) else Span(p) for p in pieces)


def line(*pieces: str | Span) -> TextLine:
    """A line of pieces."""
    return TextLine(spans(*pieces))


def title(*pieces: str | Span, level: int = 1) -> Title:
    """A heading of pieces, strong where they are plain."""
    return Title(tuple(Span(s.text, "strong", s.hint) if s.style == "plain" else s for s in spans(*pieces)), level)


def strong(text: object) -> Span:
    """A text that stands out."""
    return Span(str(text), "strong")


def dim(text: object, hint: str = "") -> Span:
    """A text that stands back."""
    return Span(str(text), "dim", hint)


def cell_spans(cell: Cell) -> tuple[Span, ...]:
    """A cell as spans; a chart as small bars in text."""
    if isinstance(cell, HistogramBars):
        return (Span(bars(cell), "dim"),)
    return spans(*cell) if isinstance(cell, tuple) else spans(cell)


MOST_ROWS = 40
"""Of a longer table the rest is folded: a notebook of 300 names is not an output of 300 lines."""


def cut(table: Table) -> Iterator[Table | Fold]:
    """A table; of a long one its first rows, and the others to be opened where there is a pointer."""
    over = len(table.rows) - MOST_ROWS
    if over <= MOST_ROWS // 8:  # "and 3 more" would not be shorter.
        yield table
        return
    yield replace(table, rows=table.rows[:MOST_ROWS])
    yield Fold(spans(dim(f"and {over:,} more")), (replace(table, rows=table.rows[MOST_ROWS:]),), in_text=False)


def bars(chart: HistogramBars) -> str:
    """The chart in block characters, one a bin."""
    top = max(chart.counts, default=0)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * c / top)] if top and c else " " for c in chart.counts)


def plain(pieces: tuple[Span, ...]) -> str:
    """The visible text of spans."""
    return "".join(visible(s.text) for s in pieces)
