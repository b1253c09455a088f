"""Some columns of a stored table are read without the parts of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import nbmodelver as mv
from nbmodelver.codecs.columns import buffers_without, columns_of, is_by_columns

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

ROWS = 20_000
rng = np.random.default_rng(0)
PLAIN: dict[str, Any] = {
    "a": rng.normal(size=ROWS),
    "b": rng.normal(size=ROWS),
    "n": rng.integers(0, 10**9, ROWS),
    "city": [f"city {i * i}" for i in range(ROWS)],
    "when": pd.date_range("2020", periods=ROWS, freq="s"),
}


def frame() -> pd.DataFrame:
    """A frame that shares no memory with others: frames of old pandas that do belong to one group."""
    return pd.DataFrame(PLAIN).assign(
        kind=pd.Categorical([f"k{i % 7}" for i in range(ROWS)]),
        count=pd.array(PLAIN["n"] % 10**6, dtype="Int64"),
    )


TABLES: dict[str, Any] = {
    "pandas": frame(),
    "objects": frame().assign(
        word=pd.Series([f"w{i}" for i in range(ROWS)], dtype=object),
        other=pd.Series([f"o{i}" for i in range(ROWS)], dtype=object),
    ),
    "indexed": frame().set_index("city"),
    "polars": pl.DataFrame(PLAIN),
    "arrow": pa.table({name: list(values) if name == "when" else values for name, values in PLAIN.items()}),
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = mv.open(tmp_path_factory.mktemp("columns"), create=True)
    repo.commit(TABLES)
    return repo


def parts_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the parts that are read from here on."""
    sizes: list[int] = []
    read = repo.parts.read_many

    def counted(wanted: Any, progress: Any = None) -> None:
        sizes.extend(len(out) for _part, out in wanted)
        read(wanted, progress)

    monkeypatch.setattr(repo.parts, "read_many", counted)
    return sizes


def names(table: Any) -> list[str]:
    return list(table.column_names if isinstance(table, pa.Table) else table.columns)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("columns", [("a",), ("b", "n"), ("city",), ("when", "a"), ("kind", "count"), ("other",)])
def test_the_columns_are_those_of_the_whole_table(repo: Repo, table: str, columns: tuple[str, ...]) -> None:
    whole = TABLES[table]
    there = [name for name in names(whole) if name in columns]
    found = repo.loaded_columns(repo["v1"], table, columns)
    assert names(found) == there
    if there:
        assert found.equals(whole.select(there) if isinstance(whole, pa.Table) else whole[there])


@pytest.mark.parametrize("table", ["pandas", "polars", "arrow"])
def test_the_parts_of_other_columns_are_not_read(repo: Repo, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = parts_read(repo, monkeypatch)
    repo.loaded_columns(repo["v1"], table, ["a"])
    assert sum(sizes) < ROWS * 8 * 1.6  # The column, and what all columns share.


def test_a_value_that_is_no_table_by_columns_is_not_read_in_part(repo: Repo) -> None:
    repo.commit({"array": np.arange(20_000.0), "one": {"frame": frame()}, "own": frame()})
    head = repo["HEAD"]
    assert repo.loaded_columns(head, "array", ["a"]) is None
    assert repo.loaded_columns(head, "nothing", ["a"]) is None
    assert names(repo.loaded_columns(head, "own", ["a"])) == ["a"]


def test_a_frame_of_duplicate_and_numbered_columns_says_what_it_has(tmp_path: Any) -> None:
    repo = mv.open(tmp_path, create=True)
    twice = pd.DataFrame(rng.normal(size=(ROWS, 3)), columns=["x", "x", "y"])
    numbered = pd.DataFrame(rng.normal(size=(ROWS, 3)))
    repo.commit({"twice": twice, "numbered": numbered})
    assert repo.loaded_columns(repo["v1"], "twice", ["x"]).equals(twice[["x"]])
    assert names(repo.loaded_columns(repo["v1"], "numbered", ["0"])) == []


def test_a_slot_may_belong_to_two_columns_or_to_the_whole_table() -> None:
    assert columns_of("age mask") == ("age mask", "age")
    assert columns_of("age") == ("age",)
    assert columns_of("") == columns_of("a|b") == ()


def test_a_column_named_like_a_part_of_another_one_is_read_with_it(tmp_path: Any) -> None:
    repo = mv.open(tmp_path, create=True)
    frame = pd.DataFrame({"s": [f"t{i}" for i in range(ROWS)], "s text": np.arange(float(ROWS))})
    repo.commit({"frame": frame})
    stored = repo.group_store.recipe(repo["v1"].groups[0])
    assert is_by_columns(stored)
    assert buffers_without(stored, ["s"]) == frozenset()
    assert repo.loaded_columns(repo["v1"], "frame", ["s"]).equals(frame[["s"]])
    assert repo.loaded_columns(repo["v1"], "frame", ["s text"]).equals(frame[["s text"]])
