"""Connections of sqlite3 are recreated with their content or their path."""

from __future__ import annotations

import sqlite3

import pytest

from nbmodelver.codecs import graph
from tests.codecs.again import Again, refused


def test_a_database_in_memory_has_its_tables():
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.executescript("create table t (a, b); insert into t values (1, 'x')")
    found = Again(db=db).db
    assert dict(found.execute("select * from t").fetchone()) == {"a": 1, "b": "x"}
    found.execute("insert into t values (2, 'y')")
    assert len(db.execute("select * from t").fetchall()) == 1
    db.close()
    found.close()


def test_an_empty_database_in_memory_is_kept():
    db = sqlite3.connect(":memory:")
    found = Again(db=db).db
    found.execute("create table t (a)")
    found.close()
    db.close()


def test_what_was_not_committed_in_memory_is_kept_and_said():
    db = sqlite3.connect(":memory:")
    db.execute("create table t (a)")
    db.execute("insert into t values (1)")
    again = Again(db=db)
    assert again.db.execute("select * from t").fetchall() == [(1,)]
    assert "database: what was not committed in it counts as committed" in again.notes
    db.close()
    again.db.close()


def test_a_database_of_a_file_is_opened_again(tmp_path):
    db = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    db.execute("create table t (a)")
    found = Again(db=db).db
    assert found.isolation_level is None
    assert found.execute("select * from t").fetchall() == []
    found.close()
    db.close()


def test_a_database_that_is_gone_is_not_made_empty(tmp_path):
    db = sqlite3.connect(tmp_path / "x.db")
    db.execute("create table t (a)")
    capture = graph.capture({"db": db})
    db.close()
    (tmp_path / "x.db").unlink()
    loader = graph.Loader({}, lambda _key: None)
    found = graph.decode(capture.groups[0], loader)["db"]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        found.execute("select 1")
    assert not (tmp_path / "x.db").exists()
    assert "is missing, closed here" in loader.load_notes[0][1]


def test_changes_of_a_file_that_are_not_committed_are_refused(tmp_path):
    db = sqlite3.connect(tmp_path / "x.db")
    db.execute("create table t (a)")
    db.execute("insert into t values (1)")
    assert "not committed cannot be kept: commit() it first" in refused(db)
    db.close()
    assert refused(db).startswith("a closed database connection")
