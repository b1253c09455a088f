"""The rows and cells in which two tables differ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.rows.column_changes import ColumnChange, column_changes
from nbmodelver.comparison.rows.matching import RowOrder, contains, matched, row_order
from nbmodelver.comparison.rows.pairing import Pairer
from nbmodelver.comparison.tables.canonical import row_hashes
from nbmodelver.comparison.tables.schema import schema_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.schema import ColumnPair, SchemaChanges
    from nbmodelver.comparison.tables.tables import TableData


WORTH_A_THREAD = 1_000_000
"""Cells of a side from which its rows are hashed on a thread of its own."""
SOME_ROWS = 1_000


@dataclass(frozen=True)
class RowDiff:
    """The differences of two tables. Rows are indices, (n,) intp.

    same: rows that are equal in all columns of both sides. pairs: (before, after) of rows that changed, in the order of
    `after`. how: how they were paired: "key id", "index", "content", "position". order: of the rows of both sides.
    sorted_by: the column by which `after` is sorted and `before` was not, or "". relabelled: rows of both sides with
    another label in the index. copies_added, copies_removed: added and removed rows that are copies of rows of both
    sides. columns: the columns with changed cells. not_compared: columns that cannot be compared cell by cell.
    places: (rows before,) intp, where each row is after, or -1. note: a sentence about how they were compared.
    """

    before: TableData
    after: TableData
    schema: SchemaChanges
    same: int
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]]
    added: NDArray[np.intp]
    removed: NDArray[np.intp]
    how: tuple[str, ...] = ()
    order: RowOrder = field(default_factory=lambda: RowOrder("kept"))
    sorted_by: str = ""
    relabelled: int = 0
    copies_added: int = 0
    copies_removed: int = 0
    columns: tuple[ColumnChange, ...] = ()
    not_compared: tuple[str, ...] = ()
    places: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    note: str = ""

    @property
    def changed(self) -> int:
        """Rows with a changed cell."""
        return len(self.pairs[0])

    @property
    def same_rows(self) -> bool:
        """True if both sides have the same rows, in any order."""
        return not (self.changed or len(self.added) or len(self.removed))


def row_diff(before: TableData, after: TableData, key: Sequence[str] = ()) -> RowDiff:
    """Compare two tables by their rows. key: names of the columns that identify a row; default: a key is searched.

    NaN equals NaN, 0.0 equals -0.0, and 1 equals 1.0; a copy of a row is a row of its own.
    """
    schema = schema_changes(before, after)
    pairs = [p for p in schema.pairs if p.comparable]
    not_compared = tuple(p.name for p in schema.pairs if not p.comparable)
    if not pairs:
        nothing = np.empty(0, np.intp)
        count = min(before.rows, after.rows)
        added, removed = np.arange(count, after.rows), np.arange(count, before.rows)
        places = np.where(np.arange(before.rows) < count, np.arange(before.rows), -1)
        return RowDiff(
            before, after, schema, count, (nothing, nothing), added, removed, not_compared=not_compared, places=places
        )
    hashes = _hashes(before, after, pairs)
    places = matched(*hashes)
    pairing = Pairer((before, after), pairs, hashes, places, key).run()
    equal = np.flatnonzero(places >= 0)
    together = places.copy()
    together[pairing.before] = pairing.after
    both = np.flatnonzero(together >= 0)
    removed, added = np.flatnonzero(together < 0), _missing(together[both], after.rows)
    order = row_order(together[both])
    in_place = before.rows == after.rows and order.how == "kept"
    return RowDiff(
        before,
        after,
        schema,
        len(equal),
        (pairing.before, pairing.after),
        added,
        removed,
        pairing.how,
        order,
        _sorted_by(pairs) if order.how != "kept" else "",
        _relabelled(before, after, both, together[both]),
        int(contains(hashes[0][equal], hashes[1][added]).sum()) if len(added) else 0,
        int(contains(hashes[0][equal], hashes[0][removed]).sum()) if len(removed) else 0,
        tuple(column_changes(pairs, pairing.before, pairing.after, in_place=in_place)),
        not_compared,
        together,
    )


def _missing(rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The indices below `count` that are not among `rows`, ascending."""
    is_missing = np.ones(count, bool)
    is_missing[rows] = False
    return np.flatnonzero(is_missing)


def _hashes(
    before: TableData, after: TableData, pairs: Sequence[ColumnPair]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The hashes of the rows of both sides, each on a thread of its own: NumPy releases the lock of the interpreter."""
    names = [p.name for p in pairs]
    narrow = [p.before.name for p in pairs if p.narrow]
    if max(before.rows, after.rows) * len(pairs) < WORTH_A_THREAD:
        old = row_hashes([p.before for p in pairs], before.rows, names, narrow)
        return old, row_hashes([p.after for p in pairs], after.rows, names, [p.name for p in pairs if p.narrow])
    with ThreadPoolExecutor(1) as thread:
        earlier = thread.submit(row_hashes, [p.before for p in pairs], before.rows, names, narrow)
        new = row_hashes([p.after for p in pairs], after.rows, names, [p.name for p in pairs if p.narrow])
        return earlier.result(), new


def _relabelled(before: TableData, after: TableData, rows: NDArray[np.intp], places: NDArray[np.intp]) -> int:
    """Rows of both sides whose label in the index differs; a default index has the position as its label."""
    old, new = before.index, after.index
    if not old and not new:
        return 0
    if len(old) != len(new) or any(c.kind == "opaque" for c in (*old, *new)):
        return len(rows)
    names = [c.name for c in new]
    labels = row_hashes(old, before.rows, names)[rows], row_hashes(new, after.rows)[places]
    return int((labels[0] != labels[1]).sum())


def _sorted_by(pairs: Sequence[ColumnPair]) -> str:
    """The first column that ascends or descends in `after` and not in `before`."""
    for pair in pairs:
        direction = _direction(pair.after.values, pair.after.kind)
        if direction and _direction(pair.before.values, pair.before.kind) != direction:
            return pair.name if direction > 0 else f"{pair.name}, descending"
    return ""


def _direction(values: NDArray[Any], kind: str) -> int:
    """1 if the values ascend, -1 if they descend, 0 otherwise and for constants."""
    if kind not in ("number", "time", "text") or len(values) < 2:
        return 0
    if len(values) > SOME_ROWS and not _direction(values[:SOME_ROWS], kind):
        some = values[:SOME_ROWS]
        if bool((some != some[0]).any()):
            return 0
    try:
        steps = values[1:] >= values[:-1], values[1:] <= values[:-1]
    except TypeError:  # None among texts.
        return 0
    ascends, descends = (bool(np.all(s)) for s in steps)
    return 0 if ascends == descends else 1 if ascends else -1
