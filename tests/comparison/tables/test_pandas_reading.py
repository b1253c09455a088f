"""Files and databases with the types of the training set."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pandas as pd
import pytest

from nbmodelver.comparison.tables import pandas_reading
from nbmodelver.errors import UsageError


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "a b.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t (a integer, b text)")
        connection.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
        connection.commit()
    return path


def query(address, text):
    return pandas_reading.read("query", address, text, {})


def test_the_rows_of_a_query_are_read(database):
    assert query(f"sqlite:///{database}", "select a from t where b = 'y'").a.tolist() == [2]


def test_a_query_cannot_change_the_database(database):
    before = database.read_bytes()
    with pytest.raises(UsageError, match="the query failed"):
        query(f"sqlite:///{database}", "delete from t")
    assert database.read_bytes() == before


def test_a_wrong_query_and_a_missing_database_are_said(database, tmp_path):
    with pytest.raises(UsageError, match="no such table: none_such"):
        query(f"sqlite:///{database}", "select * from none_such")
    with pytest.raises(UsageError, match="there is no database"):
        query(f"sqlite:///{tmp_path / 'no.db'}", "select 1")
    assert not (tmp_path / "no.db").exists()


def test_another_database_needs_sqlalchemy_and_no_password_is_shown(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(UsageError, match="the query needs another library") as caught:
        query("postgresql://ada:secret@localhost/db", "select 1")
    assert "nbmodelver[sql]" in caught.value.hint
    assert "secret" not in str(caught.value)


def test_texts_stay_texts_and_texts_of_times_become_times(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("zip,day,half\n01234,2024-05-01,2024-05-01\n02345,,soon\n")
    found = pandas_reading.read("csv", str(path), "", {"zip": "text", "day": "time", "half": "time"})
    assert found.zip.tolist() == ["01234", "02345"]
    assert found.day[0] == pd.Timestamp("2024-05-01")
    assert found.half.tolist() == ["2024-05-01", "soon"]  # Not all of them are times.
