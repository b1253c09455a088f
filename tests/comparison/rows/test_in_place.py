"""Tables that differ in a few columns are compared without the others, with the answer of a whole comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.rows.in_place import in_place_diff
from nbmodelver.comparison.rows.row_diff import RowDiff, row_diff
from nbmodelver.comparison.sides import StoredColumns
from nbmodelver.comparison.tables.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Collection

ROWS = 400
rng = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "x": rng.normal(size=ROWS),
        "y": rng.integers(0, 2, ROWS),
        "city": rng.choice(["Bonn", "Köln"], ROWS),
        "age": rng.integers(18, 90, ROWS),
        "w": rng.normal(size=ROWS),
        "one": 1,
    }
)


def stored(frame: Any, read: list[str]) -> StoredColumns:
    """A frame as a store has it: the content of a column is its part."""

    def load(columns: Collection[str]) -> Any:
        read.extend(columns)
        return frame[[c for c in frame.columns if c in columns]]

    parts = {(name,): (str(frame[name].tolist()),) for name in frame.columns}
    return StoredColumns(str((list(frame.dtypes), list(frame.columns), frame.index.tolist())), parts, load)


def compared(after: Any, before: Any = FRAME) -> tuple[RowDiff | None, RowDiff, set[str]]:
    """The comparison of a few columns, that of all, and the columns that the first one read."""
    read: list[str] = []
    some = in_place_diff(stored(before, read), stored(after, read))
    old, new = table_of(before), table_of(after)
    assert old is not None
    assert new is not None
    return some, row_diff(old, new), set(read)


def facts(found: RowDiff) -> Any:
    """What a section says of a row difference, but for how rows were paired."""
    rows = [r.tolist() for r in (*found.pairs, found.added, found.removed)]
    return found.same, rows, found.columns, found.order, found.relabelled, found.places.tolist()


def changed(name: str, values: Any, rows: Any = slice(None)) -> Any:
    after = FRAME.copy()
    after.loc[after.index[rows], name] = values
    return after


@pytest.mark.parametrize(
    "after",
    [
        changed("x", [5.0, 6.0], [3, 9]),
        changed("x", FRAME["x"] * 25.4),
        changed("x", FRAME["x"].shift(1).fillna(0.0)),
        changed("city", FRAME["city"].str.upper()),
        changed("age", FRAME["age"] + 1),
        changed("y", 1 - FRAME["y"], slice(20, 60)),
        changed("x", np.nan, [1, 2, 3]).assign(age=FRAME["age"].clip(upper=60)),
    ],
    ids=["cells", "unit", "shift", "case", "plus one", "labels", "two columns"],
)
def test_the_answer_is_that_of_the_whole_comparison(after: Any) -> None:
    some, whole, _read = compared(after)
    assert some is not None
    assert facts(some) == facts(whole)
    assert some.how == ("position",)


def test_a_key_with_new_values_pairs_no_other_rows() -> None:
    before = FRAME.assign(id=[f"p{i}" for i in range(ROWS)])
    after = before.assign(id=before["id"].replace({"p3": "new", "p9": "other"}))
    some, whole, read = compared(after, before)
    assert some is not None
    assert facts(some) == facts(whole)
    assert read == {"id"}


def test_only_the_changed_column_is_read_if_it_tells_the_rows_apart() -> None:
    _some, _whole, read = compared(changed("x", [5.0, 6.0], [3, 9]))
    assert read == {"x"}


def test_an_unchanged_column_is_read_if_changed_cells_have_values_of_others() -> None:
    some, whole, read = compared(changed("y", 1 - FRAME["y"], slice(20, 60)))
    assert read == {"y", "x"}
    assert some is not None
    assert some.changed == whole.changed == 40


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (FRAME.sort_values("x", ignore_index=True), FRAME),
        (FRAME.assign(one=2, w=FRAME["w"] + 1, age=0, y=5), FRAME),
        (FRAME.rename(columns={"x": "z"}), FRAME),
        (FRAME.iloc[:-1], FRAME),
        (FRAME.iloc[::-1], FRAME),
        (FRAME.astype({"age": "float64"}), FRAME),
        (FRAME.assign(id=range(1, ROWS + 1)), FRAME.assign(id=range(ROWS))),
        (FRAME, FRAME),
    ],
    ids=["sorted", "most columns", "renamed", "fewer rows", "reversed", "dtype", "changed key", "equal"],
)
def test_other_tables_are_compared_as_a_whole(after: Any, before: Any) -> None:
    assert compared(after, before)[0] is None


def test_rows_that_changed_places_among_constant_columns_are_compared_as_a_whole() -> None:
    before = pd.DataFrame({"a": np.arange(50.0), "b": 1, "c": "x", "d": 2.0})
    after = before.copy()
    after.loc[[3, 7], "a"] = [7.0, 3.0]
    some, whole, _read = compared(after, before)
    assert some is None
    assert whole.same_rows


def test_a_table_that_is_read_without_a_changed_column_is_compared_as_a_whole() -> None:
    sides = [stored(FRAME, []), stored(changed("x", 5.0, [3]), [])]
    partial = [StoredColumns(s.shared, s.parts, lambda _columns: FRAME[["y"]]) for s in sides]
    assert in_place_diff(partial[0], partial[1]) is None
