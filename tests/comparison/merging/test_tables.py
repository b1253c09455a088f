"""Merges of tables: rows, columns and cells of each side, and their conflicts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

from nbmodelver.comparison.merging.merge import ABSENT, MergedInside, MergeOptions, MergeSides, merge_inside
from nbmodelver.errors import NotMergeable


def merged(base: Any, ours: Any, theirs: Any, other: Any = ABSENT, **how: Any) -> MergedInside:
    return merge_inside(MergeSides(base, ours, theirs, other), MergeOptions(**how))


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"id": [11, 12, 13, 14], "age": [30, 40, 50, 60], "x": list("abcd"), **columns})


def lines(found: MergedInside) -> list[str]:
    return [conflict.sentence() for conflict in found.conflicts]


@pytest.mark.parametrize("library", [lambda f: f, pl.from_pandas], ids=["pandas", "polars"])
def test_cells_rows_and_columns_come_from_the_side_that_changed_them(library: Any) -> None:
    ours = frame(new=[1.0, 2, 3, 4]).drop(columns="x").iloc[:3].reset_index(drop=True)
    ours.loc[0, "age"] = 31
    theirs = pd.concat([frame(), frame().iloc[:1].assign(id=99)], ignore_index=True)
    theirs.loc[1, "age"] = 41
    found = merged(*(library(side) for side in (frame(), ours, theirs)))
    assert found.value["id"].to_list() == [11, 12, 13, 99]
    assert found.value["age"].to_list() == [31, 41, 50, 30]
    assert list(found.value.columns) == ["id", "age", "new"]
    assert found.value["new"].to_list()[:3] == [1, 2, 3]
    assert found.from_theirs == ("1 cell", "1 new row")
    assert found.from_ours == ("1 cell", "1 removed row", "column new", "column x (removed)")


def test_a_cell_that_both_changed_is_shown_by_its_key() -> None:
    ours, theirs = frame(), frame()
    ours.loc[2, "age"], theirs.loc[2, "age"], theirs.loc[0, "x"] = 51, 52, "z"
    assert lines(merged(frame(), ours, theirs)) == ["id 13, age: 50 → 51 (ours), 52 (theirs)"]
    by_label = [side.set_index("id") for side in (frame(), ours, theirs)]
    assert lines(merged(*by_label)) == ["row 13, age: 50 → 51 (ours), 52 (theirs)"]
    without = [side.drop(columns="id") for side in (frame(), ours, theirs)]
    assert lines(merged(*without)) == ["row 2, age: 50 → 51 (ours), 52 (theirs)"]


@pytest.mark.parametrize(("prefer", "age"), [("ours", 51), ("theirs", 52), ("other", 99)])
def test_a_side_decides_only_the_conflicting_cells(prefer: Any, age: int) -> None:
    ours, theirs, other = frame(), frame(), frame(age=[99] * 4)
    ours.loc[2, "age"], theirs.loc[2, "age"], theirs.loc[0, "x"] = 51, 52, "z"
    found = merged(frame(), ours, theirs, other, prefer=prefer)
    assert found.value["age"].tolist() == [30, 40, age, 60]
    assert found.value["x"].tolist() == ["z", "b", "c", "d"]
    assert (found.conflict_count, found.unresolved) == (1, 0)


def test_a_version_without_the_cell_decides_nothing() -> None:
    ours, theirs = frame(age=[1, 40, 50, 60]), frame(age=[2, 40, 50, 60])
    assert merged(frame(), ours, theirs, frame().iloc[1:], prefer="other", key=("id",)).unresolved == 1
    assert merged(frame(), ours, theirs, frame().drop(columns="age"), prefer="other").unresolved == 1
    assert merged(frame(), ours, theirs, 3, prefer="other").unresolved == 1


@pytest.mark.parametrize(
    ("prefer", "ids", "unresolved"),
    [("", [11, 12, 13, 14], 1), ("ours", [11, 12, 13], 0), ("theirs", [11, 12, 13, 14], 0), ("other", [11, 12, 13], 0)],
)
def test_a_row_that_one_side_removed_and_the_other_changed_is_a_conflict(
    prefer: Any, ids: list[int], unresolved: int
) -> None:
    ours, theirs = frame().iloc[:3], frame(age=[30, 40, 50, 61])
    found = merged(frame(), ours, theirs, ours, prefer=prefer)
    assert lines(found) == ["id 14: present → removed (ours), changed (theirs)"]
    assert sorted(found.value["id"]) == ids
    assert found.unresolved == unresolved


@pytest.mark.parametrize(("prefer", "has_age"), [("", True), ("ours", False), ("theirs", True), ("other", True)])
def test_a_column_that_one_side_removed_and_the_other_changed_is_a_conflict(prefer: Any, *, has_age: bool) -> None:
    ours, theirs = frame().drop(columns="age"), frame(age=[30, 40, 50, 61])
    found = merged(frame(), ours, theirs, frame(), prefer=prefer)
    assert lines(found) == ["column age: present → removed (ours), changed (theirs)"]
    assert ("age" in found.value) is has_age
    assert found.unresolved == (not prefer)


def test_rows_that_both_added_with_one_key_are_one_row() -> None:
    more = [pd.concat([frame(), pd.DataFrame({"id": [20], "age": [age], "x": ["n"]})]) for age in (1, 2)]
    sides = [side.reset_index(drop=True) for side in more]
    found = merged(frame(), *sides)
    assert found.value["id"].tolist() == [11, 12, 13, 14, 20]
    assert lines(found) == ["id 20, age: absent → 1 (ours), 2 (theirs)"]
    assert not merged(frame(), sides[0], sides[0].copy()).conflict_count


def test_a_column_that_both_added_is_compared_cell_by_cell() -> None:
    found = merged(frame(), frame(y=[1, 2, 3, 4]), frame(y=[1, 2, 3, 5]))
    assert lines(found) == ["id 14, y: absent → 4 (ours), 5 (theirs)"]


@pytest.mark.parametrize("library", [lambda f: f, pl.from_pandas], ids=["pandas", "polars"])
def test_an_order_that_one_side_changed_is_kept(library: Any) -> None:
    ours, theirs = frame(age=[31, 40, 50, 60]), frame().iloc[::-1].reset_index(drop=True)
    found = merged(*(library(side) for side in (frame(), ours, theirs)))
    assert found.value["id"].to_list() == [14, 13, 12, 11]
    assert found.value["age"].to_list() == [60, 50, 40, 31]
    assert found.summary() == "another order of the rows from theirs, 1 cell from ours"


def test_a_series_is_merged_by_label_or_position() -> None:
    base = pd.Series([1, 2, 3, 4, 5, 6], name="y")
    ours, theirs = base.copy(), base.copy()
    ours[0], theirs[5] = 9, 8
    found = merged(base, ours, theirs.rename("z"))
    assert (found.value.tolist(), found.value.name) == ([9, 2, 3, 4, 5, 8], "z")
    named = [pd.Series({"a": 1, "b": 2, **more}) for more in ({}, {"a": 5}, {"c": 3})]
    assert merged(*named).value.to_dict() == {"a": 5, "b": 2, "c": 3}
    assert merged(*(pl.from_pandas(s) for s in (base, ours, theirs))).value.to_list() == [9, 2, 3, 4, 5, 8]


def test_a_frame_without_rows_is_merged() -> None:
    empty = frame().iloc[:0]
    assert merged(empty, frame(), empty).value.equals(frame())
    assert merged(empty, empty, empty.assign(y=1)).value.columns.tolist() == ["id", "age", "x", "y"]


def test_objects_of_user_classes_are_not_compared() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("user code ran")

        __hash__ = None  # type: ignore[assignment]

    odd = frame(o=[Odd(), Odd(), Odd(), Odd()])
    with pytest.raises(NotMergeable, match="column 'o' has object cells, which cannot be compared"):
        merged(odd, odd, odd)


def test_a_table_that_is_none_is_named() -> None:
    with pytest.raises(NotMergeable, match="cells, which cannot be compared"):
        merged(*(pl.DataFrame({"a": [[1], [2]]}) for _ in range(3)))
