"""The origin of a value and of one cell of a table, by versions and by the code of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.errors import NotLoadable, UnknownName, UsageError
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.inspect import cell_blame as tables

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Blame
    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path / "store", create=True)


def commit(repo: Repo, values: dict[str, Any], *sources: str, others: tuple[str, ...] = (), **cell: int) -> None:
    """Commit values that cells made. cell: name -> index of the cell that assigned it."""
    cells = [Cell(source, i + 1) for i, source in enumerate(sources)]
    repo.commit(values, around=CommitContext(cells=cells, assigned=cell, others=list(others)))


def made(found: Blame) -> list[tuple[str, bool]]:
    return [(m.cell.source, m.is_sure) for m in found.cells]


def read(found: Blame, at: int = 0) -> dict[str, str]:
    return {i.name: i.since.name if i.since else i.reason for i in found.cells[at].inputs}


def test_a_value_is_traced_to_the_version_and_the_cell_that_made_it(repo: Repo) -> None:
    commit(repo, {"x": 1, "k": 2}, "x = 1", "k = 2")
    commit(repo, {"x": 1, "k": 2, "y": 3}, "y = x + k", "unrelated = 1")
    commit(repo, {"x": 5, "k": 2, "y": 3}, "x = 5")
    found = repo.blame("y")
    assert (found.since.name, made(found), read(found)) == ("v2", [("y = x + k", True)], {"x": "v1", "k": "v1"})
    assert repo.blame("x", "v2").since.name == "v1"
    assert repo.blame("x").since.name == "v3"


def test_cells_after_the_assignment_that_can_have_changed_it_are_named(repo: Repo) -> None:
    cells = ["m = []", "m = [1]", "m.append(k)", "print(m)", "m[0] = z", "k = 9", "spread(m)"]
    commit(repo, {"m": [1], "k": 9}, *cells, others=("z",))
    found = repo.blame("m")
    assert made(found) == [("m = [1]", True), ("m.append(k)", False), ("m[0] = z", True), ("spread(m)", False)]
    assert read(found, 1) == {"k": "assigned again later"}
    assert read(found, 2) == {"z": "not saved"}


def test_a_value_made_of_itself_names_its_former_version(repo: Repo) -> None:
    commit(repo, {"n": 1}, "n = 1")
    commit(repo, {"n": 2}, "n = n + 1")
    assert read(repo.blame("n")) == {"n": "v1"}
    commit(repo, {"n": 4}, "n += 1", "n += 1")
    found = repo.blame("n")
    assert [read(found, at) for at in (0, 1)] == [{"n": "v2"}, {}]


def test_a_cell_in_a_version_that_left_the_name_out_is_found(repo: Repo) -> None:
    commit(repo, {"a": 1}, "a = 1", "b = a + 1", others=("b",))
    commit(repo, {"b": 2}, "print(b)", others=("a",))
    found = repo.blame("b")
    assert (found.since.name, made(found), found.cells[0].version.name) == ("v2", [("b = a + 1", True)], "v1")
    assert read(found) == {"a": "not saved"}
    commit(repo, {"a": 1}, others=("b",))
    commit(repo, {"b": 2}, others=("a",))
    assert repo.blame("b").since.name == "v2"


def test_a_cell_whose_code_says_nothing_is_known_from_the_kernel(repo: Repo) -> None:
    commit(repo, {"a": 1}, "%run other.py", "print(1)", a=0)
    assert made(repo.blame("a")) == [("%run other.py", True)]
    repo.commit({"b": 1})
    assert repo.blame("b").cells == ()
    with pytest.raises(UnknownName) as caught:
        repo.blame("bb")
    assert caught.value.hint == "did you mean 'b'?"


def frame(*ages: float | None, index: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame({"age": ages, "sex": ["f"] * len(ages)}, index=index)


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
