"""What can have fed a variable: the statements of the cells before, and the modules of the project that they use."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbmodelver.bundle.cell_syntax import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model import Cell


def text(cells: Sequence[Cell], names: frozenset[str], modules: Mapping[str, bytes]) -> str:
    """Return the code that can have fed some variables, with the project's modules that it names.

    modules: path -> source.
    """
    found = "\n".join(feeding(cells, names))
    words = set(re.findall(r"\w+", found)) | set(_imported_from(cells, found))
    sources = [source.decode("utf-8", "replace") for path, source in modules.items() if _stem(path) in words]
    return "\n".join([found, *sources])


def _stem(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]


def _imported_from(cells: Sequence[Cell], found: str) -> Iterator[str]:
    """Yield the last names of the modules from which names of the code were imported."""
    used = set(re.findall(r"\w+", found))
    for cell in cells:
        for node in ast.walk(syntax_tree(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module and {a.asname or a.name for a in node.names} & used:
                yield node.module.rpartition(".")[2]
            elif isinstance(node, ast.Import):
                yield from (a.name.rpartition(".")[2] for a in node.names if a.asname in used)


def feeding(cells: Sequence[Cell], names: frozenset[str]) -> Iterator[str]:
    """Yield the statements that can have fed some variables, the last one first.

    A statement feeds a variable if it binds it, or changes a part of it in place. Compound statements count as one.
    Imports are left out: that a cell imports `random` does not mean that it draws. A module is not changed by its use.
    """
    modules = frozenset(_modules(cells))
    wanted = set(names)
    for cell in reversed(cells):
        for statement in reversed(syntax_tree(cell.source).body):
            if not isinstance(statement, ast.Import | ast.ImportFrom) and bound_names(statement) & wanted:
                wanted |= read_names(statement) - modules
                yield ast.unparse(statement)


def _modules(cells: Sequence[Cell]) -> Iterator[str]:
    """Yield the names under which cells import modules."""
    for cell in cells:
        for node in ast.walk(syntax_tree(cell.source)):
            if isinstance(node, ast.Import):
                yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def read_names(node: ast.AST) -> frozenset[str]:
    """Return the names that code reads."""
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def bound_names(statement: ast.AST) -> frozenset[str]:
    """Return the names that a statement binds or may change in place."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
    return frozenset(found)
