"""Pages of the rows in which a table differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from nbmodelver.errors import UnknownName, UsageError
from nbmodelver.repo.inspect import changed_rows
from nbmodelver.repo.inspect.changed_rows import RowDiffs, RowRequest, rows_section

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from nbmodelver.repo.inspect.changed_rows import RowPage


@pytest.fixture
def two(repo: Repo) -> Repo:
    """Rows 2 and 5 change, row 0 is removed, row 100 is added."""
    frame = pd.DataFrame({"id": range(10), "age": range(30, 40), "sex": ["f"] * 10})
    repo.commit({"df": frame, "n": 3})
    edited = frame.iloc[1:].copy()
    edited.loc[[2, 5], "age"] = 99
    more = pd.DataFrame({"id": [100], "age": [1], "sex": ["m"]})
    repo.commit({"df": pd.concat([edited, more], ignore_index=True), "n": 4})
    return repo


def page(repo: Repo, what: str, **how: Any) -> RowPage:
    return repo.changed_rows("v1", "v2", "df", what, key="id", **how)


def test_changed_rows_have_the_cells_that_differ(two: Repo) -> None:
    found = page(two, "changed")
    assert (found.total, found.start) == (2, 0)
    assert [[(c.column, c.before, c.after) for c in row.cells] for row in found.rows] == [
        [("age", 32, 99)], [("age", 35, 99)],
    ]  # fmt: skip
    assert "id" in found.how


def test_added_and_removed_rows_have_their_cells(two: Repo) -> None:
    (added,) = page(two, "added").rows
    assert [(c.column, c.before, c.after) for c in added.cells] == [
        ("id", None, 100),
        ("age", None, 1),
        ("sex", None, "m"),
    ]
    (removed,) = page(two, "removed").rows
    assert [(c.before, c.after) for c in removed.cells][:2] == [(0, None), (30, None)]


def test_a_page_is_a_part_of_all_rows(two: Repo) -> None:
    second = page(two, "changed", start=1, count=1)
    assert (second.total, second.start, len(second.rows)) == (2, 1, 1)
    assert second.rows[0].cells[0].before == 35
    assert page(two, "changed", start=9).rows == ()
    nothing = page(two, "added", count=0)
    assert (nothing.total, nothing.rows) == (1, ())
    assert second.to_dict()["rows"] == [
        {"label": second.rows[0].label, "cells": [{"column": "age", "before": 35, "after": 99}]}
    ]


@pytest.mark.parametrize(
    ("name", "what", "key", "error", "says"),
    [
        ("df", "moved", "id", UsageError, "rows cannot be 'moved'"),
        ("gone", "changed", (), UnknownName, "has no 'gone'"),
        ("n", "changed", (), UsageError, "'n' has no rows in v1"),
        ("df", "changed", "idd", UsageError, "no column 'idd'"),
    ],
)  # fmt: skip
def test_what_has_no_rows_is_refused(
    two: Repo, name: str, what: str, key: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        two.changed_rows("v1", "v2", name, what, key=key)


def test_the_last_difference_is_held_for_the_next_page(two: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    held = RowDiffs(two)
    by_id, by_content = RowRequest(two["v1"], two["v2"], "df", ("id",)), RowRequest(two["v1"], two["v2"], "df")
    first = held.of(by_id)
    assert held.of(by_id) is first
    assert held.of(by_content) is not first, "another key"
    monkeypatch.setattr(changed_rows, "MAX_HELD_BYTES", 10)
    large = held.of(by_id)
    assert held.of(by_id) is not large


def test_the_section_counts_signed_zeros_only_on_request(repo: Repo) -> None:
    repo.commit({"df": pd.DataFrame({"a": [0.0, 1.0]})})
    repo.commit({"df": pd.DataFrame({"a": [-0.0, 2.0]})})
    found = RowDiffs(repo).of(RowRequest(repo["v1"], repo["v2"], "df"))
    plain, exact = rows_section("df", found), rows_section("df", found, exact=True)
    assert plain.id == exact.id == "rows.df"
    assert len(exact.rows) > len(plain.rows)
