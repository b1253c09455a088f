"""The paths that a cell builds from variables, for libraries whose opening of a file Python does not report.

Only names, attributes of nothing, literals, f-strings, `/`, `+` and `os.path.join` are evaluated, with values that are
texts, numbers and paths of the standard library: no code of the user runs.
"""

from __future__ import annotations

import ast
import os
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST = 300
MOST_NODES = 20_000
MOST_TRIES = 5_000
"""Expressions that are evaluated for one cell: about 5 ms."""

_PLAIN = (str, int, float)


class _Unknown(Exception):
    """An expression that is not evaluated."""


def paths(source: str, namespace: Mapping[str, Any]) -> Iterator[str]:
    """Yield texts that may be paths, at most MOST. source: Python. namespace: the values of names after the cell."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    found: dict[str, None] = {}
    nodes = [node for _, node in zip(range(MOST_NODES), ast.walk(tree), strict=False)]
    for bound, node in islice(_tries(nodes, namespace), MOST_TRIES):
        if len(found) >= MOST:
            break
        try:
            value = _value(node, bound)
        except _Unknown:
            continue
        if isinstance(value, str | PurePath) and 0 < len(str(value)) <= 400:
            found[str(value)] = None
    yield from found


def _tries(nodes: list[ast.AST], namespace: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], ast.AST]]:
    """Yield expressions with the values of names. Of a loop only those that read its variable, once for each item."""
    built = [node for node in nodes if isinstance(node, ast.Name | ast.JoinedStr | ast.BinOp | ast.Call)]
    yield from ((namespace, node) for node in built)
    for target, items in _loops(nodes, namespace):
        inside: list[ast.AST] = [node for node in built if not isinstance(node, ast.Name) and _reads(node, target)]
        inside += [node for node in built if isinstance(node, ast.Name) and node.id == target][:1]
        plain = _plain(namespace) if inside else {}
        yield from (({**plain, target: item}, node) for item in items for node in inside)


def _reads(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def _loops(nodes: list[ast.AST], namespace: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the variable and the items of each loop over a list that is known."""
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            try:
                yield node.target.id, _items(node.iter, namespace)
            except _Unknown:
                continue


def _plain(namespace: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in list(namespace.items()) if type(value) in _PLAIN or _is_path(value)}


def _items(node: ast.expr, namespace: Mapping[str, Any]) -> list[Any]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(item, namespace) for item in node.elts[:MOST]]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        bounds = [_value(bound, namespace) for bound in node.args]
        if bounds and all(type(b) is int for b in bounds) and len(range(*bounds)) <= MOST:
            return list(range(*bounds))
    value: Any = namespace.get(node.id) if isinstance(node, ast.Name) else None
    if type(value) in (list, tuple, dict, set) and len(value) <= MOST:
        return [item for item in list(value) if type(item) in _PLAIN or _is_path(item)]
    raise _Unknown


def _value(node: ast.AST, namespace: Mapping[str, Any]) -> Any:
    """Return the value of an expression. Raises _Unknown for all that could run code of the user."""
    if isinstance(node, ast.Constant):
        return _known(node.value)
    if isinstance(node, ast.Name):
        return _known(namespace.get(node.id))
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, namespace) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Add):
        return _joined(node, namespace)
    if isinstance(node, ast.Call) and not node.keywords:
        return _called(node, namespace)
    raise _Unknown


def _known(value: Any) -> Any:
    if type(value) in _PLAIN or _is_path(value):
        return value
    raise _Unknown


def _is_path(value: Any) -> bool:
    return isinstance(value, PurePath) and type(value).__module__.partition(".")[0] == "pathlib"


def _part(part: ast.expr, namespace: Mapping[str, Any]) -> str:
    if not isinstance(part, ast.FormattedValue):
        return str(_value(part, namespace))
    value = _value(part.value, namespace)
    spec = "".join(_part(p, namespace) for p in part.format_spec.values) if _has_spec(part) else ""  # type: ignore[union-attr]
    try:
        return format(value, spec)
    except ValueError:
        raise _Unknown from None


def _has_spec(part: ast.FormattedValue) -> bool:
    return isinstance(part.format_spec, ast.JoinedStr)


def _joined(node: ast.BinOp, namespace: Mapping[str, Any]) -> Any:
    left, right = _value(node.left, namespace), _value(node.right, namespace)
    if isinstance(node.op, ast.Div) and (_is_path(left) or _is_path(right)):
        try:
            return left / right
        except TypeError:
            raise _Unknown from None
    if isinstance(node.op, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return left + right
    raise _Unknown


def _called(node: ast.Call, namespace: Mapping[str, Any]) -> Any:
    """Return what `str`, `Path` and `os.path.join` give."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in ("str", "Path", "join", "fspath") or not node.args:
        raise _Unknown
    values = [_value(argument, namespace) for argument in node.args]
    if not all(isinstance(value, str | PurePath) for value in values):
        raise _Unknown
    return PurePath(*values) if name in ("Path", "join") else os.fspath(values[0])
