"""Which rows and cells of two tables differ, without their values: what a page of them is made from.

An index is small, so that it is kept with a comparison. A page then reads only the columns that it shows.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from nbmodelver.comparison.rows.pairing import equal_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.rows.row_diff import RowDiff
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Json

    Load = Callable[[Literal["before", "after"], Sequence[str]], TableData]
    """Returns the table of a side with at least these columns, with its index."""

MAX_CELLS = 12
"""Columns that are shown of an added or removed row."""
MAX_BYTES = 8_000_000
"""A larger index is not kept: writing it takes longer than finding the rows again."""


@dataclass(frozen=True)
class RowIndex:
    """The rows that differ. Rows are indices, (n,) intp.

    before, after: rows that changed, paired. columns: (name before, name after) of the columns with changed cells.
    cells: (n, columns) bool, True for a changed cell. added, removed: other rows. how: the way of pairing, as text.
    shown_before, shown_after: the first columns of each side.
    """

    before: NDArray[np.intp]
    after: NDArray[np.intp]
    columns: tuple[tuple[str, str], ...]
    cells: NDArray[np.bool_]
    added: NDArray[np.intp]
    removed: NDArray[np.intp]
    how: str
    shown_before: tuple[str, ...]
    shown_after: tuple[str, ...]

    def to_bytes(self) -> bytes | None:
        """Return the index as bytes; None if it is large."""
        rows = len(self.before) * 2 + len(self.added) + len(self.removed)
        if rows * 8 + self.cells.size > MAX_BYTES:
            return None
        words = {"columns": self.columns, "how": self.how, "before": self.shown_before, "after": self.shown_after}
        file = io.BytesIO()
        np.savez_compressed(
            file,
            words=np.frombuffer(json.dumps(words).encode(), np.uint8),
            before=self.before.astype("<i8"),
            after=self.after.astype("<i8"),
            added=self.added.astype("<i8"),
            removed=self.removed.astype("<i8"),
            cells=np.packbits(self.cells, axis=1),
        )
        return file.getvalue()


def from_bytes(data: bytes) -> RowIndex:
    """Return the index that `to_bytes` wrote. Raises ValueError for other bytes; no code of them runs."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            words = json.loads(bytes(found["words"]))
            rows = [found[name].astype(np.intp) for name in ("before", "after", "added", "removed")]
            columns = tuple((str(old), str(new)) for old, new in words["columns"])
            cells = np.unpackbits(found["cells"], axis=1, count=len(columns)).astype(bool)
            shown = [tuple(map(str, words[side])) for side in ("before", "after")]
            how = str(words["how"])
    except (KeyError, TypeError, ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError("not an index of rows") from error
    if len(rows[0]) != len(rows[1]) or cells.shape != (len(rows[0]), len(columns)) or any(r.ndim != 1 for r in rows):
        raise ValueError("not an index of rows")
    return RowIndex(rows[0], rows[1], columns, cells, rows[2], rows[3], how, shown[0], shown[1])


def row_index(found: RowDiff) -> RowIndex:
    """Return the index of a row difference."""
    old, new = found.pairs
    names = {c.name for c in found.columns}
    pairs = [p for p in found.schema.pairs if p.comparable and p.name in names]
    cells = np.zeros((len(old), len(pairs)), bool)
    for at, pair in enumerate(pairs):
        cells[:, at] = ~equal_cells(pair, old, new)
    return RowIndex(
        old,
        new,
        tuple((p.before.name, p.after.name) for p in pairs),
        cells,
        found.added,
        found.removed,
        " and ".join(found.how),
        tuple(c.name for c in found.before.columns[:MAX_CELLS]),
        tuple(c.name for c in found.after.columns[:MAX_CELLS]),
    )


Cell = tuple[str, "Json", "Json"]


def changed_rows(index: RowIndex, start: int, stop: int, load: Load) -> list[tuple[Json, list[Cell]]]:
    """Return some changed rows: their label, and (column, before, after) of each changed cell.

    load: called once for each side, with the columns that have a changed cell in these rows. Raises ValueError if the
    index does not fit the tables.
    """
    rows, cells = slice(start, stop), index.cells[start:stop]
    if not len(cells):
        return []
    shown = np.flatnonzero(cells.any(axis=0)).tolist()
    sides = (
        load("before", [index.columns[at][0] for at in shown]),
        load("after", [index.columns[at][1] for at in shown]),
    )
    old, new = _within(index.before[rows], sides[0]), _within(index.after[rows], sides[1])
    found: list[list[Cell]] = [[] for _ in range(len(cells))]
    for at in shown:
        hit = np.flatnonzero(cells[:, at])
        name = index.columns[at]
        values = zip(_cells(sides[0], name[0], old[hit]), _cells(sides[1], name[1], new[hit]), strict=True)
        for row, (before, after) in zip(hit.tolist(), values, strict=True):
            found[row].append((name[1], before, after))
    return list(zip(sides[1].labels(new), found, strict=True))


def other_rows(
    index: RowIndex, what: Literal["added", "removed"], start: int, stop: int, load: Load
) -> list[tuple[Json, list[Cell]]]:
    """Return some added or removed rows: their label, and the first cells. load: as in `changed_rows`; one side."""
    is_added = what == "added"
    rows = (index.added if is_added else index.removed)[start:stop]
    if not len(rows):
        return []
    names = index.shown_after if is_added else index.shown_before
    table = load("after" if is_added else "before", names)
    rows = _within(rows, table)
    values = [_cells(table, name, rows) for name in names]
    found: list[list[Cell]] = [
        [(name, None, v[i]) if is_added else (name, v[i], None) for name, v in zip(names, values, strict=True)]
        for i in range(len(rows))
    ]
    return list(zip(table.labels(rows), found, strict=True))


def _within(rows: NDArray[np.intp], table: TableData) -> NDArray[np.intp]:
    if len(rows) and not 0 <= rows.min() <= rows.max() < table.rows:
        raise ValueError("the index is of another table")
    return rows


def _cells(table: TableData, name: str, rows: NDArray[np.intp]) -> list[Json]:
    column = next((c for c in table.columns if c.name == name), None)
    if column is None:
        raise ValueError("the index is of another table")
    return column.take(rows).cells()
