"""Merges of frames and series: which side each row, column and cell comes from.

The library's own file (`pandas.py`, `polars.py`) builds the value from the plan, so dtypes are preserved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbmodelver.comparison.merging.merge import ABSENT, MOST_SHOWN, MergedInside, counted, text_of
from nbmodelver.comparison.merging.rows import SIDES, align
from nbmodelver.comparison.tables.canonical import HASHABLE, CellHasher
from nbmodelver.comparison.tables.tables import ColumnData, TableData, table_of
from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.static import root_of
from nbmodelver.model import CellConflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.merging.merge import MergeOptions, MergeSides
    from nbmodelver.comparison.merging.rows import AlignedRows

OURS, THEIRS, OTHER, NULL = 1, 2, 3, 0
"""Sources of a cell: the position of its table among base, ours, theirs and other; NULL: a null."""


@dataclass(frozen=True)
class FieldPlan:
    """One column of the result, or one level of its index.

    source: (rows,) int8, the side of each cell. row: (rows,) intp, its row there. level: of the index; -1: a column.
    """

    name: str
    source: NDArray[np.int8]
    row: NDArray[np.intp]
    level: int = -1


@dataclass(frozen=True)
class TablePlan:
    """The rows and columns of the result. order: the side whose order of columns it follows."""

    rows: int
    columns: tuple[FieldPlan, ...]
    index: tuple[FieldPlan, ...]
    order: Literal["ours", "theirs"]


def merge(sides: MergeSides, options: MergeOptions) -> MergedInside:
    """Merge two tables. Raises NotMergeable if rows cannot be matched, or for cells that cannot be compared."""
    values = [sides.base, sides.ours, sides.theirs]
    if sides.other is not ABSENT and type(sides.other) is type(sides.ours):
        values.append(sides.other)
    library: Any = import_module(f"nbmodelver.comparison.merging.{root_of(type(sides.ours))}")
    for value, side in zip(values, SIDES, strict=False):
        library.require_mergeable(value, side)
    tables = _with_index([_table(value, side) for value, side in zip(values, SIDES, strict=False)])
    work = _TableMerge(tables, align([t.original for t in tables], options.key), options)
    plan = work.plan()
    return MergedInside(
        library.build(plan, values),
        tuple(work.summary(OURS)),
        tuple(work.summary(THEIRS)),
        tuple(work.shown()),
        len(work.conflicts),
        len(work.unresolved),
    )


@dataclass(frozen=True)
class _Table:
    """One side. fields: columns and levels of the index by (level, name); level -1 for a column."""

    original: TableData
    fields: dict[tuple[int, str], ColumnData]


def _table(value: Any, side: str) -> TableData:
    table = table_of(value)
    if table is None:
        raise NotMergeable(f"in {side} it is no table")
    if type(value).__name__ == "Series":
        table = replace(table, columns=(replace(table.columns[0], name=""),))
    opaque = [c for c in (*table.index, *table.columns) if c.kind not in HASHABLE]
    if opaque:
        raise NotMergeable(f"column '{opaque[0].name}' has {opaque[0].dtype} cells, which cannot be compared")
    return table


def _with_index(tables: Sequence[TableData]) -> list[_Table]:
    """The tables with their index as fields. If the result has labels, a default index is read as its positions."""
    base, ours, theirs = (len(t.index) for t in tables[:3])
    if base != ours != theirs != base:
        raise NotMergeable("both sides replaced its index")
    levels = theirs if ours == base else ours
    found = []
    for table in tables:
        index = table.index if levels else ()
        if levels == 1 and not index:
            index = (ColumnData("index", "int64", "number", np.arange(table.rows)),)
        if len(index) != levels:
            raise NotMergeable("the levels of its index differ")
        fields = {(level, ""): c for level, c in enumerate(index)} | {(-1, c.name): c for c in table.columns}
        found.append(_Table(table, fields))
    return found


@dataclass
class _TableMerge:
    """One merge: decides rows, then columns, then cells."""

    tables: Sequence[_Table]
    rows: AlignedRows
    options: MergeOptions
    conflicts: list[tuple[int, str]] = field(default_factory=list)
    """(row, or -1 for a whole column; column, or "" for a whole row) of each conflict."""
    unresolved: list[tuple[int, str]] = field(default_factory=list)
    cells: Counter[int] = field(default_factory=Counter)
    """Source -> changed cells that came from it."""
    _gained: dict[int, list[str]] = field(default_factory=lambda: {OURS: [], THEIRS: []})
    _hashes: dict[tuple[int, int, str], NDArray[np.uint64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = (self.rows.base, self.rows.ours, self.rows.theirs, self.rows.other)
        self.names = dict.fromkeys(name for t in self.tables[:3] for name in t.fields)

    def plan(self) -> TablePlan:
        """Return what to build."""
        kept = self._kept_rows()
        for side in (OURS, THEIRS):
            places = self.at[side][: self.tables[0].original.rows]
            if (np.diff(places[places >= 0]) < 0).any():
                self._gained[side].append("another order of the rows")
        skeleton = THEIRS if self._is_unmoved() else OURS
        order = self._ordered(kept, skeleton)
        by_side = {s: [n for n in self.tables[s].fields if n[0] == -1] for s in (0, OURS, THEIRS)}
        first = THEIRS if by_side[OURS] == by_side[0] else OURS
        names = dict.fromkeys([*by_side[first], *by_side[OURS], *by_side[THEIRS]])
        fields = [self._field(name, kept, order) for name in [*(n for n in self.names if n[0] >= 0), *names]]
        found = [f for f in fields if f is not None]
        columns, index = (tuple(f for f in found if (f.level < 0) == is_column) for is_column in (True, False))
        return TablePlan(len(order), columns, index, "theirs" if first == THEIRS else "ours")

    # -- rows

    def _kept_rows(self) -> NDArray[np.bool_]:
        """(rows,) bool. A row that one side removed and the other changed is a conflict."""
        in_base, *present = (at >= 0 for at in self.at[:3])
        kept = present[0] | present[1]
        for removing, other in ((OURS, THEIRS), (THEIRS, OURS)):
            gone = np.flatnonzero(in_base & ~present[removing - 1] & present[other - 1])
            changed = np.zeros(len(kept), bool)
            for name in self.tables[other].fields:
                if name[0] == -1 and name in self.tables[0].fields:
                    changed |= self._hash(0, name) != self._hash(other, name)
            clashes = gone[changed[gone]]
            kept[gone] = False
            self._count(removing, len(gone) - len(clashes), "removed row")
            for row in clashes.tolist():
                self.conflicts.append((row, ""))
                kept[row] = self._keeps(row, removing)
        for side, other in ((OURS, THEIRS), (THEIRS, OURS)):
            self._count(side, int((~in_base & present[side - 1] & ~present[other - 1]).sum()), "new row")
        return kept

    def _keeps(self, row: int, removing: int) -> bool:
        """True if a row stays that one side removed and the other changed."""
        prefer = self.options.prefer
        if prefer in ("ours", "theirs"):
            return prefer != SIDES[removing]
        if prefer != "other" or len(self.tables) < 4:
            self.unresolved.append((row, ""))
            return True
        return bool(self.rows.other[row] >= 0)

    def _is_unmoved(self) -> bool:
        """True if ours has the rows of the base in their order."""
        count = self.tables[0].original.rows
        return self.tables[OURS].original.rows == count and bool((self.rows.ours[:count] == np.arange(count)).all())

    def _ordered(self, kept: NDArray[np.bool_], first: int) -> NDArray[np.intp]:
        """The kept rows in the order of one side, then those that only the other has."""
        found = []
        taken = ~kept
        for side in (first, OURS + THEIRS - first):
            present = np.flatnonzero((self.at[side] >= 0) & ~taken)
            found.append(present[np.argsort(self.at[side][present], kind="stable")])
            taken[present] = True
        return np.concatenate(found)

    # -- columns and cells

    def _field(self, name: tuple[int, str], kept: NDArray[np.bool_], order: NDArray[np.intp]) -> FieldPlan | None:
        base, ours, theirs = (t.fields.get(name) for t in self.tables[:3])
        if ours is None and theirs is None:
            return None
        if ours is not None and theirs is not None:
            source = self._cells(name, kept)
        else:
            side = OURS if ours is not None else THEIRS
            if base is not None and self._drops(name, side):
                return None
            if base is None:
                self._gained[side].append(f"column {name[1]}")
            source = np.where(self.at[side] >= 0, side, NULL).astype(np.int8)
        row = np.zeros(len(source), np.intp)
        for side in (OURS, THEIRS, OTHER):
            row = np.where(source == side, self.at[side], row)
        return FieldPlan(name[1], source[order], row[order], name[0])

    def _drops(self, name: tuple[int, str], side: int) -> bool:
        """True if a column goes that the other side removed. It is a conflict if this side changed it."""
        removing = OURS + THEIRS - side
        both = (self.at[0] >= 0) & (self.at[side] >= 0)
        changed = bool((self._hash(0, name) != self._hash(side, name))[both].any())
        if not changed and self._dtype(0, name) == self._dtype(side, name):
            self._gained[removing].append(f"column {name[1]} (removed)")
            return True
        self.conflicts.append((-1, name[1]))
        if self.options.prefer in ("ours", "theirs"):
            return self.options.prefer == SIDES[removing]
        if self.options.prefer == "other" and len(self.tables) > 3:
            return name not in self.tables[OTHER].fields
        self.unresolved.append((-1, name[1]))
        return False

    def _cells(self, name: tuple[int, str], kept: NDArray[np.bool_]) -> NDArray[np.int8]:
        """(rows,) int8: the side of each cell of a column that both sides have."""
        has_base = name in self.tables[0].fields
        present = [at >= 0 for at in self.at]
        both = present[OURS] & present[THEIRS]
        known = both & present[0] & has_base
        hashes = [self._hash(side, name) for side in (0, OURS, THEIRS)]
        by_ours, by_theirs = (
            ~known | ((hashes[0] != hashes[side]) & self._has_labels(side, name)) for side in (OURS, THEIRS)
        )
        unequal = both & (hashes[OURS] != hashes[THEIRS])
        clash = unequal & by_ours & by_theirs & kept
        source = np.where(present[OURS], self._default(name), THEIRS).astype(np.int8)
        source[present[OURS] & ~present[THEIRS]] = OURS
        source[unequal & by_ours] = OURS
        source[unequal & by_theirs & ~by_ours] = THEIRS
        if name[0] == -1:
            self.cells[OURS] += int((unequal & by_ours & ~by_theirs & kept).sum())
            self.cells[THEIRS] += int((unequal & by_theirs & ~by_ours & kept).sum())
        self._decide(name, np.flatnonzero(clash), source)
        return source

    def _decide(self, name: tuple[int, str], clash: NDArray[np.intp], source: NDArray[np.int8]) -> None:
        """Set the source of the cells that both sides changed. ours is the source of what stays open."""
        shown = name[1] if name[0] == -1 else "index"
        self.conflicts += [(row, shown) for row in clash.tolist()]
        prefer = self.options.prefer
        source[clash] = THEIRS if prefer == "theirs" else OURS
        if prefer in ("ours", "theirs"):
            return
        is_known = np.zeros(len(clash), bool)
        if prefer == "other" and len(self.tables) > 3 and name in self.tables[OTHER].fields:
            is_known = self.rows.other[clash] >= 0
        source[clash[is_known]] = OTHER
        self.unresolved += [(row, shown) for row in clash[~is_known].tolist()]

    def _has_labels(self, side: int, name: tuple[int, str]) -> bool:
        """False for the default index: its labels are positions, which rows of the other side may shift."""
        return name[0] == -1 or bool(self.tables[side].original.index)

    def _default(self, name: tuple[int, str]) -> int:
        """The side of unchanged cells: the one that changed the dtype, ours by default."""
        if self._has_labels(THEIRS, name) and not self._has_labels(OURS, name):
            return THEIRS
        base, ours, theirs = (self._dtype(side, name) for side in (0, OURS, THEIRS))
        return THEIRS if ours == base != theirs else OURS

    def _dtype(self, side: int, name: tuple[int, str]) -> str:
        column = self.tables[side].fields.get(name)
        return "" if column is None else column.dtype

    def _hash(self, side: int, name: tuple[int, str]) -> NDArray[np.uint64]:
        """(rows,) uint64: the hash of each cell of a column; 0 where the side lacks the column or the row."""
        key = (side, *name)
        if key not in self._hashes:
            out = np.zeros(len(self.rows.base), np.uint64)
            column, at = self.tables[side].fields.get(name), self.at[side]
            if column is not None and len(column.values):
                known = at >= 0
                out[known] = CellHasher(column, narrow=self._is_narrow(name))(slice(None))[at[known]]
            self._hashes[key] = out
        return self._hashes[key]

    def _is_narrow(self, name: tuple[int, str]) -> bool:
        """True if a column is float32 on one side and wider on another: its cells are compared as float32."""
        columns = [c for t in self.tables[:3] if (c := t.fields.get(name)) is not None]
        floats = {c.values.dtype.itemsize for c in columns if c.kind == "number" and c.values.dtype.kind == "f"}
        return len(floats) > 1

    # -- summary

    def _count(self, side: int, count: int, noun: str) -> None:
        if count:
            self._gained[side].append(counted(count, noun))

    def summary(self, side: int) -> list[str]:
        """Return what came from one side: "3 cells", "2 new rows", "column z"."""
        cells = [counted(self.cells[side], "cell")] if self.cells[side] else []
        return [*cells, *self._gained[side]]

    def shown(self) -> list[CellConflict]:
        """Return the first conflicts, in the order of the rows."""
        return [self._shown(*conflict) for conflict in sorted(self.conflicts)[:MOST_SHOWN]]

    def _shown(self, row: int, column: str) -> CellConflict:
        if row < 0:
            texts = ["present" if (-1, column) in t.fields else "removed" for t in self.tables[:3]]
            texts = [t if i == 0 or t == "removed" else "changed" for i, t in enumerate(texts)]
            return CellConflict(f"column {column}", *texts)
        if not column:
            present = ["changed" if at[row] >= 0 else "removed" for at in self.at[1:3]]
            return CellConflict(self._label(row), "present", *present)
        name = (0, "") if column == "index" and (-1, column) not in self.tables[OURS].fields else (-1, column)
        texts = []
        for table, at in zip(self.tables[:3], self.at, strict=False):
            cell = table.fields.get(name)
            has_cell = cell is not None and at[row] >= 0
            texts.append(
                text_of(cell.take(at[row : row + 1]).cells()[0]) if cell is not None and has_cell else "absent"
            )
        place = ", ".join(filter(None, (self._label(row), column)))
        return CellConflict(place, *texts)

    def _label(self, row: int) -> str:
        """The row by its key, its label or its position: "id 17", "row 3"."""
        side = next(s for s in (OURS, THEIRS, 0) if self.at[s][row] >= 0)
        table, at = self.tables[side].original, self.at[side][row : row + 1]
        if self.rows.how.startswith("key "):
            names = self.rows.how.removeprefix("key ").split(", ")
            columns = {c.name: c for c in (*table.index, *table.columns)}
            return ", ".join(f"{n} {text_of(columns[n].take(at).cells()[0])}" for n in names if n in columns)
        label = table.labels(at)[0]
        return f"row {label if not isinstance(label, str) else text_of(label)}"
