"""One cell of a table, named by the label or the position of its row and by its column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Json


@dataclass(frozen=True)
class CellPlace:
    """A cell of a table. label: the row's label in the index; None: the row is identified by its position alone."""

    label: str | None
    position: int
    column: str


@dataclass(frozen=True)
class CellValue:
    """The value of a cell as JSON; None for a null."""

    value: Json


def place_of(table: TableData, row: str, column: str | None) -> CellPlace:
    """Return the place of a cell. row: a label of the index, else a position. column: None for the only column.

    Raises UsageError if there is no such row or column, or if the label is not unique.
    """
    names = [c.name for c in table.columns]
    if column is None:
        if len(names) != 1:
            raise UsageError("a cell needs a row and a column", f"choose a column: {', '.join(names[:20])}")
        column = names[0]
    if column not in names:
        raise UsageError(f"there is no column '{column}'", f"choose one of: {', '.join(names[:20]) or 'none'}")
    labels = _labels(table)
    found = [i for i, label in enumerate(labels) if label == row]
    if len(found) > 1:
        raise UsageError(f"{len(found):,} rows have the label '{row}'", "the label must be unique")
    if found:
        return CellPlace(row, found[0], column)
    position = int(row) if row.isdecimal() else -1
    if not 0 <= position < table.rows:
        raise UsageError(f"there is no row '{row}'", f"give a label of the index or a position below {table.rows:,}")
    label = labels[position] if labels else None
    return CellPlace(label if labels.count(label or "") == 1 else None, position, column)


def value_at(table: TableData, place: CellPlace) -> CellValue | None:
    """Return the value of a cell; None if the table does not have the row or the column.

    Raises UsageError for a column whose values cannot be compared.
    """
    column = next((c for c in table.columns if c.name == place.column), None)
    position = place.position
    if place.label is not None:
        found = [i for i, label in enumerate(_labels(table)) if label == place.label]
        position = found[0] if len(found) == 1 else table.rows
    if column is None or position >= table.rows:
        return None
    if column.kind in ("opaque", "block"):
        raise UsageError(f"values of {column.dtype} cannot be compared", "compare two versions: %mv_diff")
    return CellValue(column.take(np.array([position], np.intp)).cells()[0])


def _labels(table: TableData) -> list[str]:
    """The labels of all rows as texts; [] if the rows only have positions."""
    return [str(label) for label in table.labels(np.arange(table.rows))] if table.index else []
