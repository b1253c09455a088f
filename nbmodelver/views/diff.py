"""A comparison of two versions, section by section; unchanged sections are named in one line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import (
    Block,
    Cell,
    CodeBlock,
    Document,
    Fold,
    Span,
    Style,
    Table,
    TableRow,
    TextLine,
    cut,
    dim,
    line,
    spans,
    strong,
    title,
)
from nbmodelver.views.commit import verdict
from nbmodelver.views.figures import plural, signed, size
from nbmodelver.views.shown import Shown
from nbmodelver.views.values import value_cell, value_pair, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Diff, Section, Version
    from nbmodelver.model import Row as DiffRow

NUMERIC = (int, float)
TEXTUAL = (str, list, dict)
SUMMARIZED = frozenset({"rows", "slices", "labels", "coefficients", "training", "layers", "trees", "predictions"})
"""Sections whose note says in one sentence what the rows show: it comes first."""
DETAILS = {"more-coefficients": "coefficient", "optimizer-state": "tensor"}
"""What a folded section counts."""
NOUNS = {
    "names": "variable",
    "params": "parameter",
    "metrics": "metric",
    "packages": "package",
    "modules": "module",
    "inputs": "input file",
}


def diff(found: Diff) -> Shown:
    """The comparison: each section that differs as a table or a text diff, the rest in one line."""
    blocks: list[Block] = [title(*_sides(found.before, found.after))]
    for section in found.sections:
        if section.folded and section.differs:
            blocks += _folded(section, found)
        elif section.differs or section.note:
            blocks += section_blocks(section)
    changed = {r.cells[0] for s in found.sections if s.id == "names" for r in s.rows if r.status == "changed"}
    quiet = [s for s in found.sections if not s.differs and not s.note]
    inside = [s for s in quiet if s.id.startswith("profile.") and s.title in changed]
    seen = {s.id.partition(".")[2] for s in found.sections if s.differs}
    unseen = [s.title for s in inside if not s.charts and s.title not in seen]
    if unseen:
        blocks.append(line(dim(f"changed, but the profile shows no difference: {', '.join(unseen)}")))
    same = [s.title for s in quiet if s not in inside]
    if same:
        blocks.append(line(dim(f"unchanged: {', '.join(same)}")))
    if not any(s.differs for s in found.sections):
        blocks.append(line("no differences"))
    return Shown(Document(tuple(blocks), f"{found.before.name} compared with {found.after.name}"), found)


def _folded(section: Section, found: Diff) -> Iterator[Block]:
    """Yield details: a fold in HTML, one line with the command in text."""
    count = sum(r.status != "same" for r in section.rows)
    what, _, name = section.id.partition(".")
    command = f"%mv_diff {found.before.name} {found.after.name} {name}"
    has_rows = any(s.id == f"rows.{name}" for s in found.sections) and what == "profile"
    noun = DETAILS.get(what, "fact")
    counted = f"{plural(count, 'statistic')} of its columns" if has_rows else plural(count, noun)
    said = spans(dim(f"{section.title}: {counted} changed · "), Span(command, "code"))
    yield Fold(said, tuple(section_blocks(section)), in_text=False)


def _sides(before: Version, after: Version) -> Iterator[str | Span]:
    for i, version in enumerate((before, after)):
        yield from (dim(" → "),) if i else ()
        yield strong(version.name)
        yield dim(f" {version.message}" if version.message else "")


def section_blocks(section: Section) -> Iterator[Block]:
    """Yield one section: differing rows as a table, equal rows in a fold, then the text diff and the note.

    The note is first if it summarizes the rows.
    """
    changed = [r for r in section.rows if r.status != "same"]
    same = [r for r in section.rows if r.status == "same"]
    said = f"{plural(len(same), NOUNS.get(section.id, 'row'))} unchanged"
    yield title(section.title, level=2)
    is_summary = section.id.partition(".")[0] in SUMMARIZED
    if section.note and is_summary:
        yield line(section.note)
    if section.id == "alarms":
        yield from map(_alarm, changed)
    elif changed:
        yield from cut(_table(section, changed))
    if same and len(same) <= 3 and not changed:
        yield _table(section, same)
    elif same:
        yield (Fold(spans(dim(said)), (_table(section, same),), in_text=False) if changed else line(dim(said)))
    if section.lines:
        yield CodeBlock(section.lines, diff=True)
    if section.note and not is_summary:
        yield line(dim(section.note))


def _alarm(row: DiffRow) -> TextLine:
    """A finding in one line: its sentence is not cut, as it would be in a table."""
    level, text, since, finding = map(str, row.cells)
    sign: Span = Span("! ", "bad", "alarm") if level == "alarm" else dim(f"{level}: ")
    style: Style = "bad" if level == "alarm" else "plain"
    return line(sign, Span(text, style), dim(f" · since {since} · "), Span(finding, "code"))


def _table(section: Section, rows: Sequence[DiffRow]) -> Table:
    if section.columns[-1:] == ("change",) and all(r.cells[-1] is None for r in rows):  # No number among them.
        section = replace(section, columns=section.columns[:-1])
        rows = [replace(r, cells=r.cells[:-1]) for r in rows]
    drawn = tuple(TableRow(tuple(_cells(section, r)), r.status) for r in rows)
    right = {i for i in range(len(section.columns)) if _all_numbers(rows, i)}
    return Table(section.columns, drawn, frozenset(right))


def _cells(section: Section, row: DiffRow) -> Iterator[Cell]:
    """Yield the cells of a row. In a parameter table, None is a value on the sides that have the parameter."""
    sides = {"added": (2,), "removed": (1,)}.get(row.status, (1, 2)) if section.id == "params" else ()
    changed = row.status == "changed" and len(row.cells) > 2
    texts = value_pair(*row.cells[1:3]) if changed and all(isinstance(c, TEXTUAL) for c in row.cells[1:3]) else None
    for i, value in enumerate(row.cells):
        cell = value_text(value) if i in sides else value_cell(value)
        if texts and i in (1, 2) and isinstance(cell, str):
            cell = texts[i - 1]
        if isinstance(value, NUMERIC) and not isinstance(value, bool):
            cell = signed(value) if section.columns[i] == "change" else size(value) if section.id == "names" else cell
        direction = section.directions.get(str(row.cells[0]))
        if direction and section.columns[i] == "change" and isinstance(value, NUMERIC):
            style = verdict(value, direction)
            hint = "" if direction == "unknown" else f"{direction} is better"
            cell = Span(str(cell), "plain" if style == "dim" else style, hint)
        yield strong(cell) if i == 0 and isinstance(cell, str) and row.status != "same" else cell


def _all_numbers(rows: Sequence[DiffRow], at: int) -> bool:
    found = [r.cells[at] for r in rows if at < len(r.cells) and r.cells[at] is not None]
    return bool(found) and all(isinstance(v, NUMERIC) and not isinstance(v, bool) for v in found)
