"""Sparse matrices and arrays of SciPy as tables: a row of the table is a row of the matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbmodelver.comparison.tables.tables import MAX_COLUMNS, TableData, table_of

MAX_DENSE_BYTES = 200_000_000
"""A matrix that is larger when it is dense is compared by its stored entries."""


def table(value: Any) -> TableData | None:
    """A 2-D sparse matrix as a table; None for anything else.

    A small matrix is made dense. A larger one has a row for each stored entry: row, column, value.
    """
    import scipy.sparse as sp

    if not sp.issparse(value) or value.ndim != 2 or value.dtype.kind not in "biuf":
        return None
    if value.shape[1] <= MAX_COLUMNS and value.shape[0] * value.shape[1] * value.dtype.itemsize <= MAX_DENSE_BYTES:
        return table_of(value.toarray())
    entries = value.tocoo()
    order = np.lexsort((entries.col, entries.row))
    fields = [("row", np.int64), ("column", np.int64), ("value", entries.data.dtype)]
    flat = np.empty(len(order), fields)
    flat["row"], flat["column"], flat["value"] = entries.row[order], entries.col[order], entries.data[order]
    return table_of(flat)
