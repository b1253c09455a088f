"""The cells on which some names depend, where that can be told from the code without running it.

Whole cells are kept. What cells do besides assigning names (settings of libraries, files that are written and read
again) keeps a cell as well. Code that hides what it does (shell lines, `exec`, star imports) makes a slice impossible.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.bundle import side_effects
from nbmodelver.bundle.cell_syntax import syntax_tree
from nbmodelver.bundle.notebooks import without_our_magics
from nbmodelver.comparison.code.statements import slice_of, statements_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbmodelver.model import Cell, Json

_RESULT = "__wanted__"
_HIDING = frozenset(
    {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__", "import_module", "get_ipython"}
)


@dataclass(frozen=True)
class CellSlice:
    """The cells that some names need, as positions.

    why_not: the reason for which all cells are kept, "" if the slice could be made.
    """

    kept: tuple[int, ...]
    left_out: tuple[int, ...] = ()
    why_not: str = ""

    def to_dict(self, cells: Sequence[Cell], names: Iterable[str]) -> dict[str, Json]:
        """Return the entry of bundle.json."""
        found: dict[str, Json] = {"names": [*sorted(names)], "kept": len(self.kept)}
        if self.why_not:
            return {**found, "why_not": self.why_not}
        left: list[Json] = [{"cell": at + 1, "begins": _first_line(cells[at].source)} for at in self.said(cells)]
        return {**found, "left_out": left}

    def said(self, cells: Sequence[Cell]) -> Iterator[int]:
        """Yield the positions of the cells that were left out and do something else than call nbmodelver."""
        return (at for at in self.left_out if without_our_magics(cells[at].source).strip())


def sliced(cells: Sequence[Cell], names: Iterable[str], expressions: Iterable[str] = ()) -> CellSlice:
    """Return the cells that the names and expressions depend on; all of them, with the reason, if it cannot be told."""
    every = tuple(range(len(cells)))
    reason = next((why for at, cell in enumerate(cells) if (why := _why_not(at, cell))), "")
    if reason:
        return CellSlice(every, why_not=reason)
    program = [one for at, cell in enumerate(cells) for one in statements_of(cell.source, at)]
    asked = [f"{_RESULT} = ({text})" for text in (*(n for n in names if n.isidentifier()), *expressions)]
    wanted = [one for text in asked for one in statements_of(text, len(cells))]
    start = [name for one in wanted for name in one.names.reads]
    trees = [syntax_tree(without_our_magics(cell.source)) for cell in cells]
    modules = set().union(*map(side_effects.imported, trees))
    acting = {at for at, tree in enumerate(trees) if side_effects.has_effect(tree, modules)}
    for one in program:
        if one.cell in acting:
            start += one.names.reads
    found = slice_of([*program, *wanted], start, lambda _name: False)
    kept = {one.cell for one in found.statements if one.cell < len(cells)} | acting
    return CellSlice(tuple(sorted(kept)), tuple(at for at in every if at not in kept))


def _why_not(at: int, cell: Cell) -> str:
    source = without_our_magics(cell.source)
    if not cell.ok:
        return f"cell {at + 1} raised an exception"
    lines = [line.strip() for line in source.splitlines()]
    if any(line.startswith(("!", "%", "?")) for line in lines):
        return f"cell {at + 1} has a line of the shell or of IPython"
    if source.strip() and not syntax_tree(source).body and not all(line.startswith("#") for line in lines if line):
        return f"cell {at + 1} is not plain Python"
    for node in ast.walk(syntax_tree(source)):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return f"cell {at + 1} imports all names of a module"
        if isinstance(node, ast.Call) and side_effects.called(node) in _HIDING:
            return f"cell {at + 1} calls {side_effects.called(node)}"
    return ""


def _first_line(source: str) -> str:
    return next((line.strip()[:80] for line in source.splitlines() if line.strip()), "")


def note(found: CellSlice, cells: Sequence[Cell], names: Iterable[str]) -> str:
    """Return Markdown for the head of the notebook: what was left out and why."""
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    if found.why_not:
        return f"All cells are here, because {found.why_not}: what {listed} depend on cannot be told from the code."
    if not list(found.said(cells)):
        return f"All cells are here: {listed} depend on each of them."
    lines = [f"- cell {at + 1}: `{_first_line(cells[at].source).replace('`', ' ')}`" for at in found.said(cells)]
    return "\n".join([f"Only the cells on which {listed} depend are here. Left out, because they do not:", "", *lines])


def kept_cells(found: CellSlice, cells: Sequence[Cell]) -> Iterator[Cell]:
    """Yield the cells of a slice."""
    return (cells[at] for at in found.kept)
