"""Rows of a merge: what identifies them, and when a merge is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from nbmodelver.comparison.merging.rows import align
from nbmodelver.comparison.tables.tables import TableData, table_of
from nbmodelver.errors import NotMergeable


def tables(*values: Any) -> list[TableData]:
    found = [table_of(value) for value in values]
    assert all(table is not None for table in found)
    return [table for table in found if table is not None]


def wide(rows: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(rows, 3)), columns=list("abc"))


def reset(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reset_index(drop=True)


def test_a_given_key_identifies_rows_in_any_order() -> None:
    base = pd.DataFrame({"who": ["p", "q", "r"], "n": [1, 1, 1]})
    theirs = reset(pd.concat([base.iloc[::-1], pd.DataFrame({"who": ["s"], "n": [1]})]))
    found = align(tables(base, base.iloc[1:], theirs), ("who",))
    assert found.how == "key who"
    assert (found.base.tolist(), found.ours.tolist()) == ([0, 1, 2, -1], [-1, 0, 1, -1])
    assert found.theirs.tolist() == [2, 1, 0, 3]


@pytest.mark.parametrize(
    ("side", "key", "says"),
    [
        (pd.DataFrame({"k": [1, 1], "n": [1, 2]}), ("k",), "the key k is not unique in ours"),
        (pd.DataFrame({"n": [1, 2]}), ("k",), "ours has no column 'k', which is the key"),
        (pd.DataFrame({"k": [[1], [2]], "n": [1, 2]}), ("k",), "the key k cannot be compared"),
    ],
)
def test_a_key_that_identifies_no_row_is_refused(side: Any, key: Any, says: str) -> None:
    base = pd.DataFrame({"k": [1, 2], "n": [1, 2]})
    with pytest.raises(NotMergeable, match=says):
        align(tables(base, side, base), key)


def test_labels_of_the_index_identify_rows() -> None:
    base = wide().set_axis([f"r{i}" for i in range(40)])
    found = align(tables(base, base.sample(frac=1, random_state=1), base.iloc[5:]))
    assert found.how == "index"
    assert found.theirs[:6].tolist() == [-1, -1, -1, -1, -1, 0]


def test_numbers_of_an_index_that_were_given_anew_identify_no_row() -> None:
    numbered = wide().set_axis(range(1, 41))
    again = wide().iloc[1:].set_axis(range(1, 40))
    assert align(tables(numbered, again, numbered)).ours[:3].tolist() == [-1, 0, 1]
    with pytest.raises(NotMergeable, match="the index was replaced in theirs"):
        align(tables(wide(), wide(), numbered))
    with pytest.raises(NotMergeable, match="the index was replaced in ours"):
        align(tables(wide().assign(n=range(100, 140)), wide().set_axis(range(100, 140)), wide()))


def test_a_table_without_columns_is_matched_by_its_number_of_rows() -> None:
    empty = pd.DataFrame(index=range(3))
    assert align(tables(empty, wide(3), empty)).ours.tolist() == [0, 1, 2]
    with pytest.raises(NotMergeable, match="ours has none of its columns"):
        align(tables(empty, wide(4), empty))


def test_rows_that_a_filter_left_keep_their_position_as_label() -> None:
    found = align(tables(wide(), wide().iloc[[0, 3, 4]], wide()))
    assert found.ours[:5].tolist() == [0, -1, -1, 1, 2]


def test_a_column_that_is_named_like_a_key_is_found() -> None:
    base = wide().assign(patient_id=np.arange(40) + 100)
    found = align(tables(base, reset(base.sample(frac=1, random_state=1)), reset(base.iloc[3:])))
    assert found.how == "key patient_id"


def test_rows_that_were_removed_or_added_are_found_by_their_content() -> None:
    base = wide()
    ours = reset(base.drop(index=[0, 7]))
    theirs = pd.concat([base, wide(3) + 9], ignore_index=True)
    theirs.loc[20, "a"] = 5.0
    found = align(tables(base, ours, theirs))
    assert found.how == "position"
    assert found.ours[[0, 1, 7, 8]].tolist() == [-1, 0, -1, 6]
    assert found.theirs.tolist() == list(range(43))


def test_rows_that_one_side_shuffled_are_refused_without_a_key() -> None:
    shuffled = reset(wide().sample(frac=1, random_state=1))
    with pytest.raises(NotMergeable, match=r"theirs has them in another order; name the columns.*--key NAME=COLUMN"):
        align(tables(wide(), wide(), shuffled))


def test_rows_that_changed_places_are_refused_without_a_key() -> None:
    swapped = wide()
    swapped.iloc[[3, 9]] = swapped.iloc[[9, 3]].to_numpy()
    with pytest.raises(NotMergeable, match="another order"):
        align(tables(wide(), wide(), swapped))


def test_a_series_whose_values_were_shuffled_is_refused() -> None:
    labels = pd.Series(np.random.default_rng(0).integers(0, 2, 200))
    with pytest.raises(NotMergeable):
        align(tables(labels, labels, reset(labels.sample(frac=1, random_state=1))))


@pytest.mark.parametrize("library", [pd.Series, pl.Series], ids=["pandas", "polars"])
def test_some_corrected_labels_of_a_series_are_edits(library: Any) -> None:
    labels = np.random.default_rng(0).integers(0, 2, 200)
    edited = labels.copy()
    edited[[3, 50, 51, 120]] ^= 1
    zeros = np.zeros(200, int)
    one = zeros.copy()
    one[7] = 1
    for base, ours in ((labels, edited), (zeros, one)):
        found = align(tables(*(library(side) for side in (base, ours, base))))
        assert found.ours.tolist() == list(range(200))


def test_copies_of_rows_at_the_end_are_new_rows() -> None:
    base = wide()
    longer = pd.concat([base, base.iloc[:5]], ignore_index=True)
    longer.loc[7, "a"] = 3.0
    found = align(tables(base, longer, reset(base.iloc[:30])))
    assert found.ours.tolist() == list(range(45))
    assert found.theirs[28:32].tolist() == [28, 29, -1, -1]


def test_copies_of_rows_that_one_side_removed_are_refused() -> None:
    base = pd.DataFrame({"a": [1, 1, 1, 2, 3, 4], "b": [1, 1, 1, 5, 6, 7]})
    with pytest.raises(NotMergeable, match="ours added or removed copies of rows"):
        align(tables(base, reset(base.iloc[1:]), base))


def test_a_table_in_which_most_changed_is_refused() -> None:
    with pytest.raises(NotMergeable):
        align(tables(wide(), wide() * 2, wide()))


def test_an_index_that_one_side_dropped_is_refused_without_a_key() -> None:
    labelled = wide().set_axis([f"r{i}" for i in range(40)])
    with pytest.raises(NotMergeable, match="the index was replaced in ours"):
        align(tables(labelled, wide(), labelled))


def test_labels_that_repeat_are_refused() -> None:
    with pytest.raises(NotMergeable, match="labels repeat in ours"):
        align(tables(wide(4), wide(4).set_axis([0, 1, 1, 2]), wide(4)))


def test_equal_new_rows_of_both_sides_are_refused_unless_all_are_equal() -> None:
    more = [pd.concat([wide(), wide(n) + 9], ignore_index=True) for n in (3, 4)]
    assert align(tables(wide(), more[0], more[0])).theirs.tolist() == list(range(43))
    with pytest.raises(NotMergeable, match="both sides added rows, and some of them are equal"):
        align(tables(wide(), *more))
    other = pd.concat([wide(), wide(2) + 70], ignore_index=True)
    found = align(tables(wide(), more[0], other))
    assert found.ours[40:].tolist() == [40, 41, 42, -1, -1]
    assert found.theirs[40:].tolist() == [-1, -1, -1, 40, 41]
