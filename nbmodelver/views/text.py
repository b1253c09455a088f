"""Renders blocks as text for a terminal: aligned by display width, within a maximum width, coloured only on request."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from wcwidth import wcswidth, wcwidth

from nbmodelver.views.blocks import (
    SIGNS,
    Block,
    CodeBlock,
    Document,
    Fold,
    Mark,
    Span,
    Style,
    Table,
    TableRow,
    TextLine,
    Title,
)
from nbmodelver.views.blocks import cell_spans as cell_spans_of
from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP = "  "
NARROWEST = 6
MAX_WHOLE = 1_000_000
COLOURS: dict[Style, str] = {
    "plain": "", "strong": "1", "dim": "2", "good": "32", "bad": "31", "warn": "33", "accent": "36", "code": "",
    "graph": "36",
}  # fmt: skip
MARK_STYLES: dict[Mark, Style] = {
    "": "plain", "added": "good", "removed": "bad", "changed": "warn", "same": "plain", "current": "accent",
    "lost": "bad",
}  # fmt: skip


def to_text(document: Document, width: int = 100, *, colour: bool = False) -> str:
    """The document as lines of at most `width` cells, without a final newline."""
    drawn = _TextDrawing(max(width, 20), colour)
    return "\n".join(line.rstrip() for line in drawn.blocks(document.blocks))


def text_width(text: str) -> int:
    """The number of terminal cells of a text: two for East Asian wide characters, none for combining ones."""
    return max(wcswidth(text), 0) if not text.isascii() else len(text)


class _TextDrawing:
    """One rendering: its width, and whether it is coloured."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self.colour = colour

    def blocks(self, blocks: Sequence[Block], indent: str = "") -> Iterator[str]:
        for i, block in enumerate(blocks):
            if i and _stands_apart(block, blocks[i - 1]):
                yield ""
            yield from (indent + drawn for drawn in self.block(block, self.width - len(indent)))

    def block(self, block: Block, width: int) -> Iterator[str]:
        if isinstance(block, TextLine | Title):
            yield from (self.spans(row, width) for row in wrapped(block.spans, width))
        elif isinstance(block, Table):
            yield from self.table(block, width)
        elif isinstance(block, CodeBlock):
            yield from (self.code_line(text, block.diff, MAX_WHOLE if block.whole else width) for text in block.lines)
        else:
            yield self.spans(block.summary, width)
            if block.in_text:
                yield from self.blocks(block.blocks, GAP)

    def spans(self, pieces: Sequence[Span], width: int) -> str:
        out, left = "", width
        for piece in pieces:
            shown = cut(visible(piece.text), left)
            out += self.painted(shown, piece.style)
            left -= text_width(shown)
        return out

    def painted(self, text: str, style: Style) -> str:
        code = COLOURS[style]
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text

    def code_line(self, text: str, diff: bool, width: int) -> str:
        style: Style = "plain"
        if diff:
            style = {"+": "good", "-": "bad", "@": "accent"}.get(text[:1], "plain")  # type: ignore[assignment]
        return self.painted(cut(visible(text, lines=True).replace("\n", "\\n"), width), style)

    def table(self, table: Table, width: int) -> Iterator[str]:
        marked = any(SIGNS[row.mark] for row in table.rows)
        room = width - (2 if marked else 0)
        widths = _widths(table, room)
        if any(table.columns):
            heads = TableRow(tuple(Span(c, "dim") for c in table.columns))
            yield self.row(heads, table, widths, marked)
        for row in table.rows:
            yield self.row(row, table, widths, marked)

    def row(self, row: TableRow, table: Table, widths: Sequence[int], marked: bool) -> str:
        sign = f"{SIGNS[row.mark] or ' '} " if marked else ""
        cells = []
        for i, (cell, wide) in enumerate(zip_longest(row.cells[: len(widths)], widths, fillvalue="")):
            pieces = cell_spans_of(cell)
            drawn = self.spans(pieces, int(wide or 0))
            pad = " " * (int(wide or 0) - min(_cells(pieces), int(wide or 0)))
            cells.append(pad + drawn if i in table.right else drawn + pad)
        return self.painted(sign, MARK_STYLES[row.mark]) + GAP.join(cells).rstrip()


def wrapped(pieces: Sequence[Span], width: int) -> Iterator[list[Span]]:
    """Yield the spans in lines of at most `width` cells, broken at spaces. Continuation lines are indented.

    Code, such as a command, is only broken if it does not fit on a line.
    """
    row: list[Span] = []
    used = 0
    for piece in pieces:
        text = visible(piece.text)
        is_whole = piece.style == "code" and text_width(text) <= width - 4
        for word in [text] if is_whole else re.findall(r" *[^ ]+| +$", text):
            shown = word
            if used and used + text_width(word.rstrip()) > width:
                yield row
                row, used, shown = [Span("    ")], 4, word.lstrip()
            row.append(Span(shown, piece.style))
            used += text_width(shown)
    yield row


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells; "…" marks a cut."""
    if text_width(text) <= width:
        return text
    out, used = "", 0
    for char in text:
        wide = max(wcwidth(char), 0)
        if used + wide > width - 1:
            break
        out, used = out + char, used + wide
    return out + "…" if width > 0 else ""


def _cells(pieces: Sequence[Span]) -> int:
    return sum(text_width(visible(p.text)) for p in pieces)


def _widths(table: Table, room: int) -> list[int]:
    """The widths of the columns: as wide as needed, with the widest reduced until all fit."""
    widths = [text_width(visible(c)) for c in table.columns]
    for row in table.rows:
        for i, cell in enumerate(row.cells[: len(widths)]):
            widths[i] = max(widths[i], _cells(cell_spans_of(cell)))
    over = sum(widths) + len(GAP) * (len(widths) - 1) - room
    while over > 0 and max(widths, default=0) > NARROWEST:
        widest = widths.index(max(widths))
        second = max([w for i, w in enumerate(widths) if i != widest], default=0)
        step = min(over, max(1, widths[widest] - max(second, NARROWEST)))
        widths[widest] -= step
        over -= step
    while over > 0 and len(widths) > 1:  # In a very narrow terminal, columns that do not fit are left out.
        over -= widths.pop() + len(GAP)
    return widths


def _stands_apart(block: Block, before: Block) -> bool:
    """True if an empty line goes between two blocks: before each section, but not directly below a heading."""
    if isinstance(before, Title) and before.level > 1:
        return False
    return isinstance(block, Title | Fold) or (isinstance(block, Table) and isinstance(before, Table | CodeBlock))
