"""How rows that differ are paired, and what may be a key."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.rows.matching import matched
from nbmodelver.comparison.rows.pairing import (
    KEY_NAME,
    Pairer,
    equal_cells,
    is_rounding,
    is_unique,
    may_be_key,
    numbers_rows,
    shared_keys,
)
from nbmodelver.comparison.tables.canonical import row_hashes
from nbmodelver.comparison.tables.schema import ColumnPair, common_columns
from nbmodelver.comparison.tables.tables import ColumnData, of_array, of_objects, table_of


def paired(before: pd.DataFrame, after: pd.DataFrame, key: tuple[str, ...] = ()):
    """How, and which rows are paired."""
    tables = table_of(before), table_of(after)
    pairs = common_columns(*tables)
    hashes = tuple(row_hashes(t.columns, t.rows) for t in tables)
    found = Pairer(tables, pairs, hashes, matched(*hashes), key).run()
    return found.how, list(zip(found.before.tolist(), found.after.tolist(), strict=True))


FRAME = pd.DataFrame({"a": [1.5, 2.5, 3.5, 4.5], "b": list("wxyz"), "c": [10.5, 20.5, 30.5, 40.5]})


def test_a_given_key_pairs_rows_in_another_order():
    after = FRAME.assign(a=0.0, c=9.0)[::-1].reset_index(drop=True)
    assert paired(FRAME, after, ("b",)) == (("key b",), [(3, 0), (2, 1), (1, 2), (0, 3)])


def test_rows_with_one_other_cell_are_paired_by_content_in_another_order():
    after = FRAME.iloc[[2, 0, 1, 3]].reset_index(drop=True)
    after.loc[0, "a"] = 99.0
    assert paired(FRAME, after) == (("content",), [(2, 0)])


def test_rows_in_the_same_place_are_paired_by_position():
    after = FRAME.copy()
    after.loc[1, ["a", "c"]] = 0.0
    more = FRAME.assign(d=list("pqrs"), e=range(4))
    assert paired(more, after.assign(d=list("pqrs"), e=range(4))) == (("position",), [(1, 1)])


def test_named_rows_are_paired_by_their_index():
    labelled = FRAME.set_axis(list("klmn"))
    after = labelled[::-1].copy()
    after.loc["l", "a"] = 0.0
    assert paired(labelled, after) == (("index",), [(1, 2)])


def test_rows_that_have_nothing_in_common_are_not_paired():
    after = pd.DataFrame({"a": [7.0], "b": ["q"], "c": [8.0]})
    assert paired(FRAME.head(1), after) == ((), [])


@pytest.mark.parametrize(("name", "is_key"), [("id", True), ("user_id", True), ("uuid", True), ("valid", False)])
def test_names_of_keys_are_words(name, is_key):
    assert (KEY_NAME.search(name) is not None) is is_key


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (of_array("x", np.array([3, 1, 2])), True),
        (of_array("x", np.array([3, 1, 3])), False),
        (of_array("x", np.array([3.0, 1.0])), False),
        (of_objects("x", "object", np.array(["a", "b"], object)), True),
        (of_objects("x", "object", np.array(["a", None], object)), False),
    ],
)
def test_a_key_is_distinct_whole_or_text_and_has_no_nulls(column: ColumnData, expected: bool):
    assert may_be_key(ColumnPair(column, column)) is expected


def test_small_questions():
    keys = np.array([1, 2, 3], np.uint64)
    assert is_unique(keys)
    assert not is_unique(np.array([1, 2, 1], np.uint64))
    assert shared_keys(keys, np.array([2, 9], np.uint64)) == 0.5
    assert shared_keys(keys, keys[:0]) == 0.0
    assert numbers_rows(of_array("x", np.arange(4)))
    assert not numbers_rows(of_array("x", np.arange(4) + 1))
    assert is_rounding(np.array([1.0, 1.0, np.nan]), np.array([1 + 1e-12, 1.1, np.nan])).tolist() == [
        True,
        False,
        False,
    ]


def test_cells_are_equal_up_to_rounding_only_if_asked():
    rows = np.arange(3)
    pair = ColumnPair(of_array("x", np.array([1.0, 2.0, 3.0])), of_array("x", np.array([1.0, 2.0 + 1e-12, 4.0])))
    assert equal_cells(pair, rows, rows).tolist() == [True, False, False]
    assert equal_cells(pair, rows, rows, rounding=True).tolist() == [True, True, False]
