"""Conditions of gates: as conditions of queries, with arithmetic, with other versions, and with three values.

A comparison with a missing value or NaN is unknown, and so is its negation, so that `not (metrics.loss > 0.5)` does not
pass for a version without a loss. A gate passes only if its condition is true.
"""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue.conditions import Condition, Test, look_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbmodelver.catalogue.documents import Document

EXAMPLE = "for example: metrics.f1 >= 0.8 and metrics.f1 >= production.metrics.f1 - 0.005 and alarms.open == 0"
GATE_FIELDS = ("alarms", "data")
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs}
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def _all(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found else True


def _any(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


class Missing:
    """A value that a version does not have. what: the field, or why a number cannot be computed."""

    def __init__(self, what: str) -> None:
        self.what = what


class GateCondition(Condition):
    """A parsed condition of a gate. Call `judge` with a document of the version; see `registry.gates`.

    others: names of other versions that it can use, such as "production" and "parent".
    """

    connect_and = staticmethod(_all)
    connect_or = staticmethod(_any)
    negate = staticmethod(_not)

    def __init__(self, text: str, others: Sequence[str]) -> None:
        """Parse a condition. Raises UsageError with the position of the error."""
        self._others = others
        self.uses: set[str] = set()
        self._said: list[str] = []
        super().__init__(text)

    def judge(self, document: Document) -> tuple[bool | None, str]:
        """Return True, False or None (unknown), and the comparisons with their values."""
        self._said = []
        verdict = self._test(document)
        if isinstance(verdict, Missing):
            return None, verdict.what
        return (None if verdict is None else bool(verdict)), "; ".join(dict.fromkeys(self._said))

    def _comparison(self, node: ast.Compare) -> Test:
        sides = [self._value(v) for v in (node.left, *node.comparators)]
        steps = [
            (self._operator(op, node), _SIGNS.get(type(op), "in"), a, b)
            for op, a, b in zip(node.ops, sides, sides[1:], strict=False)
        ]

        def test(document: Document) -> bool | None:
            return _all(self._step(compare, sign, a(document), b(document)) for compare, sign, a, b in steps)

        return test

    def _step(self, compare: Callable[[Any, Any], bool], sign: str, a: Any, b: Any) -> bool | None:
        for value in (a, b):
            if isinstance(value, Missing):
                self._said.append(value.what)
                return None
            if isinstance(value, float) and math.isnan(value):
                self._said.append(f"{_shown(a)} {sign} {_shown(b)} cannot be decided: a value is NaN")
                return None
        result = bool(compare(a, b))
        self._said.append(f"{_shown(a)} {sign} {_shown(b)}" + ("" if result else " is false"))
        return result

    def _value(self, node: ast.expr) -> Test:
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            left, right = self._value(node.left), self._value(node.right)
            return lambda d: _computed(_ARITHMETIC[type(node.op)], left(d), right(d))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            if node.keywords or not node.args:
                raise self._wrong(f"{node.func.id} needs plain values", self._at(node), EXAMPLE)
            values, function = [self._value(v) for v in node.args], FUNCTIONS[node.func.id]
            return lambda d: _computed(function, *(v(d) for v in values))
        path = self._path(node)
        if path is not None:
            return self._looked_up(path)
        return super()._value(node)

    def _looked_up(self, path: tuple[str, ...]) -> Test:
        self.fields.append(path)
        label = ".".join(path)

        def test(document: Document) -> Any:
            found = look_up(document, path[1:]) if path[0] in self._others else look_up(document, path)
            if path[0] in self._others:
                other = document.get(path[0])
                if not isinstance(other, dict):
                    return Missing(f"there is no {path[0]}")
                found = look_up(other, path[1:])
            return Missing(f"{label} is missing") if found is None else found

        return test

    def _field(self, node: ast.Name, has_steps: bool) -> str:
        if node.id in (*self._others, *GATE_FIELDS):
            if not has_steps:
                raise self._wrong(f"'{node.id}' cannot be used alone", self._at(node), EXAMPLE)
            self.uses.add(node.id)
            return node.id
        return super()._field(node, has_steps)


def _computed(function: Callable[..., float], *values: Any) -> Any:
    for value in values:
        if isinstance(value, Missing):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Missing(f"{value!r} is not a number")
    try:
        return function(*values)
    except ZeroDivisionError:
        return Missing("a division by zero")


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
