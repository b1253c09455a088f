"""A page of changed rows reads only the columns that it shows, once it is known which rows differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import nbmodelver as mv
from nbmodelver.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

ROWS = 20_000
CITY = ["city lengths"] * 2 + ["city text"] * 2


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=ROWS) for name in "abcdefgh"}
    return pd.DataFrame({**columns, "id": range(ROWS), "city": [f"city {i}" for i in range(ROWS)]})


def edited(before: pd.DataFrame) -> pd.DataFrame:
    after = before.copy()
    after.loc[[5, 17], "a"] = [50.0, 170.0]
    after.loc[[17, 300], "city"] = ["x", "y"]
    return after


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = mv.open(tmp_path, create=True)
    repo.commit({"df": frame(), "n": 1})
    repo.commit({"df": edited(frame()), "n": 2})
    return repo


def again(repo: Repo) -> Repo:
    """The same store as another kernel opens it."""
    return mv.open(repo.where)


def slots_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slots of the parts that are decoded from here on; "" for a part of all columns."""
    slots: list[str] = []
    recipes = [repo.group_store.recipe(g) for v in repo.log() for g in v.groups if g.names == ("df",)]
    known = {part: slot for stored in recipes for part, slot in zip(stored.parts, stored.slots, strict=True)}
    read = repo.parts.read_many

    def counted(wanted: Any, progress: Any = None) -> None:
        slots.extend(known[part] for part, _out in wanted)
        read(wanted, progress)

    monkeypatch.setattr(repo.parts, "read_many", counted)
    return slots


CHANGED = {
    "what": "changed", "total": 3, "start": 0, "how": "position",
    "rows": [
        {"label": 5, "cells": [{"column": "a", "before": frame()["a"][5], "after": 50.0}]},
        {"label": 17, "cells": [{"column": "a", "before": frame()["a"][17], "after": 170.0},
                                {"column": "city", "before": "city 17", "after": "x"}]},
        {"label": 300, "cells": [{"column": "city", "before": "city 300", "after": "y"}]},
    ],
}  # fmt: skip


def test_a_page_has_the_cells_before_and_after(repo: Repo) -> None:
    assert repo.changed_rows("v1", "v2", "df").to_dict() == CHANGED


def test_columns_with_equal_parts_are_not_read_to_find_the_rows(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = slots_read(repo, monkeypatch)
    repo.changed_rows("v1", "v2", "df")
    assert sorted(slots) == ["", "", "a", "a", *CITY]


def test_a_later_page_reads_only_the_columns_that_it_shows(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.changed_rows("v1", "v2", "df")
    later = again(repo)
    slots = slots_read(later, monkeypatch)
    page = later.changed_rows("v1", "v2", "df", start=2, count=1)
    assert page.to_dict()["rows"] == CHANGED["rows"][2:]  # type: ignore[index]
    assert sorted(slots) == ["", "", *CITY]
    slots.clear()
    later.changed_rows("v1", "v2", "df", start=0, count=1)
    assert sorted(slots) == ["", "", "a", "a"]


def test_the_diff_of_two_versions_keeps_which_rows_differ(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.diff("v1", "v2")
    later = again(repo)
    monkeypatch.setattr(type(later), "loaded", lambda *_args, **_more: pytest.fail("a whole value was loaded"))
    assert later.changed_rows("v1", "v2", "df").to_dict() == CHANGED


def test_pages_of_shuffled_rows_with_a_key_read_only_their_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = mv.open(tmp_path, create=True)
    before = frame()
    repo.commit({"df": before})
    repo.commit({"df": edited(before).drop(index=[9]).sample(frac=1, random_state=1, ignore_index=True)})
    first = repo.changed_rows("v1", "v2", "df", key="id").to_dict()
    assert (first["total"], first["how"]) == (3, "key id")
    later = again(repo)
    slots = slots_read(later, monkeypatch)
    assert later.changed_rows("v1", "v2", "df", key="id").to_dict() == first
    assert sorted(slots) == ["", "", "a", "a", *CITY]
    assert later.changed_rows("v1", "v2", "df", "removed", key="id").rows[0].cells[8].before == 9


def test_a_polars_frame_is_read_by_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = mv.open(tmp_path, create=True)
    repo.commit({"df": pl.from_pandas(frame())})
    repo.commit({"df": pl.from_pandas(edited(frame()))})
    monkeypatch.setattr(type(repo), "loaded", lambda *_args, **_more: pytest.fail("a whole value was loaded"))
    assert repo.changed_rows("v1", "v2", "df").to_dict() == CHANGED


def test_a_table_that_cannot_be_read_by_columns_is_read_whole(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    twice = pd.DataFrame(frame().to_numpy(), columns=[*"abcdefgh", "a", "a"]).astype({"b": float})
    repo.commit({"df": twice})
    twice.iloc[4, 8] = -1.0
    repo.commit({"df": twice})
    for one in (repo, again(repo)):
        (row,) = one.changed_rows("v1", "v2", "df").rows
        assert [(c.column, c.before, c.after) for c in row.cells] == [("a (2)", 4, -1.0)]


def test_damaged_rows_are_found_again(repo: Repo) -> None:
    repo.changed_rows("v1", "v2", "df")
    (key,) = repo.backend.list("rows/")
    repo.backend.delete(key)
    repo.backend.create(key, [b"damaged"])
    assert again(repo).changed_rows("v1", "v2", "df").to_dict() == CHANGED


def test_gc_and_purge_remove_what_is_kept_of_rows(repo: Repo) -> None:
    repo.changed_rows("v1", "v2", "df")
    repo.gc(grace_s=0)
    assert len(list(repo.backend.list("rows/"))) == 1
    repo.forget("v1")
    repo.gc(grace_s=0)
    assert list(repo.backend.list("rows/")) == []


def test_a_large_pair_of_tables_is_not_held(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.repo.inspect.changed_rows.MAX_HELD_BYTES", 0)
    for _ in range(2):
        assert repo.changed_rows("v1", "v2", "df").to_dict() == CHANGED


def test_what_has_no_rows_is_said(repo: Repo) -> None:
    with pytest.raises(UsageError, match="'n' has no rows in v1"):
        repo.changed_rows("v1", "v2", "n")
    with pytest.raises(UsageError, match="rows cannot be 'moved'"):
        repo.changed_rows("v1", "v2", "df", "moved")
    with pytest.raises(UsageError, match="has no column 'idd'"):
        repo.changed_rows("v1", "v2", "df", key="idd")
    with pytest.raises(UnknownName, match="no 'dff'"):
        repo.changed_rows("v1", "v2", "dff")
