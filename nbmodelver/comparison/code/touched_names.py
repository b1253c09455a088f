"""The names that a statement may change in place, guessed from how it uses them.

A method whose result is dropped is called for its effect; one whose result is used is called for its result, unless it
is known to change its object. Functions of the notebook may change their arguments, functions of libraries only if
their result is dropped. An object that was made with another one (an optimizer, a pipeline) may change it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.cell_names import LOOKING, WRITING
from nbmodelver.comparison.code.roles import FITTING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

CHANGING = FITTING | {
    "append", "extend", "insert", "pop", "popitem", "popleft", "appendleft", "setdefault", "update", "add", "remove",
    "discard", "clear", "sort", "reverse", "fill", "step", "backward", "zero_grad", "load_state_dict", "eval", "to",
    "cuda", "cpu", "half", "double", "requires_grad_", "apply_", "compile", "set_params", "set_output", "seed",
    "shuffle", "fit_resample", "boost", "refit", "__setitem__", "next",
}  # fmt: skip
"""Methods that change their object also where their result is used."""


def never(_name: str) -> bool:
    """Return False: nothing is known about the values."""
    return False


def touched_names(
    statement: ast.stmt, imported: Collection[str], is_data: Callable[[str], bool] = never
) -> frozenset[str]:
    """Return the names that a statement may change in place. imported: names of modules and of what they export.

    is_data: True for names of data and settings, which a function whose result is used leaves as they are.

    >>> import ast
    >>> sorted(touched_names(ast.parse("train(net, rows.head())").body[0], ()))
    ['net']
    >>> sorted(touched_names(ast.parse("x = rows.drop(columns='y').sort_values('a')").body[0], ()))
    []
    """
    found = set[str]()
    for call, is_dropped in _calls(statement):
        found |= {
            n for n, is_passed in _of_call(call, imported, is_dropped=is_dropped) if not (is_passed and is_data(n))
        }
    return frozenset(found - set(imported))


def held_names(statement: ast.stmt) -> dict[str, frozenset[str]]:
    """Return name -> the names that its new object may hold: `opt` -> {"net"} for `opt = Adam(net.parameters())`."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return {}
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
        return {}
    held = frozenset(name for call in _chain(value) for name in _constructed(call))
    return {target.id: held - {target.id}} if held - {target.id} else {}


def _calls(statement: ast.stmt) -> Iterator[tuple[ast.Call, bool]]:
    """Yield the calls of a statement, of inner statements too, and whether the result of each is dropped."""
    dropped = {id(n.value) for n in ast.walk(statement) if isinstance(n, ast.Expr)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            yield node, id(node) in dropped


def _of_call(call: ast.Call, imported: Collection[str], *, is_dropped: bool) -> Iterator[tuple[str, bool]]:
    """Yield the names that a call may change, and whether each is only passed to a function whose result is used."""
    called = _called(call)
    if called in LOOKING or WRITING.match(called):
        return
    receiver = next(_root(call.func.value), "") if isinstance(call.func, ast.Attribute) else ""
    is_library = (receiver or called) in imported
    if receiver and not is_library:
        if is_dropped or called in CHANGING or _is_in_place(call):
            yield receiver, False
        if not is_dropped or called in CHANGING:
            return
    if (receiver and called in FITTING) or called[:1].isupper() or (is_library and not is_dropped):
        return
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    yield from ((a.id, not is_dropped) for a in arguments if isinstance(a, ast.Name))


def _is_in_place(call: ast.Call) -> bool:
    return any(
        k.arg in ("inplace", "out") and not (isinstance(k.value, ast.Constant) and not k.value.value)
        for k in call.keywords
    )


def _chain(call: ast.Call) -> Iterator[ast.Call]:
    """A call, and the calls whose methods it calls: `A(x)` and its `.fit` in `A(x).fit(y)`."""
    yield call
    at: ast.expr = call.func
    while isinstance(at, (ast.Attribute, ast.Call)):
        if isinstance(at, ast.Call):
            yield at
            at = at.func
        else:
            at = at.value


def _constructed(call: ast.Call) -> Iterator[str]:
    """The names in the arguments of a class or of a function that makes something."""
    called = _called(call)
    if not (called[:1].isupper() or called.startswith(("make_", "clone", "compile"))):
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from _held(argument)


def _held(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from _root(node.func.value)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for element in node.elts:
            yield from _held(element)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _held(value)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield from _root(node)


def _root(node: ast.AST) -> Iterator[str]:
    """The variable at the start of `x.a[0].b`."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
