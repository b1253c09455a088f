"""Columns that were added, removed or renamed, or have another dtype."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.tables.canonical import HASHABLE, cell_hashes, fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.tables.tables import ColumnData, TableData
    from nbmodelver.model import Json

IN_PLACE = 0.9
"""Share of equal cells at the same positions from which a column of another name is the same column."""


@dataclass(frozen=True)
class ColumnPair:
    """A column that both sides have. narrow: one side is float32 and the other wider; compare both as float32."""

    before: ColumnData
    after: ColumnData
    narrow: bool = False

    @property
    def name(self) -> str:
        """The name of the later side."""
        return self.after.name

    @property
    def comparable(self) -> bool:
        """True if cells of both sides can be compared."""
        return self.before.kind in HASHABLE and self.after.kind in HASHABLE


@dataclass(frozen=True)
class SchemaChanges:
    """The columns of two tables, side by side.

    pairs: of both sides, in the order of the later one, renamed ones included. renamed: (old, new). candidates: an
    added column with several removed ones of the same values: no rename is assumed. reordered: the common columns
    stand in another order.
    """

    pairs: tuple[ColumnPair, ...]
    added: tuple[ColumnData, ...] = ()
    removed: tuple[ColumnData, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    candidates: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reordered: bool = False

    @property
    def recategorized(self) -> tuple[tuple[ColumnPair, list[Json], list[Json]], ...]:
        """The pairs of categorical columns with other categories or another order of them, and the categories."""
        found = []
        for pair in self.pairs:
            old, new = pair.before.categories, pair.after.categories
            if old is not None and new is not None:
                sides = old.cells(), new.cells()
                found += [(pair, *sides)] if sides[0] != sides[1] else []
        return tuple(found)

    @property
    def retyped(self) -> tuple[ColumnPair, ...]:
        """The pairs whose dtypes differ."""
        return tuple(p for p in self.pairs if p.before.dtype != p.after.dtype)


def common_columns(before: TableData, after: TableData) -> tuple[ColumnPair, ...]:
    """The columns of one name on both sides, in the order of the later one."""
    old = {c.name: c for c in before.columns}
    return tuple(_pair(old[c.name], c) for c in after.columns if c.name in old)


def schema_changes(before: TableData, after: TableData) -> SchemaChanges:
    """Pair the columns by name, then by content."""
    old = {c.name: c for c in before.columns}
    new = {c.name: c for c in after.columns}
    gone = [c for c in before.columns if c.name not in new]
    come = [c for c in after.columns if c.name not in old]
    renamed, candidates = _renamed(gone, come)
    origin = {**{name: name for name in new if name in old}, **{b: a for a, b in renamed}}
    pairs = tuple(_pair(old[origin[c.name]], c) for c in after.columns if c.name in origin)
    taken = {a for a, _ in renamed}
    common = [origin[p.name] for p in pairs]
    return SchemaChanges(
        pairs,
        tuple(c for c in come if c.name not in origin),
        tuple(c for c in gone if c.name not in taken),
        tuple(renamed),
        tuple(candidates),
        common != [c.name for c in before.columns if c.name in set(common)],
    )


def _pair(before: ColumnData, after: ColumnData) -> ColumnPair:
    sizes = {c.values.dtype.itemsize for c in (before, after) if c.kind == "number" and c.values.dtype.kind == "f"}
    return ColumnPair(before, after, narrow=len(sizes) == 2)


def _renamed(
    gone: Sequence[ColumnData], come: Sequence[ColumnData]
) -> tuple[list[tuple[str, str]], list[tuple[str, tuple[str, ...]]]]:
    """Renamed columns as (old, new), and new columns with several old ones of the same values."""
    renamed: list[tuple[str, str]] = []
    candidates: list[tuple[str, tuple[str, ...]]] = []
    prints = {c.name: _fingerprint(c) for c in (*gone, *come)} if gone and come else {}
    for column in come:
        left = [c for c in gone if c.name not in {a for a, _ in renamed}]
        same = [c.name for c in left if prints[column.name] is not None and prints[c.name] == prints[column.name]]
        same = same or [c.name for c in left if _alike(c, column)]
        if len(same) == 1:
            renamed.append((same[0], column.name))
        elif same:
            candidates.append((column.name, tuple(same)))
    return renamed, candidates


def _fingerprint(column: ColumnData) -> int | None:
    return fingerprint(column) if column.kind in HASHABLE else None


def _alike(before: ColumnData, after: ColumnData) -> bool:
    """True if most cells are equal at the same positions, for columns that also got or lost rows."""
    both = min(len(before.values), len(after.values))
    if not both or before.kind not in HASHABLE or after.kind not in HASHABLE:
        return False
    rows = slice(both)
    old, new = cell_hashes(before.take(rows)), cell_hashes(after.take(rows))
    return bool(np.mean(old == new) >= IN_PLACE) and bool((old != old[0]).any())
