"""The literals in which two pieces of code differ that are otherwise equal: "n_estimators 50 → 5"."""

from __future__ import annotations

import ast
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LETTERS = 40
MISSING = "<missing>"
"""Stands for a keyword that one side does not pass. No variable can have this name."""


@dataclass(frozen=True)
class LiteralChange:
    """One changed argument, item or constant.

    what: "n_estimators 50 → 5". former: the later code with this change taken back. latter: the earlier code with this
    change alone.
    """

    what: str
    former: tuple[str, ...]
    latter: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """Where two trees differ. label: the argument, key or variable that the literal belongs to."""

    path: tuple[tuple[str, int | None], ...]
    label: str
    before: ast.AST | None
    after: ast.AST | None


class _OtherCode(Exception):
    """The two pieces of code differ in more than literals."""


def literal_changes(before: Sequence[str], after: Sequence[str]) -> tuple[LiteralChange, ...]:
    """Return the changed literals of statements; () if something else differs as well, or nothing does.

    before, after: the statements of both sides, as normalized code. Keyword arguments that only one side has count as
    literals.

    >>> [c.what for c in literal_changes(["m = SVC(C=1, tol=0.1)"], ["m = SVC(C=2, gamma='auto', tol=0.1)"])]
    ['C 1 → 2', "gamma 'auto' added"]
    """
    if len(before) != len(after):
        return ()
    old, new = ast.parse("\n".join(before)), ast.parse("\n".join(after))
    if len(old.body) != len(before) or len(new.body) != len(after):
        return ()
    _align(old, new)
    try:
        places = list(_places(old, new, (), ""))
    except _OtherCode:
        return ()
    return tuple(_change(place, old, new) for place in places)


def _align(old: ast.AST, new: ast.AST) -> None:
    """Give calls of equal functions the same keywords in the same order; one that is missing has the value None."""
    for a, b in _pairs(old, new):
        if not isinstance(a, ast.Call) or not isinstance(b, ast.Call) or ast.dump(a.func) != ast.dump(b.func):
            continue
        if any(k.arg is None for k in (*a.keywords, *b.keywords)):
            continue
        names = dict.fromkeys(str(k.arg) for k in (*a.keywords, *b.keywords))
        for call in (a, b):
            known = {str(k.arg): k.value for k in call.keywords}
            call.keywords = [ast.keyword(n, known.get(n, _missing())) for n in names]


def _missing() -> ast.Name:
    """The value of a keyword that one side does not pass."""
    return ast.Name(MISSING, ast.Load())


def _is_missing(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Name) and node.id == MISSING


def _pairs(a: ast.AST, b: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Nodes at the same place of both trees, as far as these have the same form. The outer ones come first."""
    if type(a) is not type(b):
        return
    yield a, b
    for (_, child), (_, other) in zip(_children(a), _children(b), strict=False):
        yield from _pairs(child, other)


def _children(node: ast.AST) -> Iterator[tuple[tuple[str, int | None], ast.AST]]:
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield (name, None), value
        elif isinstance(value, list):
            yield from (((name, i), item) for i, item in enumerate(value) if isinstance(item, ast.AST))


def _places(a: ast.AST, b: ast.AST, path: tuple[tuple[str, int | None], ...], label: str) -> Iterator[_Place]:
    """Yield the places where two trees differ. Raises _OtherCode if they differ in more than literals."""
    if isinstance(a, ast.expr) and isinstance(b, ast.expr) and (_is_plain(a) or _is_plain(b)) and not _both_open(a, b):
        if ast.dump(a) != ast.dump(b):
            if not (_is_plain(a) and _is_plain(b)):
                raise _OtherCode
            yield _Place(path, label, a, b)
        return
    if type(a) is not type(b) or _own_fields(a) != _own_fields(b):
        raise _OtherCode
    old, new = list(_children(a)), list(_children(b))
    if [where for where, _ in old] != [where for where, _ in new]:
        raise _OtherCode
    for (where, child), (_, other) in zip(old, new, strict=True):
        yield from _places(child, other, (*path, where), _label(a, where, child) or label)


def _is_plain(node: ast.AST) -> bool:
    """True for a literal without names, and for a missing keyword."""
    if _is_missing(node):
        return True
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _both_open(a: ast.AST, b: ast.AST) -> bool:
    """True for two dicts with the same keys: their items are compared one by one."""
    return (
        isinstance(a, ast.Dict)
        and isinstance(b, ast.Dict)
        and [k and ast.dump(k) for k in a.keys] == [k and ast.dump(k) for k in b.keys]
        and bool(a.keys)
    )


def _own_fields(node: ast.AST) -> list[object]:
    """The fields of a node that are no nodes."""
    return [
        value
        for name, value in ast.iter_fields(node)
        if not isinstance(value, ast.AST) and name not in ("kind", "type_comment")
        and not (isinstance(value, list) and any(isinstance(v, ast.AST) for v in value))
    ]  # fmt: skip


def _label(parent: ast.AST, where: tuple[str, int | None], child: ast.AST) -> str:
    """What a literal belongs to: a keyword, the key of a dict, or the variable that it is assigned to."""
    if isinstance(parent, ast.keyword):
        return str(parent.arg)
    if isinstance(parent, ast.Dict) and where[0] == "values" and where[1] is not None:
        key = parent.keys[where[1]]
        return str(key.value) if isinstance(key, ast.Constant) else ""
    if isinstance(parent, ast.Assign) and where[0] == "value":
        return ast.unparse(parent.targets[0])
    if isinstance(parent, ast.Call) and where[0] == "args":
        return _call_name(parent)
    del child
    return ""


def _call_name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _change(place: _Place, old: ast.Module, new: ast.Module) -> LiteralChange:
    before, after = (None if _is_missing(n) else n for n in (place.before, place.after))
    label = f"{place.label} " if place.label else ""
    if before is None and after is not None:
        what = f"{label}{_short(after)} added"
    elif after is None and before is not None:
        what = f"{label}{_short(before)} removed"
    else:
        assert before is not None
        assert after is not None
        what = f"{label}{_short(before)} → {_short(after)}"
    return LiteralChange(what, _with(new, place.path, place.before), _with(old, place.path, place.after))


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _with(tree: ast.Module, path: Sequence[tuple[str, int | None]], node: ast.AST | None) -> tuple[str, ...]:
    """The statements of a tree with another node at one place, without missing keywords."""
    copy = deepcopy(tree)
    at: ast.AST = copy
    for name, i in path[:-1]:
        at = getattr(at, name) if i is None else getattr(at, name)[i]
    name, i = path[-1]
    if i is None:
        setattr(at, name, node)
    else:
        getattr(at, name)[i] = node
    for call in ast.walk(copy):
        if isinstance(call, ast.Call):
            call.keywords = [k for k in call.keywords if not _is_missing(k.value)]
    return tuple(ast.unparse(one) for one in copy.body)
