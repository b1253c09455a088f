"""Underscore names of third parties that a file touches, read from its source."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "nbmodelver"
_BY_TEXT = ("getattr", "setattr", "hasattr", "delattr", "__setattr__", "__getattribute__", "getattr_static")


def touched(package: Path) -> dict[str, set[str]]:
    """Place -> the private names of others in it: attributes ("_mgr"), modules and imports ("numpy._core:x")."""
    trees = {
        file.relative_to(package).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted(package.rglob("*.py"))
    }
    own = {place: set(_defined(tree)) for place, tree in trees.items()}
    anywhere = set().union(*own.values())
    found = {}
    for place, tree in trees.items():
        known = own[place] if _is_library_file(place) else anywhere
        names = {name for name in _touched(tree) if name not in known}
        if names:
            found[place] = names
    return found


def _is_library_file(place: str) -> bool:
    """In these an attribute is likely one of the library's objects; elsewhere, of our own."""
    return place.startswith(("codecs/", "kinds/"))


def is_private(name: str) -> bool:
    """True for `_x`, not for `__x__` and `_`."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__")) and name.strip("_") != ""


def _defined(tree: ast.AST) -> Iterator[str]:
    """Private names that a file itself gives to something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            yield node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _touched(tree: ast.AST) -> Iterator[str]:
    modules = _own_modules(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in modules):
                yield node.attr
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if _is_foreign(a.name) and _has_private(a.name))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level and _is_foreign(node.module):
            if _has_private(node.module):
                yield node.module
            yield from (f"{node.module}:{a.name}" for a in node.names if is_private(a.name))
        elif isinstance(node, ast.Call):
            yield from _by_text(node)


def _own_modules(tree: ast.AST) -> set[str]:
    """Names that stand for something of our own package in a file."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").partition(".")[0] == PACKAGE)
        for alias in node.names
    }


def _is_foreign(module: str) -> bool:
    return module.partition(".")[0] != PACKAGE


def _has_private(module: str) -> bool:
    return any(map(is_private, module.split("."))) and module not in sys.builtin_module_names


def _by_text(call: ast.Call) -> Iterator[str]:
    """`getattr(x, "_name")` and `import_module("x._name")`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if name in _BY_TEXT:
        yield from filter(is_private, texts)
    if name in ("import_module", "__import__"):
        yield from (t for t in texts if _is_foreign(t) and _has_private(t))
