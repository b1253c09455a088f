"""A table that is stored by columns is read by columns; anything else is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.repo import Repo
from nbmodelver.repo.inspect.stored_columns import stored_columns, with_ids
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    rows = range(5000)
    repo.commit({"df": pd.DataFrame({"a": rows, "b": [r / 2 for r in rows]}), "settings": {"depth": 3}})
    return repo


def test_the_columns_of_a_frame_have_their_parts_and_are_loaded_alone(repo: Repo):
    found = stored_columns(repo, repo["v1"], "df")
    assert found is not None
    assert {name for names in found.parts for name in names} >= {"a", "b"}
    assert list(found.load(["b"]).columns) == ["b"]


def test_a_value_that_is_no_table_has_no_columns(repo: Repo):
    assert stored_columns(repo, repo["v1"], "settings") is None


def ids(repo: Repo, version: str, name: str, value: object) -> dict[str, str]:
    table = table_of(value)
    assert table is not None
    return {c.name: c.id for c in with_ids(repo, repo[version], name, table).columns}


def test_a_column_has_another_id_only_if_its_content_changed(repo: Repo):
    frame = pd.DataFrame({"a": range(5000), "b": [r / 2 for r in range(5000)]})
    after = frame.assign(b=frame["b"] + 1)
    repo.commit({"df": after})
    old, new = ids(repo, "v1", "df", frame), ids(repo, "v2", "df", after)
    assert old["a"] == new["a"] != ""
    assert old["b"] != new["b"]
    assert old["a"] != old["b"]


def test_a_value_that_is_not_stored_by_columns_has_the_ids_of_its_content(repo: Repo):
    values = np.arange(6.0).reshape(3, 2)
    for array in (values, values, values + 1):
        repo.commit({"x": array})
    first, same, other = (ids(repo, f"v{i}", "x", values) for i in (2, 3, 4))
    assert first == same
    assert not set(first.values()) & set(other.values())
