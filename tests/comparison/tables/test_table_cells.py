"""One cell of a table, found by the label or the position of its row."""

from __future__ import annotations

import pandas as pd
import pytest

from nbmodelver.comparison.tables.table_cells import CellPlace, CellValue, place_of, value_at
from nbmodelver.comparison.tables.tables import TableData, table_of
from nbmodelver.errors import UsageError


def table(frame: object) -> TableData:
    found = table_of(frame)
    assert found is not None
    return found


PLAIN = table(pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}))
LABELLED = table(pd.DataFrame({"a": [1, 2, 3]}, index=["p", "q", "q"]))


@pytest.mark.parametrize(
    ("of", "row", "column", "place", "value"),
    [
        (PLAIN, "1", "b", CellPlace(None, 1, "b"), None),
        (PLAIN, "2", "a", CellPlace(None, 2, "a"), 3),
        (LABELLED, "p", None, CellPlace("p", 0, "a"), 1),
        (LABELLED, "1", "a", CellPlace(None, 1, "a"), 2),
    ],
)
def test_a_cell_is_named_by_its_label_if_that_is_unique_else_by_its_position(of, row, column, place, value):
    assert place_of(of, row, column) == place
    assert value_at(of, place) == CellValue(value)


@pytest.mark.parametrize(
    ("of", "row", "column", "message"),
    [
        (PLAIN, "1", None, "a cell needs a row and a column"),
        (PLAIN, "1", "c", "there is no column 'c'"),
        (PLAIN, "3", "a", "there is no row '3'"),
        (PLAIN, "x", "a", "there is no row 'x'"),
        (LABELLED, "q", "a", "2 rows have the label 'q'"),
    ],
)
def test_what_names_no_cell_is_refused(of, row, column, message):
    with pytest.raises(UsageError, match=message):
        place_of(of, row, column)


def test_a_table_without_the_place_has_no_value():
    assert value_at(PLAIN, CellPlace(None, 3, "a")) is None
    assert value_at(PLAIN, CellPlace(None, 0, "gone")) is None
    assert value_at(LABELLED, CellPlace("r", 0, "a")) is None
    assert value_at(LABELLED, CellPlace("q", 0, "a")) is None


def test_a_cell_that_cannot_be_compared_is_refused():
    with pytest.raises(UsageError, match="values of object cannot be compared"):
        value_at(table(pd.DataFrame({"o": [object()]})), CellPlace(None, 0, "o"))
