"""Counts the rows of a table that are equal to an earlier row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.tables.canonical import row_hashes

if TYPE_CHECKING:
    from nbmodelver.comparison.tables.tables import TableData


def repeated_rows(table: TableData) -> int | None:
    """Return the number of rows that are equal to an earlier one in all columns; None if they cannot be compared.

    The index does not count. Rows are compared by 64-bit hashes.
    """
    if not table.columns or any(c.kind == "opaque" for c in table.columns):
        return None
    return table.rows - len(np.unique(row_hashes(table.columns, table.rows)))
