"""The row difference of two stored tables that differ in a few columns, without reading the other columns.

Columns whose parts have the same id on both sides are equal, row by row. Equal rows are then those whose other columns
are equal, unless rows that differ also changed places, which is tested with as few more columns as possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.rows.column_changes import column_changes
from nbmodelver.comparison.rows.matching import contains
from nbmodelver.comparison.rows.pairing import cell_terms, is_unique, may_be_key
from nbmodelver.comparison.rows.row_diff import RowDiff
from nbmodelver.comparison.tables.canonical import HASHABLE, cell_hashes
from nbmodelver.comparison.tables.schema import ColumnPair, SchemaChanges, common_columns
from nbmodelver.comparison.tables.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.sides import StoredColumns
    from nbmodelver.comparison.tables.tables import TableData

    Names = tuple[str, ...]

MAX_MORE_COLUMNS = 3
"""Unchanged columns that are read to tell whether rows that differ changed places."""


def in_place_diff(before: StoredColumns, after: StoredColumns) -> RowDiff | None:
    """Compare the columns that differ, by position; None if the tables have to be compared as a whole.

    Both must have the same columns, index and number of rows, and at least half of the columns must have equal parts.
    The tables of the result have only the columns that differ. Its rows are paired by position.
    """
    if before.shared != after.shared or before.parts.keys() != after.parts.keys():
        return None
    changed = [names for names, parts in after.parts.items() if before.parts[names] != parts]
    equal = [names for names in after.parts if names not in set(changed)]
    if not changed or _columns(changed) * 2 > _columns([*changed, *equal]):
        return None
    wanted = [name for names in changed for name in names]
    tables = table_of(before.load(wanted)), table_of(after.load(wanted))
    pairs = _pairs(tables, changed)
    if pairs is None or tables[0] is None or tables[1] is None:
        return None
    places = np.arange(tables[1].rows)
    terms = [_terms(pairs, side, places) for side in (0, 1)]
    rows = np.flatnonzero(terms[0] != terms[1])
    if _may_have_moved(terms[0][rows], terms[1][rows], rows, equal, after) or any(map(_pairs_other_rows, pairs)):
        return None
    same = len(places) - len(rows)
    nothing = rows[:0]
    found = tuple(column_changes(pairs, rows, rows, in_place=True))
    how = ("position",) if len(rows) else ()
    schema = SchemaChanges(tuple(pairs))
    return RowDiff(
        tables[0], tables[1], schema, same, (rows, rows), nothing, nothing, how, columns=found, places=places
    )


def _columns(found: Sequence[Names]) -> int:
    return len({names[-1] for names in found})


def _pairs(tables: tuple[TableData | None, TableData | None], changed: Sequence[Names]) -> list[ColumnPair] | None:
    """The columns that differ; None unless each was read and can be compared."""
    if tables[0] is None or tables[1] is None or tables[0].rows != tables[1].rows:
        return None
    pairs = list(common_columns(tables[0], tables[1]))
    known = {p.name for p in pairs}
    is_whole = all(known.intersection(names) for names in changed) and len(known) == len(tables[0].columns)
    return pairs if is_whole and all(p.comparable for p in pairs) else None


def _terms(pairs: Sequence[ColumnPair], side: int, rows: NDArray[np.intp]) -> NDArray[np.uint64]:
    """(rows,) uint64: what these columns contribute to the hashes of the rows."""
    total = np.zeros(len(rows), np.uint64)
    for pair in pairs:
        total += cell_terms(pair, pair.after if side else pair.before, rows)
    return total


def _may_have_moved(
    old: NDArray[np.uint64],
    new: NDArray[np.uint64],
    rows: NDArray[np.intp],
    equal: Sequence[Names],
    stored: StoredColumns,
) -> bool:
    """True if a row that differs may stand at another place on the other side.

    old, new: (n,) uint64, terms of the columns that differ; rows: (n,) intp, where they stand. Columns that are equal
    on both sides are added one by one, until they tell all rows apart.
    """
    for names in [(), *equal[:MAX_MORE_COLUMNS]]:
        for pair in _equal_pairs(stored.load(names) if names else None):
            term = cell_terms(pair, pair.after, rows)
            old, new = old + term, new + term
        if not len(rows) or not contains(old, new).any():
            return False
    return True


def _equal_pairs(value: Any) -> list[ColumnPair]:
    table = None if value is None else table_of(value)
    return [ColumnPair(c, c) for c in table.columns if c.kind in HASHABLE] if table is not None else []


def _pairs_other_rows(pair: ColumnPair) -> bool:
    """True if the column is a key by which rows at different positions are one row."""
    if not may_be_key(pair):
        return False
    old, new = cell_hashes(pair.before), cell_hashes(pair.after)
    differs = old != new
    return bool(contains(old[differs], new[differs]).any()) and is_unique(old) and is_unique(new)
