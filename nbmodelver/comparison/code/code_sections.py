"""The difference of the cells that ran: those that can have fed a metric or a variable first, then the others.

What feeds a name is read from the statements (statements.py), so a cell may be listed that had no effect, and changes
through an alias or exec are not seen.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.statements import slice_of, statements_of
from nbmodelver.model import Section

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from nbmodelver.model import Cell, Version

MOST_NAMED = 4
RESULT = "__wanted__"


def code_sections(
    before: Sequence[Cell], after: Sequence[Cell], expressions: Mapping[str, str] | None = None
) -> Iterator[Section]:
    """Yield unified diffs of the cells that led from the common ancestor to each version.

    expressions: what the first section is about -> an expression; () for one section of all cells.
    """
    sides = [[cell for cell in cells if not cell.only_looks] for cells in (before, after)]
    wanted = expressions or {}
    feeding = [_feeding(cells, wanted.values()) for cells in sides]
    if not any(feeding):
        yield Section("code", "Code", lines=_diff(*sides))
        return
    first = [[c for i, c in enumerate(cells) if i in fed] for cells, fed in zip(sides, feeding, strict=True)]
    rest = [[c for i, c in enumerate(cells) if i not in fed] for cells, fed in zip(sides, feeding, strict=True)]
    more = f" and {len(wanted) - MOST_NAMED} more" if len(wanted) > MOST_NAMED else ""
    what = f"{', '.join([*wanted][:MOST_NAMED])}{more}"
    yield Section("code", f"Code that can have fed {what}", lines=_diff(*first))
    yield Section("code.other", "Other code", lines=_diff(*rest))


def what_to_feed(before: Version, after: Version, names: Sequence[str]) -> dict[str, str]:
    """Return name -> expression of what the code is searched for: the compared names, else the changed metrics."""
    if names:
        return {name: name for name in names if name.isidentifier()}
    found = {}
    for metric, value in after.metrics.items():
        old = before.metrics.get(metric)
        expression = after.expressions.get(metric) or before.expressions.get(metric) or ""
        if old is not None and old != value and expression:
            found[metric] = expression
    return found


def _feeding(cells: Sequence[Cell], expressions: Collection[str]) -> frozenset[int]:
    """The positions of the cells that the expressions depend on."""
    program = [one for i, cell in enumerate(cells) if cell.ok for one in statements_of(cell.source, i)]
    wanted = [one for e in expressions for one in statements_of(f"{RESULT} = ({e})", len(cells))]
    found = slice_of([*program, *wanted], [n for one in wanted for n in one.names.reads], lambda _name: False)
    return frozenset(one.cell for one in found.statements if one.cell < len(cells))


def _diff(before: Sequence[Cell], after: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=2))[2:]


def _lines(cells: Sequence[Cell]) -> list[str]:
    return "\n\n".join(cell.source.rstrip() for cell in cells).splitlines()
