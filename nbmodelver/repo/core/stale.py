"""Detects a loaded module that is older than its file: its values were then made by other code than the file's."""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEEN: WeakKeyDictionary[types.ModuleType, tuple[Any, bytes]] = WeakKeyDictionary()
"""Module -> (its spec, which a reload replaces; the last source that was equal to the running code)."""


def is_stale(module: Any, source: bytes, place: str) -> bool:
    """Return True if a loaded module runs other code than `source`.

    source: the current bytes of its file. place: the path of the file as the module's code names it.
    """
    if not isinstance(module, types.ModuleType):
        return False
    spec, before = _SEEN.get(module, (None, source))
    own = module.__dict__.get("__spec__")
    if before == source and module in _SEEN:
        return False
    if _differs(module, source, place) or (spec is own and _outline(before) != _outline(source)):
        return True
    _SEEN[module] = own, source
    return False


def _differs(module: types.ModuleType, source: bytes, place: str) -> bool:
    """Return True if a function or method of the module has other code than the source defines."""
    try:
        codes = _codes(compile(source, place, "exec", dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    written: dict[str, list[types.CodeType]] = {}
    for name, code in codes:
        written.setdefault(name, []).append(code)
    live = [(name, code) for name, code in _live(module) if code.co_filename == place]
    return any(not any(_same(code, one) for one in written.get(name, ())) for name, code in live)


def _codes(code: types.CodeType, path: str = "") -> Iterator[tuple[str, types.CodeType]]:
    """Yield (qualified name, code) for all functions, classes and methods in compiled code."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            name = f"{path}{constant.co_name}"
            yield name, constant
            yield from _codes(constant, f"{name}.")


def _live(module: types.ModuleType) -> Iterator[tuple[str, types.CodeType]]:
    """Yield (qualified name, code) for the functions and methods of a loaded module, without running its code."""
    for name, value in list(module.__dict__.items()):
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__ and value.__name__ == name:
            yield name, value.__code__
        elif isinstance(value, type) and value.__dict__.get("__module__") == module.__name__ and value.__name__ == name:
            for key, member in list(value.__dict__.items()):
                inner = getattr(member, "__func__", getattr(member, "fget", member))
                if isinstance(inner, types.FunctionType) and inner.__name__ == key:
                    yield f"{name}.{key}", inner.__code__


def _same(a: types.CodeType, b: types.CodeType) -> bool:
    if (a.co_code, a.co_names, a.co_varnames) != (b.co_code, b.co_names, b.co_varnames):
        return False
    pairs = zip(a.co_consts, b.co_consts, strict=False)
    return len(a.co_consts) == len(b.co_consts) and all(_same_constant(x, y) for x, y in pairs)


def _same_constant(a: Any, b: Any) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return _same(a, b)
    return type(a) is type(b) and (repr(a) == repr(b) if not isinstance(a, frozenset) else a == b)


def _outline(source: bytes) -> str:
    """Return the syntax tree of a module, without the bodies of functions, as text; "" if it is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = []
    return ast.dump(tree)
