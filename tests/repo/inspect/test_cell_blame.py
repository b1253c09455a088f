"""The origin of one cell of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.errors import NotLoadable, UsageError
from nbmodelver.repo.inspect import cell_blame as tables
from tests.repo.inspect.samples import commit, frame

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def test_a_cell_of_a_table_is_found_by_its_position(repo: Repo) -> None:
    commit(repo, {"df": frame(1, 2, None)}, "df = load()")
    commit(repo, {"df": frame(1, 3, None)}, "df.loc[1, 'age'] = 3")
    commit(repo, {"df": frame(7, 3, None)}, "df.loc[0, 'age'] = 7")
    repo.commit({"df": frame(7, 3, None), "other": 1})
    found = repo.cell_blame("df", "1", "age")
    assert (found.value, found.label, found.position, found.since.name) == (3.0, None, 1, "v2")
    assert (found.before, found.had_cell, found.old) == (repo["v1"], True, 2.0)
    assert [m.cell.source for m in found.cells] == ["df.loc[1, 'age'] = 3"]
    null = repo.cell_blame("df", "2", "age")
    assert (null.value, null.since.name, null.before) == (None, "v1", None)
    assert repo.cell_blame("df", "0", "age", "v2").since.name == "v1"


def test_a_cell_is_followed_by_the_label_of_its_row(repo: Repo) -> None:
    repo.commit({"df": frame(1, 2, index=["ann", "bob"])})
    repo.commit({"df": frame(2, 1, index=["bob", "ann"])})
    repo.commit({"df": frame(2, 1, 9, index=["bob", "ann", "cid"])})
    assert repo.cell_blame("df", "ann", "age").since.name == "v1"
    by_position = repo.cell_blame("df", "0", "age")
    assert (by_position.label, by_position.position, by_position.since.name) == ("bob", 0, "v1")
    new = repo.cell_blame("df", "cid", "age")
    assert (new.since.name, new.before, new.had_cell) == ("v3", repo["v2"], False)
    repo.commit({"df": frame(4, 5, index=["x", "x"])})
    assert repo.cell_blame("df", "1", "age").label is None
    with pytest.raises(UsageError, match="2 rows have the label 'x'"):
        repo.cell_blame("df", "x", "age")


def test_each_distinct_table_is_loaded_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in (1, 2, 1, 2, 1):
        repo.commit({"df": pd.DataFrame({"a": [0, n]})})
    loaded = []
    load = tables._table
    monkeypatch.setattr(tables, "_table", lambda *args: loaded.append(args[1].name) or load(*args))
    assert repo.cell_blame("df", "0", "a").since.name == "v1"
    assert loaded == ["v5", "v4"]
    monkeypatch.setattr(tables, "MOST_TABLES", 1)
    found = repo.cell_blame("df", "0", "a")
    assert (found.since.name, found.ended) == ("v5", "1 tables were compared")


def test_an_older_table_that_cannot_be_loaded_ends_the_walk_and_is_named(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2):
        repo.commit({"df": pd.DataFrame({"a": [0, n]})})
    load = tables._table

    def loads(store: Any, version: Any, name: str) -> Any:
        if version.name == "v1":
            raise NotLoadable("no library for it")
        return load(store, version, name)

    monkeypatch.setattr(tables, "_table", loads)
    found = repo.cell_blame("df", "0", "a")
    assert (found.since.name, found.before, found.ended) == ("v2", repo["v1"], "no library for it")


def test_what_is_no_cell_is_refused_with_what_there_is(repo: Repo) -> None:
    repo.commit({"df": frame(1, 2), "n": 3, "a": np.arange(3), "o": pd.DataFrame({"c": [[1]]})})
    assert repo.cell_blame("a", "2").value == 2
    for name, row, column, what in (
        ("df", "5", "age", "no row '5'"),
        ("df", "-1", "age", "no row '-1'"),
        ("df", "0", "agee", "no column 'agee'"),
        ("df", "0", None, "needs a row and a column"),
        ("n", "0", "x", "'n' is no table"),
        ("o", "0", "c", "cannot be compared"),
    ):
        with pytest.raises(UsageError, match=what):
            repo.cell_blame(name, row, column)
