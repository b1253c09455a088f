"""Tests of other folders, to be run once more on another system: their module's fixtures come along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


def borrow(module: ModuleType, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The tests and fixtures of a module by name, without some; each of these must be there."""
    found = {
        name: value
        for name, value in vars(module).items()
        if name.startswith("test_") or type(value).__name__ == "FixtureFunctionDefinition"
    }
    for name in without:
        del found[name]
    return found
