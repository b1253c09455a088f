"""Converts values to short, valid JSON without calling user code."""

from __future__ import annotations

import math
from itertools import islice
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.names import class_name
from nbmodelver.kinds.static import attribute, mro, qualname_of, root_of

if TYPE_CHECKING:
    from nbmodelver.model import Json

MAX_TEXT = 200
MAX_ITEMS = 20
MAX_INT = 2**63
WRITTEN_AS_TEXT = frozenset({"pathlib", "datetime", "decimal", "fractions"})
TORCH_WORDS = frozenset({("torch", "dtype"), ("torch", "device"), ("torch", "Size")})


def finite(value: Any) -> Json:
    """A plain number as JSON; NaN and infinities become text."""
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def scalar(value: Any) -> Json:
    """A plain value as JSON; anything else as its type in angle brackets."""
    cls = type(value)
    if value is None or cls is bool:
        return value  # type: ignore[no-any-return]  # exact types
    if cls is int:
        return value if -MAX_INT < value < MAX_INT else f"<int of {value.bit_length()} bits>"
    if cls is float:
        return finite(value)
    if cls is str:
        return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}… ({len(value)} characters)"
    return _text_of_library_value(value)


def _text_of_library_value(value: Any) -> Json:
    cls = type(value)
    bases = mro(cls)
    root, name = root_of(cls), qualname_of(cls)
    if any(b is type for b in bases):
        return class_name(value)
    if root == "numpy" and any(qualname_of(b) == "generic" for b in bases):
        item = value.item()
        return scalar(item) if any(type(item) is p for p in (bool, int, float, str)) else str(value)
    if root in WRITTEN_AS_TEXT or (root, name) in TORCH_WORDS:
        return str(value)[:MAX_TEXT]
    if cls is FunctionType or cls is BuiltinFunctionType:
        return f"<function {value.__name__}>"
    member = attribute(value, "_name_")
    return f"{class_name(cls)}.{member}" if type(member) is str else f"<{class_name(cls)}>"


def short(value: Any, depth: int = 2) -> Json:
    """A plain value, or a small container of plain values, as JSON of bounded length; anything else as its type."""
    cls = type(value)
    if (cls is list or cls is tuple) and depth:
        items = [short(v, depth - 1) for v in islice(value, MAX_ITEMS)]
        return items if len(value) <= MAX_ITEMS else [*items, f"… ({len(value)} items)"]
    if cls is dict and depth:
        some = {str(scalar(k)): short(v, depth - 1) for k, v in islice(value.items(), MAX_ITEMS)}
        return some if len(value) <= MAX_ITEMS else some | {"…": f"({len(value)} items)"}
    return scalar(value)
