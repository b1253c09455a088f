"""Compiles one function of a source text to a code object."""

from __future__ import annotations
import __future__

import ast
import inspect
import marshal
import types
from typing import TYPE_CHECKING, Any, cast

from nbmodelver.codecs.source_trees import first_line

if TYPE_CHECKING:
    from nbmodelver.codecs.source_trees import FunctionPlace, Recompiling


MARSHAL_VERSION = 2
"""A version without back references, which depend on reference counts: the same code gives the same bytes."""

_NESTED = inspect.CO_NESTED
ANNOTATIONS = __future__.annotations.compiler_flag


def compile_function(place: FunctionPlace, how: Recompiling, file: str) -> types.CodeType | None:
    """Compile a function inside a scope with its free names, and inside a class with the name of its owner."""
    node = place.node
    body: ast.stmt = _at_start(ast.Expr(node)) if isinstance(node, ast.Lambda) else node
    if how.owner or "__class__" in how.free:
        body = _class(how.owner or "_", body)
    outer = [name for name in how.free if name not in ("__class__", "__classdict__")]
    if outer:
        body = _function(outer, body)
    imports: list[ast.stmt] = [_at_start(ast.Import([_at_start(ast.alias(name))])) for name in how.imports]
    module = ast.Module([*imports, _at_start(body)], [])
    flags = ANNOTATIONS if how.annotations else 0
    try:
        made = compile(module, file, "exec", flags, dont_inherit=True)
    except (ValueError, RecursionError) as error:  # The tree is nested too deeply.
        raise SyntaxError(str(error)) from error
    found = _inside(made, how.name, first_line(node))
    return None if found is None else _requalified(found, how.qualname)


def _class(name: str, body: ast.stmt) -> ast.stmt:
    make: Any = ast.ClassDef
    made: ast.stmt = make(name=name, bases=[], keywords=[], body=[body], decorator_list=[])
    return _without_parameters(made)


def _function(names: list[str], body: ast.stmt) -> ast.stmt:
    make: Any = ast.FunctionDef
    empty: Any = {"posonlyargs": [], "kwonlyargs": [], "kw_defaults": [], "defaults": []}
    arguments = ast.arguments(args=[_at_start(ast.arg(name)) for name in names], **empty)
    made: ast.stmt = make(name="_", args=arguments, body=[body], decorator_list=[])
    return _without_parameters(made)


def _without_parameters(made: Any) -> ast.stmt:
    made.type_params = []  # Since Python 3.12.
    return cast("ast.stmt", _at_start(made))


def _at_start(node: Any) -> Any:
    """Set the position of a node that we created; nodes of a text keep theirs."""
    if not hasattr(node, "lineno"):
        node.lineno = node.end_lineno = 1
        node.col_offset = node.end_col_offset = 0
    return node


def _inside(code: types.CodeType, name: str, line: int) -> types.CodeType | None:
    """The outermost code object with this name and line, nested at any depth."""
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    here = (found for found in inner if found.co_name == name and found.co_firstlineno == line)
    below = (found for code in inner if (found := _inside(code, name, line)) is not None)
    return next(here, None) or next(below, None)


def _requalified(code: types.CodeType, qualname: str) -> types.CodeType:
    """Return a copy of the code with its original qualified name; nested functions are renamed accordingly."""
    old = code.co_qualname
    return _replaced(code, lambda c: {"co_qualname": qualname + c.co_qualname.removeprefix(old)})


def in_file(code: types.CodeType, file: str, up: int) -> types.CodeType:
    """Return a copy of the code with another file name, and with line numbers reduced by `up`."""
    return _replaced(code, lambda c: {"co_filename": file, "co_firstlineno": max(c.co_firstlineno - up, 1)})


def _replaced(code: types.CodeType, changes: Any) -> types.CodeType:
    constants = tuple(_replaced(c, changes) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_consts=constants, **changes(code))


_COMPARED = (
    "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_posonlyargcount",
    "co_kwonlyargcount", "co_exceptiontable",
)  # fmt: skip


def is_same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """True if two code objects are equal except for their position."""
    if any(getattr(a, name) != getattr(b, name) for name in _COMPARED) or (a.co_flags ^ b.co_flags) & ~_NESTED:
        return False
    return len(a.co_consts) == len(b.co_consts) and all(map(_same_constant, a.co_consts, b.co_consts))


def _same_constant(a: Any, b: Any) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return is_same_code(a, b)
    return type(a) is type(b) and (a is b or marshal.dumps(a, MARSHAL_VERSION) == marshal.dumps(b, MARSHAL_VERSION))
