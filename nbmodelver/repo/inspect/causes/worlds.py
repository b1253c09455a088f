"""Two versions as worlds: the statements that a metric depends on, and which of its names differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.statements import RANDOM_STATE, Slice, slice_of, statements_of

if TYPE_CHECKING:
    from nbmodelver.comparison.code.statements import Statement
    from nbmodelver.model import Version
    from nbmodelver.repo.core.open_store import OpenStore

LOOK_BACK = 50
"""Versions whose cells are read, back along first parents."""
FIXED = frozenset({"int", "float", "complex", "bool", "str", "bytes", "NoneType"})
"""Types whose values cannot be changed in place."""
RESULT = "__metric__"
"""The name that the expression of the metric is assigned to."""


@dataclass(frozen=True)
class World:
    """One version, and the part of its program that the metric depends on. expression: that measures the metric."""

    version: Version
    slice: Slice
    expression: str

    def can_load(self, name: str) -> bool:
        """Return True if the kept value of a name can be loaded instead of running the statements that made it."""
        return name in self.version.kept and name not in self.slice.reused and not self.is_code(name)

    def is_code(self, name: str) -> bool:
        """Return True for a function, a class or an import."""
        kept = self.version.kept.get(name)
        known = self.slice.is_defined(name) or self.slice.is_imported(name) or name in self.version.imports
        return known or (kept is not None and kept.kind == "code")


@dataclass(frozen=True)
class Worlds:
    """The worlds of the earlier and of the later version."""

    before: World
    after: World
    _changed: dict[str, bool] = field(default_factory=dict, compare=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that the metric depends on in either version: kept ones without code, then in order of making."""
        slices = [world.slice for world in (self.before, self.after)]
        read = [n for found in slices for names in found.inputs.values() for n in names]
        return tuple(dict.fromkeys(n for n in (*read, *(n for s in slices for n in _in_order(s))) if self._is_any(n)))

    def _is_any(self, name: str) -> bool:
        """True for a name that a version holds, or that a statement made."""
        return any(name in w.version.kept or name in w.slice.making for w in (self.before, self.after))

    def is_equal(self, name: str) -> bool:
        """Return True if both versions hold the same value of a name."""
        return same_value(self.before.version, self.after.version, name)

    def differs(self, name: str) -> bool:
        """Return True if both versions hold a value of a name, and these differ."""
        both = all(world.can_load(name) for world in (self.before, self.after))
        return both and not self.is_equal(name)

    def has_other_code(self, name: str) -> bool:
        """Return True if other statements made a name. An unknown side counts only for the random state."""
        old, new = self.before.slice.sources(name), self.after.slice.sources(name)
        if name == RANDOM_STATE:
            return old != new
        if not old and not new and self.is_code_of_both(name):
            return definitions(self.before.version, name) != definitions(self.after.version, name)
        return bool(old and new) and old != new

    def is_code_of_both(self, name: str) -> bool:
        """Return True for a function or class of both versions."""
        return self.before.is_code(name) and self.after.is_code(name)

    def inputs(self, name: str) -> tuple[str, ...]:
        """The names that made a name in the later version, else in the earlier one."""
        return self.after.slice.inputs.get(name) or self.before.slice.inputs.get(name, ())

    def changed(self, name: str) -> bool:
        """Return True if a name differs, or if it is not known and something that made it changed."""
        if name not in self._changed:
            self._changed[name] = False  # A name that depends on itself.
            known = self.differs(name) or self.has_other_code(name)
            unknown = not all(world.can_load(name) for world in (self.before, self.after))
            self._changed[name] = known or (unknown and any(self.changed(n) for n in self.inputs(name)))
        return self._changed[name]

    def changed_inputs(self, name: str) -> tuple[str, ...]:
        """The inputs of a name that changed and that both versions know."""
        return tuple(n for n in self.inputs(name) if self._is_of_both(n) and self.changed(n))

    def _is_of_both(self, name: str) -> bool:
        worlds = (self.before, self.after)
        return name == RANDOM_STATE or all(name in w.version.kept or name in w.slice.making for w in worlds)


def both_worlds(store: OpenStore, before: Version, after: Version, expressions: tuple[str, str]) -> Worlds:
    """Return both worlds. expressions: that measure the metric, of each version. Raises Damaged."""

    def world(version: Version, expression: str) -> World:
        program = [*_program(store, version), *statements_of(f"{RESULT} = ({expression})")]
        found = slice_of(
            program, [RESULT], lambda n: same_value(before, after, n), fixed.__contains__, data.__contains__
        )
        return World(version, found, expression)

    data = {n for v in (before, after) for n, k in v.kept.items() if k.kind in ("dataset", "hyperparameters")}
    fixed = {n for v in (before, after) for n, k in v.kept.items() if k.type in FIXED}

    return Worlds(world(before, expressions[0]), world(after, expressions[1]))


def same_value(before: Version, after: Version, name: str) -> bool:
    """Return True if a name has the same content in both versions. False for functions and classes.

    The digest of a function or class is that of its name, so it does not tell whether the code is the same.
    """
    old, new = before.kept.get(name), after.kept.get(name)
    return old is not None and new is not None and old.digest == new.digest and new.kind != "code"


def definitions(version: Version, name: str) -> tuple[str, ...]:
    """The recipes of a function or class of the notebook."""
    return tuple(group.recipe for group in version.definitions if name in group.names)


def _program(store: OpenStore, version: Version) -> list[Statement]:
    """The statements of the cells that ran without an error on the way to a version, oldest first."""
    path = [version]
    while path[-1].parents and len(path) < LOOK_BACK:
        path.append(store.history.version(path[-1].parents[0]))
    cells = [cell for step in reversed(path) for cell in store.cells(step) if cell.ok and not cell.only_looks]
    return [one for i, cell in enumerate(cells) for one in statements_of(cell.source, i, cell.duration_s or 0.0)]


def _in_order(found: Slice) -> list[str]:
    return sorted(found.making, key=lambda name: found.making[name][-1])
