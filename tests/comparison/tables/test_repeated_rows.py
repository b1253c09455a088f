"""Rows that are equal in all columns are counted, whatever their index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbmodelver.comparison.tables.repeated_rows import repeated_rows
from nbmodelver.comparison.tables.tables import TableData, table_of


def test_equal_rows_are_counted_without_the_index():
    table = table_of(pd.DataFrame({"a": [1.0, 1.0, None, None, 2.0], "b": list("xxyyz")}, index=[9, 8, 7, 6, 5]))
    assert table is not None
    assert repeated_rows(table) == 2


def test_rows_that_cannot_be_compared_are_not_counted():
    table = table_of(np.array([object(), 1], object))
    assert table is None or repeated_rows(table) is None
    assert repeated_rows(TableData((), 3)) is None
