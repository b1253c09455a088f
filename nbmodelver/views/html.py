"""Renders blocks as a self-contained HTML fragment. All text is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import (
    SIGNS,
    Block,
    Cell,
    CodeBlock,
    Document,
    HistogramBars,
    Mark,
    Span,
    Table,
    TableRow,
    TextLine,
    Title,
    plain,
)
from nbmodelver.views.blocks import cell_spans as cell_spans_of
from nbmodelver.views.style import STYLE
from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK_STYLES: dict[Mark, str] = {
    "": "dim", "added": "good", "removed": "bad", "changed": "warn", "same": "dim", "current": "accent", "lost": "bad",
}  # fmt: skip
MARK_WORDS: dict[Mark, str] = {
    "": "", "added": "added", "removed": "removed", "changed": "changed", "same": "", "current": "current",
    "lost": "cannot be restored",
}  # fmt: skip


def to_html(document: Document) -> str:
    """The document as one `div` with its own style, safe for any page."""
    label = f' role="group" aria-label="{_safe(document.label)}"' if document.label else ""
    return f'{STYLE}<div class="nbmv"{label}>{"".join(map(_block, document.blocks))}</div>'


def _safe(text: object) -> str:
    return escape(visible(text), quote=True)


def _block(block: Block) -> str:
    if isinstance(block, TextLine):
        return f'<div class="nbmv-line">{_spans(block.spans)}</div>'
    if isinstance(block, Title):
        role = f'role="heading" aria-level="{block.level + 2}"'
        return f'<div class="nbmv-h{block.level}" {role}>{_spans(block.spans)}</div>'
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, CodeBlock):
        return f"<pre>{''.join(_code(text, block.diff) for text in block.lines)}</pre>"
    inner = "".join(map(_block, block.blocks))
    summary = f"<summary>{_spans(block.summary)}</summary>"
    return f"<details{' open' if block.is_open else ''}>{summary}<div>{inner}</div></details>"


def _spans(pieces: Sequence[Span]) -> str:
    return "".join(map(_span, pieces))


def _span(piece: Span) -> str:
    text = _safe(piece.text)
    if piece.style == "plain" and not piece.hint:
        return text
    hint = f' title="{_safe(piece.hint)}"' if piece.hint else ""
    return f'<span class="nbmv-{piece.style}"{hint}>{text}</span>'


def _code(text: str, diff: bool) -> str:
    name = {"+": "nbmv-add", "-": "nbmv-del", "@": "nbmv-at"}.get(text[:1], "") if diff else ""
    shown = escape(visible(text, lines=True), quote=True)
    return f'<span class="{name}">{shown}</span>' if name else f"<span>{shown}</span>"


def _table(table: Table) -> str:
    marked = any(SIGNS[row.mark] for row in table.rows)
    head = ""
    if any(table.columns):
        cells = "".join(f"<th{_right(table, i)}>{_safe(c)}</th>" for i, c in enumerate(table.columns))
        head = f"<thead><tr>{'<th></th>' if marked else ''}{cells}</tr></thead>"
    return f"<table>{head}<tbody>{''.join(_rows(table, marked))}</tbody></table>"


def _rows(table: Table, marked: bool) -> Iterator[str]:
    for row in table.rows:
        cells = "".join(f"<td{_right(table, i)}>{_cell(c)}</td>" for i, c in enumerate(row.cells))
        yield f"<tr{' class=nbmv-same' if row.mark == 'same' else ''}>{_mark(row) if marked else ''}{cells}</tr>"


def _mark(row: TableRow) -> str:
    words = f' title="{MARK_WORDS[row.mark]}" aria-label="{MARK_WORDS[row.mark]}"' if MARK_WORDS[row.mark] else ""
    return f'<td class="nbmv-m nbmv-{MARK_STYLES[row.mark]}"{words}>{SIGNS[row.mark]}</td>'


def _right(table: Table, at: int) -> str:
    return ' class="nbmv-r"' if at in table.right else ""


def _cell(cell: Cell) -> str:
    return _chart(cell) if isinstance(cell, HistogramBars) else _spans(cell_spans_of(cell))


def _chart(chart: HistogramBars) -> str:
    """The histogram as an SVG, 5 by 20 pixels per bin; its accessible name is the range."""
    top = max(chart.counts, default=0) or 1
    drawn = "".join(
        f'<rect x="{5 * i}" y="{20 - height}" width="4" height="{height}"/>'
        for i, height in enumerate(max(round(20 * c / top), 1 if c else 0) for c in chart.counts)
    )
    name = _safe(f"{chart.low} to {chart.high}: {plain((Span(' '.join(map(str, chart.counts))),))}")
    width = 5 * len(chart.counts)
    return f'<svg role="img" width="{width}" height="20" aria-label="{name}"><title>{name}</title>{drawn}</svg>'
