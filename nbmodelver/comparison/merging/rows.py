"""Matches the rows of the versions of a table for a merge, or says why they cannot be matched safely.

Rows are identified by a given key, by the index, by a column that is named like a key, and otherwise by their content
and position. Unlike a comparison, a merge refuses what is only likely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.rows.matching import contains, matched
from nbmodelver.comparison.rows.pairing import KEY_NAME, equal_cells, is_unique, may_be_key, numbers_rows
from nbmodelver.comparison.rows.row_diff import row_diff
from nbmodelver.comparison.tables.canonical import HASHABLE, row_hashes
from nbmodelver.comparison.tables.schema import ColumnPair, common_columns
from nbmodelver.comparison.tables.tables import ColumnData, TableData
from nbmodelver.errors import NotMergeable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]
    Places = NDArray[np.intp]

SIDES = ("base", "ours", "theirs", "other")
ALIKE, IN_PLACE = 0.5, 0.8
"""Shares: of equal cells from which rows at one position are one row, and of equal cells from which a single column is
not searched for moved cells."""
HOW = "its rows cannot be matched"
WAY_OUT = "name the columns that identify a row: --key NAME=COLUMN"


@dataclass(frozen=True)
class AlignedRows:
    """The rows of all sides, side by side: each (rows,) intp, the index of the row on the side, or -1.

    how: what identifies a row: "key id", "index" or "position".
    """

    base: Places
    ours: Places
    theirs: Places
    other: Places
    how: str


def align(tables: Sequence[TableData], key: Sequence[str] = ()) -> AlignedRows:
    """Match the rows of base, ours and theirs, and of a fourth table if there is one. Raises NotMergeable."""
    how, keys = _keys(tables, key)
    if keys is not None:
        places = [matched(keys[0], keys[i]) for i in range(1, len(tables))]
    else:
        places = [_places(tables[0], table, side) for table, side in zip(tables[1:], SIDES[1:], strict=False)]
    added = [np.setdiff1d(np.arange(t.rows), p) for t, p in zip(tables[1:3], places[:2], strict=True)]
    same = _same_added(tables, keys, added)
    ours_of_theirs = added[0][same[same >= 0]]
    only_ours = np.setdiff1d(added[0], ours_of_theirs)
    nowhere = np.full(len(only_ours) + len(added[1]), -1, np.intp)
    ours = np.concatenate([places[0], only_ours, np.where(same >= 0, added[0][same] if len(added[0]) else -1, -1)])
    theirs = np.concatenate([places[1], np.full(len(only_ours), -1, np.intp), added[1]])
    base = np.concatenate([np.arange(tables[0].rows), nowhere])
    other = np.concatenate([places[2], nowhere]) if len(places) > 2 else np.full(len(base), -1, np.intp)
    return AlignedRows(base, ours, theirs, other, how)


def _keys(tables: Sequence[TableData], key: Sequence[str]) -> tuple[str, list[Keys] | None]:
    """What identifies the rows, and their hashes on each side; None if only content and position do."""
    if key:
        return f"key {', '.join(key)}", [_given(t, key, side) for t, side in zip(tables, SIDES, strict=False)]
    levels = {len(t.index) for t in tables}
    if levels != {0} and len(levels) == 1 and all(c.kind in HASHABLE for t in tables for c in t.index):
        labels = [_index_keys(t.index, t.rows) for t in tables]
        sides = list(zip(tables[1:], labels[1:], strict=True))
        if all(map(is_unique, labels)) and all(_fit(tables[0], t, labels[0], k) for t, k in sides):
            return "index", labels
    found = _found_key(tables)
    if found:
        return f"key {found}", [_given(t, [found], side) for t, side in zip(tables, SIDES, strict=False)]
    return "position", None


def _given(table: TableData, key: Sequence[str], side: str) -> Keys:
    columns = {c.name: c for c in (*table.index, *table.columns)}
    missing = [name for name in key if name not in columns]
    if missing:
        raise NotMergeable(f"{side} has no column '{missing[0]}', which is the key")
    chosen = [columns[name] for name in key]
    if any(c.kind not in HASHABLE for c in chosen):
        raise NotMergeable(f"the key {', '.join(key)} cannot be compared")
    keys = row_hashes(chosen, table.rows)
    if not is_unique(keys):
        raise NotMergeable(f"the key {', '.join(key)} is not unique in {side}")
    return keys


def _index_keys(index: Sequence[ColumnData], rows: int) -> Keys:
    return row_hashes(index, rows, [str(i) for i in range(len(index))])


def _fit(base: TableData, table: TableData, keys: Keys, side_keys: Keys) -> bool:
    """True if labels identify rows: most are on both sides, and the rows of integer labels are alike.

    Integer labels may have been numbered anew, and then another row has the label.
    """
    if not base.rows or not table.rows:
        return True
    places = matched(keys, side_keys)
    rows = np.flatnonzero(places >= 0)
    if len(rows) < ALIKE * min(base.rows, table.rows):
        return False
    pairs = [p for p in common_columns(base, table) if p.comparable]
    is_number = len(table.index) == 1 and table.index[0].kind == "number"
    return not is_number or not pairs or bool(np.mean([equal_cells(p, rows, places[rows]) for p in pairs]) >= ALIKE)


def _found_key(tables: Sequence[TableData]) -> str:
    """The first column that is named like a key and identifies the rows of every side, "" if there is none."""
    for pair in common_columns(tables[0], tables[1]):
        columns = [c for t in tables for c in t.columns if c.name == pair.name]
        if not KEY_NAME.search(pair.name) or len(columns) != len(tables):
            continue
        pairs = [ColumnPair(columns[0], c) for c in columns[1:]]
        if not all(map(may_be_key, pairs)) or all(map(numbers_rows, columns)):
            continue
        keys = [row_hashes([c], len(c.values)) for c in columns]
        shared = [contains(k, keys[0]).mean() if len(keys[0]) else 1.0 for k in keys[1:]]
        if all(map(is_unique, keys)) and all(s >= ALIKE for s in shared):
            return pair.name
    return ""


def _same_added(tables: Sequence[TableData], keys: Sequence[Keys] | None, added: Sequence[Places]) -> Places:
    """(rows added by theirs,) intp: the position among the rows added by ours of the same row, or -1."""
    none = np.full(len(added[1]), -1, np.intp)
    if not len(added[0]) or not len(added[1]):
        return none
    if keys is not None:
        return matched(keys[2][added[1]], keys[1][added[0]])
    pairs = common_columns(tables[1], tables[2])
    ours = row_hashes([p.before for p in pairs], tables[1].rows)[added[0]]
    theirs = row_hashes([p.after for p in pairs], tables[2].rows)[added[1]]
    if len(ours) == len(theirs) and bool((ours == theirs).all()):
        return np.arange(len(theirs))
    if contains(ours, theirs).any():
        raise NotMergeable(f"both sides added rows, and some of them are equal; {WAY_OUT}")
    return none


def _places(base: TableData, table: TableData, side: str) -> Places:
    """(rows of base,) intp: the row of the side, or -1, by labels if only the side has an index, else by content."""
    if len(base.index) != len(table.index):
        labels = table.index[0] if len(table.index) == 1 else None
        if base.index or labels is None or labels.kind != "number" or labels.values.dtype.kind not in "iu":
            raise NotMergeable(f"{HOW}: the index was replaced in {side}; {WAY_OUT}")
        numbers = ColumnData(labels.name, "int64", "number", np.arange(base.rows))
        keys = _index_keys([numbers], base.rows), _index_keys([labels], table.rows)
        if not is_unique(keys[1]):
            raise NotMergeable(f"{HOW}: labels repeat in {side}; {WAY_OUT}")
        if not _fit(base, table, *keys):
            raise NotMergeable(f"{HOW}: the index was replaced in {side}; {WAY_OUT}")
        return matched(*keys)
    pairs = [p for p in common_columns(base, table) if p.comparable]
    if not pairs and base.rows != table.rows:
        raise NotMergeable(f"{HOW}: {side} has none of its columns; {WAY_OUT}")
    if not pairs or _stayed(base, table, pairs):
        positions = np.arange(base.rows)
        return np.where(positions < table.rows, positions, -1)
    return _by_content(base, table, side)


def _stayed(base: TableData, table: TableData, pairs: Sequence[ColumnPair]) -> bool:
    """True if rows at the same position are the same rows: most cells are equal, and no row was moved.

    Rows at the end that only one side has were added or removed there.
    """
    rows = np.arange(min(base.rows, table.rows))
    if not len(rows):
        return True
    equal = [equal_cells(p, rows, rows) for p in pairs]
    if np.mean([e.mean() for e in equal]) < ALIKE:
        return False
    changed = np.flatnonzero(~np.logical_and.reduce(equal))
    if base.rows != table.rows and len(changed) and changed[-1] == rows[-1]:
        return False  # Rows before the end may have been added or removed, which shifts those that follow.
    if len(pairs) == 1 and base.rows == table.rows and 1 - len(changed) / len(rows) >= IN_PLACE:
        return True
    names = [p.name for p in pairs]
    before = row_hashes([p.before.take(changed) for p in pairs], len(changed), names)
    after = row_hashes([p.after.take(changed) for p in pairs], len(changed), names)
    return not contains(after, before).any()


def _by_content(base: TableData, table: TableData, side: str) -> Places:
    """The rows as a comparison pairs them, if the order is kept and the pairs are certain."""
    found = row_diff(base, table)
    if found.order.how != "kept":
        raise NotMergeable(f"{HOW}: {side} has them in another order; {WAY_OUT}")
    if found.copies_added or found.copies_removed:
        raise NotMergeable(f"{HOW}: {side} added or removed copies of rows; {WAY_OUT}")
    if base.rows == table.rows and len(found.added):
        raise NotMergeable(f"{HOW}: {side} changed too many cells; {WAY_OUT}")
    pairs = [p for p in common_columns(base, table) if p.comparable]
    if len(pairs) > 1 and found.changed:
        agree = np.mean([equal_cells(p, *found.pairs) for p in pairs], axis=0)
        if agree.min() < ALIKE:
            raise NotMergeable(f"{HOW}: {side} changed too many cells of a row; {WAY_OUT}")
    return found.places
