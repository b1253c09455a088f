"""Finds the names that a version's cells use to make its models, from the source. Nothing is run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Cell, Version


def names_used(version: Version, cells: Sequence[Cell]) -> frozenset[str]:
    """The names in statements that mention a model of the version, in the cells that produced it."""
    found: set[str] = set()
    for kept in version.kept.values():
        if kept.kind == "model" and kept.cell is not None and kept.cell < len(cells):
            for names in _statements(cells[kept.cell].source):
                found |= names if kept.name in names else set()
    return frozenset(found)


def _statements(source: str) -> list[set[str]]:
    """The names of each statement; empty for a cell that is not valid Python after removing magics."""
    plain = "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines())
    try:
        body = ast.parse(plain).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [{node.id for node in ast.walk(one) if isinstance(node, ast.Name)} for one in body]
