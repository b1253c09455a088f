"""Conditions such as "metrics.acc > 0.9 and 'df' in names". They are parsed with `ast`, and only listed nodes are
allowed; no code is executed.

A missing field, or one of another type, makes a comparison false instead of raising an error, because versions record
different things. A field with several values (names, kinds, tags) equals a value if one of them does.
"""

from __future__ import annotations

import ast
import difflib
import operator
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue.documents import ALIASES, FIELDS
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from nbmodelver.catalogue.documents import Document

Test = Callable[["Document"], Any]
MAX_CHARACTERS = 2000
EXAMPLE = "for example: metrics.acc > 0.9 and params.max_depth < 5 and branch == 'main' and 'df' in names"
EQUAL = "write == for equality, and quotes around text: tag == 'best'"
_ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
_MANY = {"metrics", "params"}
_ODD = str.maketrans("/-@+%#", "\u0298\u01c0\u01c1\u01c2\u01c3\u0294")
"""Characters of metric names that Python names cannot have -> letters that replace them for `ast`, one for one."""
_BACK = {letter: odd for odd, letter in _ODD.items()}
_NAMED = re.compile(r"""("[^"]*"|'[^']*')|(?<![\w.])((?:metric|param)s?\.)([^\W\d](?:[\w./@+%#-]*\w)?)""")


class Condition:
    """A parsed condition, called with a document. fields: paths of the fields that it uses, as ("metrics", "acc").

    A subclass can have other values than True and False: it replaces the three connectives.
    """

    connect_and: Callable[[Iterable[Any]], Any] = staticmethod(all)
    connect_or: Callable[[Iterable[Any]], Any] = staticmethod(any)
    negate: Callable[[Any], Any] = staticmethod(operator.not_)

    def __init__(self, text: str) -> None:
        """Parse a condition. Raises UsageError with the position of the error."""
        self.text = text.strip()
        self.fields: list[tuple[str, ...]] = []
        if len(self.text) > MAX_CHARACTERS:
            raise UsageError(f"the condition is longer than {MAX_CHARACTERS} characters", "make it shorter")
        try:
            tree = ast.parse(_as_python(self.text), mode="eval")
            self._test = self._compiled(tree.body)
        except SyntaxError as error:
            at = max((error.offset or 1) - 1, 0)
            raise self._wrong(error.msg, at, EQUAL if self.text[at : at + 1] == "=" else EXAMPLE) from None
        except (RecursionError, MemoryError, ValueError) as error:
            raise UsageError(
                f"the condition cannot be read: {str(error) or 'it is nested too deep'}", EXAMPLE
            ) from None

    def __call__(self, document: Document) -> bool:
        """Return True if the document fulfils the condition."""
        return bool(self._test(document))

    def _wrong(self, reason: str, at: int, hint: str = EXAMPLE) -> UsageError:
        near = self.text[at : at + 24]
        where = f"at character {at + 1}, near {near!r}" if near else "at its end"
        return UsageError(f"cannot read the condition {self.text!r} {where}: {reason}", hint)

    def _at(self, node: ast.expr) -> int:
        """Return the index of the character at which a node begins; `ast` counts bytes."""
        return len(_as_python(self.text).encode()[: node.col_offset].decode(errors="ignore"))

    def _compiled(self, node: ast.expr) -> Test:
        if isinstance(node, ast.BoolOp):
            tests = [self._compiled(value) for value in node.values]
            together = self.connect_and if isinstance(node.op, ast.And) else self.connect_or
            return lambda d: together(test(d) for test in tests)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            test = self._compiled(node.operand)
            return lambda d: self.negate(test(d))
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        return self._value(node)

    def _comparison(self, node: ast.Compare) -> Test:
        asked_before, sides = len(self.fields), (node.left, *node.comparators)
        values = [self._value(v) for v in sides]
        if any(isinstance(side, ast.Constant) and side.value is None for side in sides):
            del self.fields[asked_before:]  # A comparison with None matches versions without the field.
        steps = [(self._operator(op, node), a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False)]
        return lambda d: all(compare(a(d), b(d)) for compare, a, b in steps)

    def _operator(self, op: ast.cmpop, node: ast.Compare) -> Callable[[Any, Any], bool]:
        for kind, compare in _ORDER.items():
            if isinstance(op, kind):
                return lambda a, b: _ordered(compare, a, b)
        if isinstance(op, (ast.Eq, ast.Is)):
            return _equal
        if isinstance(op, (ast.NotEq, ast.IsNot)):
            return lambda a, b: not _equal(a, b)
        if isinstance(op, ast.In):
            return _within
        if isinstance(op, ast.NotIn):
            return lambda a, b: not _within(a, b)
        raise self._wrong("this comparison is not supported", self._at(node))

    def _value(self, node: ast.expr) -> Test:
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            items = [self._constant(item) for item in node.elts]
            return lambda _: items
        path = self._path(node)
        if path is not None:
            self.fields.append(path)
            return lambda d: look_up(d, path)
        constant = self._constant(node)
        return lambda _: constant

    def _constant(self, node: ast.expr) -> Any:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            number = self._constant(node.operand)
            if isinstance(number, (int, float)):
                return -number if isinstance(node.op, ast.USub) else number
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float, bool, type(None))):
            return node.value
        reason = "only fields, texts, numbers, comparisons, 'and', 'or', 'not' and 'in' are allowed"
        raise self._wrong(reason, self._at(node))

    def _path(self, node: ast.expr) -> tuple[str, ...] | None:
        steps: list[str] = []
        inner = node
        while True:
            if isinstance(inner, ast.Attribute):
                steps.append(inner.attr.translate(_BACK))
                inner = inner.value
            elif isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Constant):
                steps.append(str(inner.slice.value))
                inner = inner.value
            elif isinstance(inner, ast.Name):
                return (self._field(inner, bool(steps)), *reversed(steps))
            else:
                return None

    def _field(self, node: ast.Name, has_steps: bool) -> str:
        field = ALIASES.get(node.id, node.id)
        if field not in FIELDS:
            near = difflib.get_close_matches(node.id, [*FIELDS, *ALIASES], 1)
            others = (
                f"a metric is metrics.{node.id}, a parameter params.{node.id}, a text '{node.id}' in quotes; fields"
            )
            hint = f"did you mean {near[0]}?" if near else f"{others}: {', '.join(sorted(FIELDS))}"
            raise self._wrong(f"there is no field '{node.id}'", self._at(node), hint)
        if (field in _MANY) != has_steps:
            hint = f"for example: {field}.NAME" if field in _MANY else f"for example: {field} == ..."
            raise self._wrong(f"'{node.id}' cannot be used like this", self._at(node), hint)
        return field


