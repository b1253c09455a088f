"""Which rows and cells differ, kept without values, and the pages that are made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.rows.row_diff import row_diff
from nbmodelver.comparison.rows.row_index import MAX_BYTES, RowIndex, changed_rows, from_bytes, other_rows, row_index
from nbmodelver.comparison.tables.tables import TableData, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(frame: object) -> TableData:
    found = table_of(frame)
    assert found is not None
    return found


BEFORE = pd.DataFrame({"id": range(100), "a": np.arange(100.0), "b": [f"t{i}" for i in range(100)]})
AFTER = BEFORE.copy()
AFTER.loc[[3, 50], "a"] = [-3.0, -50.0]
AFTER.loc[50, "b"] = "new"
AFTER = pd.concat([AFTER.drop(index=7), pd.DataFrame({"id": [500], "a": [0.5], "b": ["z"]})], ignore_index=True)
INDEX = row_index(row_diff(table(BEFORE), table(AFTER)))
ASKED: list[tuple[str, tuple[str, ...]]] = []


def load(side: str, columns: Sequence[str]) -> TableData:
    ASKED.append((side, tuple(columns)))
    return table((BEFORE if side == "before" else AFTER)[list(columns)])


@pytest.fixture(autouse=True)
def _asked() -> None:
    ASKED.clear()


@pytest.mark.parametrize("index", [INDEX, from_bytes(INDEX.to_bytes() or b"")], ids=["made", "read"])
def test_a_page_has_the_changed_cells_with_their_label(index: RowIndex) -> None:
    assert changed_rows(index, 0, 10, load) == [
        (3, [("a", 3.0, -3.0)]),
        (49, [("a", 50.0, -50.0), ("b", "t50", "new")]),
    ]
    assert index.how == "key id"


def test_a_page_asks_only_for_columns_with_a_changed_cell_in_its_rows() -> None:
    changed_rows(INDEX, 0, 1, load)
    assert ASKED == [("before", ("a",)), ("after", ("a",))]


def test_a_page_without_rows_asks_for_nothing() -> None:
    assert changed_rows(INDEX, 10, 20, load) == other_rows(INDEX, "added", 1, 2, load) == ASKED == []


def test_added_and_removed_rows_are_read_from_one_side() -> None:
    assert other_rows(INDEX, "added", 0, 5, load) == [(99, [("id", None, 500), ("a", None, 0.5), ("b", None, "z")])]
    assert other_rows(INDEX, "removed", 0, 5, load) == [(7, [("id", 7, None), ("a", 7.0, None), ("b", "t7", None)])]
    assert [side for side, _ in ASKED] == ["after", "before"]


def test_a_large_index_is_not_kept() -> None:
    rows = np.arange(MAX_BYTES // 16 + 1)
    cells = np.ones((len(rows), 1), bool)
    large = RowIndex(rows, rows, (("a", "a"),), cells, rows[:0], rows[:0], "position", ("a",), ("a",))
    assert large.to_bytes() is None


@pytest.mark.parametrize("data", [b"", b"{}", b"PK\x03\x04 and more", (INDEX.to_bytes() or b"")[:-40]])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not an index"):
        from_bytes(data)


def test_an_index_of_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match="another table"):
        changed_rows(INDEX, 0, 10, lambda _side, columns: table(BEFORE[list(columns)].head(5)))
    with pytest.raises(ValueError, match="another table"):
        changed_rows(INDEX, 0, 10, lambda _side, _columns: table(BEFORE[["id"]]))
