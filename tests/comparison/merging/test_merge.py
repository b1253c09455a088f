"""The laws of a merge, for dicts, arrays and tables; and what is not merged."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbmodelver.comparison.merging.merge import MergedInside, MergeOptions, MergeSides, merge_inside, text_of
from nbmodelver.errors import NotMergeable

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | st.text("ab", max_size=2)
DICTS = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), SCALARS | st.lists(SCALARS, max_size=2), max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), SCALARS | inner, max_size=4),
    max_leaves=8,
)
ROWS, COLUMNS = 6, ("id", "n", "x", "text", "cat", "when", "null")


def merged(base: Any, ours: Any, theirs: Any, **how: Any) -> MergedInside:
    return merge_inside(MergeSides(base, ours, theirs), MergeOptions(**how))


def plain(made: pl.DataFrame) -> pl.DataFrame:
    """Categories as texts: older releases of polars compare categories of two frames by their codes."""
    return made.with_columns(pl.col(pl.Categorical).cast(pl.String))


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [10, 11, 12, 13, 14, 15],
            "n": [1, 2, 3, 4, 5, 6],
            "x": [0.5, np.nan, 1.5, 2.5, 3.5, 4.5],
            "text": ["a", "b", None, "d", "e", "f"],
            "cat": pd.Categorical(["u", "v", "u", None, "v", "u"]),
            "when": pd.date_range("2024-03-30", periods=ROWS, tz="Europe/Zurich"),
            "null": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
        }
    )


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[int, str, int]]:
    """Some cells to edit: row, column, and a number that gives the new value."""
    cell = st.tuples(st.integers(0, ROWS - 1), st.sampled_from(COLUMNS[1:]), st.integers(0, 3))
    return draw(st.lists(cell, max_size=5, unique_by=lambda c: c[:2]))


def edited(
    value: pd.DataFrame, cells: list[tuple[int, str, int]], gone: tuple[int, ...] = (), new: int = 0
) -> pd.DataFrame:
    """A frame with some cells edited, some rows removed, and a number of rows added with ids from 100 * `new`."""
    value = value.copy()
    for row, column, n in cells:
        choices: dict[str, list[Any]] = {
            "n": [20, 30, 40, 50], "x": [np.nan, 7.0, 8.0, 9.0], "text": ["p", None, "q", "r"],
            "cat": ["u", "v", None, "u"], "null": [None, 7, 8, 9],
            "when": [pd.Timestamp("2025-01-01", tz="Europe/Zurich") + pd.Timedelta(days=n), pd.NaT] * 2,
        }  # fmt: skip
        value.loc[row, column] = choices[column][n]
    value = value.drop(index=list(gone))
    if new:
        more = frame().iloc[:2].assign(id=[100 * new, 100 * new + 1])
        value = pd.concat([value, more])
    return value.reset_index(drop=True)


VERSIONS = st.builds(
    lambda cells, gone, new: (cells, tuple(sorted(gone)), new),
    edits(),
    st.sets(st.integers(0, ROWS - 1), max_size=2),
    st.integers(0, 2),
)


@given(DICTS, DICTS)
def test_a_dict_that_one_side_changed_is_that_of_the_side(base: dict[str, Any], changed: dict[str, Any]) -> None:
    for sides in ((base, changed, base), (base, base, changed), (base, changed, copy.deepcopy(changed))):
        found = merged(*(copy.deepcopy(side) for side in sides))
        assert repr(found.value) == repr(changed)  # NaN, types and order of the keys.
        assert not found.conflict_count


@given(DICTS, DICTS, DICTS)
def test_a_merge_of_dicts_is_symmetric(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    one, other = merged(base, ours, theirs, prefer="ours"), merged(base, theirs, ours, prefer="theirs")
    assert sorted(map(repr, flat(one.value))) == sorted(map(repr, flat(other.value)))
    assert (sorted(one.from_ours), sorted(one.from_theirs)) == (sorted(other.from_theirs), sorted(other.from_ours))
    assert one.conflict_count == other.conflict_count


def flat(value: Any, path: tuple[str, ...] = ()) -> list[Any]:
    if type(value) is not dict:
        return [(path, value)]
    return [(path, "dict"), *(item for key in value for item in flat(value[key], (*path, key)))]


@given(VERSIONS)
@settings(max_examples=40, deadline=None)
def test_a_frame_that_one_side_changed_is_that_of_the_side(version: Any) -> None:
    base, changed = frame(), edited(frame(), *version)
    for sides in ((base, changed, base), (base, base, changed), (base, changed, changed.copy())):
        found = merged(*sides, key=("id",))
        pd.testing.assert_frame_equal(found.value, changed)
        assert not found.conflict_count


@given(VERSIONS)
@settings(max_examples=25, deadline=None)
def test_a_polars_frame_that_one_side_changed_is_that_of_the_side(version: Any) -> None:
    base, changed = pl.from_pandas(frame()), pl.from_pandas(edited(frame(), *version))
    for sides in ((base, changed, base), (base, base, changed), (base, changed, changed.clone())):
        found = merged(*sides, key=("id",))
        assert found.value.schema == changed.schema
        assert plain(found.value).equals(plain(changed))


@given(edits(), edits())
@settings(max_examples=40, deadline=None)
def test_disjoint_edits_of_cells_are_both_in_the_merge(mine: Any, other: Any) -> None:
    taken = {cell[:2] for cell in mine}
    other = [cell for cell in other if cell[:2] not in taken]
    base = frame()
    found = merged(base, edited(base, mine), edited(base, other))
    pd.testing.assert_frame_equal(found.value, edited(base, [*mine, *other]))
    assert not found.conflict_count
    assert merged(base, edited(base, mine), edited(base, other), key=("id",)).value.equals(found.value)


@given(VERSIONS, VERSIONS)
@settings(max_examples=40, deadline=None)
def test_a_merge_of_frames_is_symmetric_apart_from_the_order_of_rows(mine: Any, other: Any) -> None:
    base, ours, theirs = frame(), edited(frame(), *mine), edited(frame(), *other)
    one = merged(base, ours, theirs, key=("id",), prefer="ours")
    mirrored = merged(base, theirs, ours, key=("id",), prefer="theirs")
    assert one.conflict_count == mirrored.conflict_count
    by_id = [found.value.sort_values("id").reset_index(drop=True) for found in (one, mirrored)]
    pd.testing.assert_frame_equal(*by_id)
    assert (one.from_ours, one.from_theirs) == (mirrored.from_theirs, mirrored.from_ours)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=8))
def test_an_array_has_each_element_of_the_side_that_changed_it(cells: list[tuple[int, int, int]]) -> None:
    base, ours, theirs = (np.array(side, float) for side in zip(*cells, strict=True))
    found = merged(base, ours, theirs, prefer="theirs")
    assert found.value.tolist() == [o if t == b else t for b, o, t in zip(base, ours, theirs, strict=True)]
    assert found.conflict_count == sum(o != b and t != b and o != t for b, o, t in cells)
    assert merged(base, ours, base).value.tolist() == ours.tolist()
    assert merged(base, base, theirs).value.tolist() == theirs.tolist()


def test_the_arguments_stay_as_they_are() -> None:
    base, ours, theirs = frame(), edited(frame(), [(0, "n", 1)], new=1), edited(frame(), [(1, "x", 1)], (2,))
    before = [side.copy(deep=True) for side in (base, ours, theirs)]
    merged(base, ours, theirs, key=("id",))
    for side, was in zip((base, ours, theirs), before, strict=True):
        pd.testing.assert_frame_equal(side, was)


@pytest.mark.parametrize("value", [[1], "text", 3, {1, 2}, (1, 2)])
def test_a_value_of_another_class_is_only_taken_as_a_whole(value: Any) -> None:
    with pytest.raises(NotMergeable, match="is taken only as a whole"):
        merged(value, value, value)


def test_another_class_on_one_side_is_named() -> None:
    with pytest.raises(NotMergeable, match=r"its type differs: dict → list \(ours\), dict \(theirs\)"):
        merged({}, [], {})


def test_a_class_of_the_notebook_that_is_called_like_a_frame_is_none() -> None:
    frame_class = type("DataFrame", (), {"__module__": "__main__"})
    with pytest.raises(NotMergeable, match="only as a whole"):
        merged(frame_class(), frame_class(), frame_class())


def test_a_long_cell_is_cut() -> None:
    assert (text_of(None), text_of("a"), len(text_of("a" * 100))) == ("null", "'a'", 40)