def _as_python(text: str) -> str:
    """Replace signs in names such as metrics.val/loss and params.top-k by letters, so that Python can parse them.

    The length does not change, so positions in errors stay correct.
    """
    return _NAMED.sub(lambda m: m[1] or m[2] + m[3].translate(_ODD), text)


def name_in(text: str) -> str:
    """Return the name in "metrics.NAME" or "params.NAME", "" if a condition needs brackets for it."""
    found = _NAMED.fullmatch(text)
    return found[3] if found and found[3] else ""


def look_up(document: Document, path: tuple[str, ...]) -> Any:
    """Return the value at `path`, None if there is none. A name that contains dots is found too."""
    found: Any = document.get(path[0])
    steps = path[1:]
    if steps and isinstance(found, dict) and (name := _name_in(found, path)) is not None:
        return found[name]
    for step in steps:
        if not isinstance(found, dict):
            return None
        found = found.get(step)
    return found


def _name_in(found: dict[str, Any], path: tuple[str, ...]) -> str | None:
    """Return the full name: `params.depth` can also mean "model.depth", if no other name ends with it."""
    name = ".".join(path[1:])
    for exact in (name, ".".join(path)):
        if exact in found:
            return exact
    held = [key for key in found if key.endswith((f".{name}", f"__{name}"))]
    return held[0] if len(held) == 1 else None


def _ordered(compare: Callable[[Any, Any], Any], a: Any, b: Any) -> bool:
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    texts = isinstance(a, str) and isinstance(b, str)
    return bool(compare(a, b)) if numbers or texts else False


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, list) and not isinstance(b, list):
        return b in a
    if isinstance(b, list) and not isinstance(a, list):
        return a in b
    return bool(a == b)


def _within(a: Any, b: Any) -> bool:
    if isinstance(b, str):
        return isinstance(a, str) and a in b
    if isinstance(b, list):
        return any(x in b for x in a) if isinstance(a, list) else a in b
    return False
