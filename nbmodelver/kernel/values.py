"""What can be told of a value that a cell made."""

from __future__ import annotations

import types
from typing import Any


def is_imported_code(value: Any) -> bool:
    """True for a function or class of a library: importing it again gives it back."""
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
        return value.__module__ != "__main__"
    return isinstance(value, type) and type.__getattribute__(value, "__module__") != "__main__"
