"""Runs the tests of other folders again on another system, with the fixtures of their modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


def borrow(module: ModuleType, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the tests and fixtures of a module by name, except those in `without`, which must exist."""
    found = {
        name: value
        for name, value in vars(module).items()
        if name.startswith("test_") or type(value).__name__ == "FixtureFunctionDefinition"
    }
    for name in without:
        del found[name]
    return found
