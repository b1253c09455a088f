"""What can be told of a value that a cell made."""

from __future__ import annotations

from typing import Any


def is_of_the_store(value: Any) -> bool:
    """True for what nbmodelver gave: a version, a repo, a panel. It tells of the store, and is no state of its own."""
    module = type.__getattribute__(type(value), "__module__")
    return isinstance(module, str) and module.partition(".")[0] == "nbmodelver"
