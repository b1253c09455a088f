"""Columns with an id are hashed once; the others, and changed ones, are hashed again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nbmodelver.comparison.tables import cached_hashes
from nbmodelver.comparison.tables.cached_hashes import (
    HashCache,
    cached_cell_hashes,
    cached_row_hashes,
    is_cached,
    updated_row_hashes,
)
from nbmodelver.comparison.tables.canonical import CellHasher, row_hashes
from nbmodelver.comparison.tables.tables import ColumnData, of_array

ROWS = 1_000


@pytest.fixture(autouse=True)
def cache(monkeypatch):
    made = HashCache(1_000_000)
    monkeypatch.setattr(cached_hashes, "CACHE", made)
    return made


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """The name of each column whose cells are hashed, once for each call."""
    found: list[str] = []
    call = CellHasher.__call__

    def counted(self, rows):
        found.append(self._column.name)
        return call(self, rows)

    monkeypatch.setattr(CellHasher, "__call__", counted)
    return found


def columns(count: int, *, edition: str = "1") -> list[ColumnData]:
    rng = np.random.default_rng(0)
    made = (of_array(f"c{i}", rng.standard_normal(ROWS)) for i in range(count))
    return [replace(c, id=f"{c.name}.{edition}") for c in made]


def names(found: list[ColumnData]) -> list[str]:
    return [c.name for c in found]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_second_call_hashes_nothing_and_gives_the_same(hashed, count):
    some = columns(count)
    first = cached_row_hashes(some, ROWS, names(some)).copy()
    assert first.tolist() == row_hashes(some, ROWS).tolist()
    hashed.clear()
    assert cached_row_hashes(some, ROWS, names(some)).tolist() == first.tolist()
    assert hashed == []


def test_columns_without_ids_are_hashed_each_time(hashed):
    some = [replace(c, id="") for c in columns(2)]
    for _ in range(2):
        cached_row_hashes(some, ROWS, names(some))
    assert hashed == ["c0", "c1"] * 2


def test_another_name_or_precision_is_another_hash():
    (column,) = columns(1)
    made = [
        cached_row_hashes([column], ROWS, ["c0"]),
        cached_row_hashes([column], ROWS, ["renamed"]),
        cached_row_hashes([column], ROWS, ["c0"], ["c0"]),
    ]
    assert len({m.tobytes() for m in made}) == 3
    assert made[2].tolist() == row_hashes([column], ROWS, ["c0"], ["c0"]).tolist()


def test_only_changed_columns_are_hashed_for_the_next_version(hashed):
    old = columns(6)
    new = list(old)
    values = old[2].values.copy()
    values[:10] += 1
    new[2] = replace(old[2], values=values, id="c2.2")
    before = cached_row_hashes(old, ROWS, names(old))
    hashed.clear()
    found = updated_row_hashes(before, old, new, names(new))
    assert hashed == ["c2", "c2"]
    assert found.tolist() == row_hashes(new, ROWS).tolist()
    hashed.clear()
    updated_row_hashes(before, old, new, names(new))
    assert hashed == []


def test_a_table_of_another_length_is_hashed_as_a_whole():
    old, new = columns(4), [replace(c, values=c.values[:-1], id=f"{c.name}.2") for c in columns(4)]
    before = cached_row_hashes(old, ROWS, names(old))
    found = updated_row_hashes(before, old, new, names(new))
    assert found.tolist() == row_hashes(new, ROWS - 1).tolist()


def test_a_part_of_a_column_has_no_id():
    assert columns(1)[0].take(slice(3)).id == ""


def test_the_array_that_was_not_used_for_the_longest_time_is_dropped_first():
    cache = HashCache(2 * 80)
    one, two, three = (frozenset({(name, name, False)}) for name in "abc")
    cache.put(one, np.zeros(10, np.uint64))
    cache.put(two, np.zeros(10, np.uint64))
    assert cache.get(one) is not None
    cache.put(three, np.zeros(10, np.uint64))
    assert cache.get(two) is None
    assert cache.get(one) is not None
    cache.put(two, np.zeros(21, np.uint64))
    assert cache.get(two) is None
    cache.clear()
    assert cache.get(one) is None


def test_kept_hashes_cannot_be_changed():
    some = columns(1)
    found = cached_row_hashes(some, ROWS, ["c0"])
    assert is_cached(some[0], narrow=False)
    assert not is_cached(some[0], narrow=True)
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


def test_sampled_cells_are_hashed_once_and_are_no_hashes_of_rows(hashed):
    (column,) = columns(1)
    rows = np.arange(0, ROWS, 10)
    first = cached_cell_hashes(column, rows)
    assert cached_cell_hashes(column, rows) is first
    assert hashed == ["c0"]
    assert first.tolist() == CellHasher(column)(rows).tolist()
    assert not is_cached(column, narrow=False)
