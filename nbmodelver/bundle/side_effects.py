"""Tells whether code may do something that no name shows: change settings, the search path, or files.

It decides by the names in calls, so it can report an effect that does not happen. Drawing does not count as an effect.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_CHANGES = (
    "set", "seed", "manual_seed", "filter", "simplefilter", "use", "config", "basicConfig", "register", "enable",
    "disable", "init", "load_dotenv", "option", "putenv", "chdir", "append", "insert", "extend", "update",
)  # fmt: skip
"""Beginnings of the names of functions of modules that change a state, such as `pd.set_option`, `sys.path.insert`."""

_WRITES = (
    "to_", "save", "dump", "write", "mkdir", "makedirs", "touch", "unlink", "remove", "rename", "copy", "move",
    "rmtree", "extract",
)  # fmt: skip
"""Beginnings of the names of functions that may write files."""

_CONVERTS = ("to_numpy", "to_list", "to_dict", "to_frame", "to_datetime", "to_numeric", "to_period", "to_timedelta")


def has_effect(tree: ast.Module, modules: Collection[str]) -> bool:
    """Return True if a statement may have an effect. modules: names that are bound by imports."""
    return any(_acts(statement, modules) for statement in tree.body)


def imported(tree: ast.Module) -> set[str]:
    """Return the names that imports bind anywhere in the code."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return found


def called(call: ast.Call) -> str:
    """Return the last part of the name of a called function, "" without one."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _acts(statement: ast.stmt, modules: Collection[str]) -> bool:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and _writes(node):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _changes(node.value, modules):
            return True
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
            targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
            if any(isinstance(t, ast.Subscript | ast.Attribute) and _root(t) in modules for t in targets):
                return True
    return False


def _changes(call: ast.Call, modules: Collection[str]) -> bool:
    """True for a function of a module, called for what it changes: its result is dropped."""
    return _root(call.func) in modules and called(call).startswith(_CHANGES)


def _writes(call: ast.Call) -> bool:
    name = called(call)
    if name == "open":
        given = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "mode")]
        modes = [str(a.value) for a in given if isinstance(a, ast.Constant)]
        return any(set(mode) & set("wax+") for mode in modes)
    if name == "copy":  # `shutil.copy(source, target)` writes, `df.copy(deep=True)` does not.
        return len(call.args) > 1
    return name not in _CONVERTS and name.startswith(_WRITES) and bool(call.args or call.keywords)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
