"""The expressions of metrics in a call `commit(metric={"acc": accuracy(y, p)})`, read from the source of its cell."""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp,
          ast.GeneratorExp)  # fmt: skip
"""Nodes whose local names do not exist in the namespace of the notebook."""


def metric_calls(source: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return metric -> the code that measures it, for the calls of `commit` in a cell.

    source: the cell as Python. values: the namespace of the notebook, in which the function is looked up; no code runs.
    A metric with different expressions in several calls is left out, and so are calls inside functions, whose local
    names a later reader does not have.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, set[str]] = {}
    for call in _calls(tree):
        if _is_commit(call.func, values):
            for name, expression in _expressions(call):
                found.setdefault(name, set()).add(expression)
    return {name: min(expressions) for name, expressions in found.items() if len(expressions) == 1}


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls outside of functions, lambdas and comprehensions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child
        if not isinstance(child, SCOPES):
            yield from _calls(child)


def _is_commit(function: ast.expr, values: Mapping[str, Any]) -> bool:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        module = values.get(function.value.id)
        return function.attr == "commit" and type(module) is types.ModuleType and module.__name__ == "nbmodelver"
    held = values.get(function.id) if isinstance(function, ast.Name) else None
    if not isinstance(held, types.FunctionType):
        return False
    return held.__module__ == "nbmodelver.extension" and held.__qualname__ == "commit"


def _expressions(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield name and code of each metric of one call."""
    given = next((k.value for k in call.keywords if k.arg == "metric"), None)
    if isinstance(given, ast.Dict):
        for key, value in zip(given.keys, given.values, strict=True):
            if isinstance(key, ast.Constant) and type(key.value) is str:
                yield key.value, ast.unparse(_without_direction(value))
    elif isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id == "dict":
        for keyword in given.keywords if not given.args else ():
            if keyword.arg is not None:
                yield keyword.arg, ast.unparse(_without_direction(keyword.value))


def _without_direction(value: ast.expr) -> ast.expr:
    """The number of `(12, "lower")`."""
    is_pair = isinstance(value, ast.Tuple) and len(value.elts) == 2
    return value.elts[0] if is_pair and isinstance(value, ast.Tuple) else value
