"""Checks of values that cells create."""

from __future__ import annotations

from typing import Any


def is_of_the_store(value: Any) -> bool:
    """Return True for an object of nbmodelver, such as a version or a panel. It is not state of the notebook."""
    module = type.__getattribute__(type(value), "__module__")
    return isinstance(module, str) and module.partition(".")[0] == "nbmodelver"
