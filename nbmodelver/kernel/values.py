"""What can be told of a value that a cell made."""

from __future__ import annotations

import types
from typing import Any


def is_imported_code(value: Any) -> bool:
    """True for a function or class of a library: importing it again gives it back."""
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
        return value.__module__ != "__main__"
    return isinstance(value, type) and type.__getattribute__(value, "__module__") != "__main__"


def is_of_the_store(value: Any) -> bool:
    """True for what nbmodelver gave: a version, a repo, a panel. It tells of the store, and is no state of its own."""
    module = type.__getattribute__(type(value), "__module__")
    return isinstance(module, str) and module.partition(".")[0] == "nbmodelver"
