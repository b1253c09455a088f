"""What cells take from around them that no record holds: variables of the environment, answers, other versions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbmodelver.bundle.cell_syntax import syntax_tree
from nbmodelver.repo.core.numerics import THREAD_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Cell, Version

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "XDG_CACHE_HOME", "TZ")
"""Environment variables that a re-run gets. All others, and what secrets they hold, stay here."""

_GIVEN = {*KEPT_VARIABLES, *THREAD_VARIABLES, "PYTHONHASHSEED", "MPLBACKEND", "IPYTHONDIR"}
_SET = re.compile(r"(?m)^\s*%(?:set_)?env[ \t]+(\w+)(?:[ \t]*=|[ \t]+\S)")
_RESTORES = re.compile(r"%mv_(?:rollback|undo|redo|switch|merge|cherry)\b")
_STORE = re.compile(r"%mv_\w+|\bnbmodelver\b|\bmv\.\w+\(")
_ASKING = frozenset({"input", "getpass"})


def variables(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the variables of the environment that cells read by name, before a cell sets them, in order."""
    found: dict[str, None] = {}
    own = set(_GIVEN)
    for cell in cells:
        tree = syntax_tree(cell.source)
        own |= {*_SET.findall(cell.source), *_set_names(tree)}
        found |= dict.fromkeys(name for name in read_names(tree) if name not in own)
    return tuple(found)


def asking(cells: Sequence[Cell]) -> int:
    """Return the number of cells that ask the person at the keyboard."""
    return sum(any(_is_question(node) for node in ast.walk(syntax_tree(cell.source))) for cell in cells)


def restoring(cells: Sequence[Cell], version: Version) -> tuple[str, ...]:
    """Return the magics that put values of other versions in place, in order. cells: also those of nbmodelver alone."""
    found = dict.fromkeys(magic for cell in cells for magic in _RESTORES.findall(cell.source))
    return tuple(found | ({"%mv_merge": None} if len(version.parents) > 1 else {}))


def uses_store(source: str) -> bool:
    """Return whether a cell asks nbmodelver for versions."""
    return bool(_STORE.search(source))


def read_names(tree: ast.AST) -> Iterator[str]:
    """Yield the variables of the environment that code reads by a literal name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_environment(node.value):
            yield from _texts([node.slice])
        elif isinstance(node, ast.Call) and _reads(node.func):
            yield from _texts(node.args[:1])
        elif isinstance(node, ast.Compare) and any(_is_environment(right) for right in node.comparators):
            yield from _texts([node.left])


def _set_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_environment(node.value):
            yield from _texts([node.slice])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_environment(node.func.value):
            if node.func.attr == "setdefault":
                yield from _texts(node.args[:1])
            elif node.func.attr == "update":
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)
                yield from (t for a in node.args if isinstance(a, ast.Dict) for t in _texts([k for k in a.keys if k]))


def _reads(function: ast.expr) -> bool:
    """True for `os.getenv`, `getenv` and `os.environ.get`."""
    name = _name(function)
    return name == "getenv" or (
        name == "get" and isinstance(function, ast.Attribute) and _is_environment(function.value)
    )


def _is_environment(node: ast.expr) -> bool:
    return _name(node) == "environ"


def _is_question(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in _ASKING


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _texts(nodes: Sequence[ast.expr]) -> Iterator[str]:
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
