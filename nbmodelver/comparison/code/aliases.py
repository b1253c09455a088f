"""Names of one object: after `other = df`, a change of a part of `other` changes `df` too."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Aliases:
    """The names that share an object, after the statements that were added, in order."""

    def __init__(self) -> None:
        self._shared: dict[str, set[str]] = {}

    def add(self, statement: ast.stmt) -> None:
        """Note the names that share an object after a statement: those of `a = b` and of `a = b = c`."""
        if not isinstance(statement, ast.Assign):
            return
        names = {t.id for t in statement.targets if isinstance(t, ast.Name)}
        if isinstance(statement.value, ast.Name):
            names.add(statement.value.id)
        if len(names) > 1:
            group = names.union(*(self._shared.get(name, set()) for name in names))
            self._shared.update(dict.fromkeys(group, group))

    def forget(self, name: str) -> None:
        """Note that a name is assigned, and no longer shares an object."""
        group = self._shared.pop(name, None)
        if group is not None:
            group.discard(name)

    def of(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names, and those that share an object with one of them."""
        chosen = frozenset(names)
        return chosen.union(*(self._shared.get(name, frozenset()) for name in chosen))


def parts_changed(statement: ast.stmt) -> frozenset[str]:
    """Return the names of which a statement assigns or deletes a part: `df` of `df["x"] = 0`, `df.a.b += 1`."""
    targets: list[ast.expr] = []
    if isinstance(statement, (ast.Assign, ast.Delete)):
        targets = statement.targets
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        targets = [statement.target]
    return frozenset(name for target in targets if (name := _root(target)))


def _root(target: ast.expr) -> str:
    """The name whose part a target is; "" for a whole name."""
    at = target
    while isinstance(at, (ast.Attribute, ast.Subscript)):
        at = at.value
    return at.id if isinstance(at, ast.Name) and at is not target else ""
