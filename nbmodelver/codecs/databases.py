"""Connections of sqlite3: an in-memory database with its bytes, a file by its path.

The isolation level and the row and text factories are stored. State that a connection does not expose is not stored:
registered functions, collations and converters, `detect_types`, `timeout` and similar options. The note says so.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from nbmodelver.codecs import files, notes
from nbmodelver.codecs.renewed import KeptState, Refused, Way

_OPTIONS = "without functions and options set on it"
MAX_BYTES = 1 << 30


def _take(connection: Any) -> KeptState:
    """args: path as SQLite reports it ("" in memory), isolation level, fingerprint. state: contents, factories."""
    try:
        attached = connection.execute("PRAGMA database_list").fetchall()
    except sqlite3.ProgrammingError as error:
        raise Refused(_reason(error)) from error
    rows = [tuple(row) for row in attached]
    if any(name not in ("main", "temp") for _number, name, _path in rows):
        raise Refused("a database connection with attached databases cannot be kept: detach them, then commit")
    path = next(path for _number, name, path in rows if name == "main")
    factories = (connection.row_factory, connection.text_factory)
    if path:
        return _taken_file(connection, path, factories)
    open_still = connection.in_transaction
    said: tuple[str, ...] = (f"database: new, with its tables, {_OPTIONS}",)
    if open_still:
        said += ("database: what was not committed in it counts as committed",)
    is_empty = connection.execute("PRAGMA page_count").fetchone()[0] == 0  # SQLite cannot serialize an empty database.
    contents = None if is_empty else connection.serialize()
    return KeptState(("", connection.isolation_level), (contents, *factories), said)


def _taken_file(connection: Any, path: str, factories: tuple[Any, ...]) -> KeptState:
    if connection.in_transaction:
        raise Refused("a database connection with changes that are not committed cannot be kept: commit() it first")
    said = (f"database: {os.path.basename(path)} opened again, {_OPTIONS}",)
    return KeptState((path, connection.isolation_level), (None, *factories), said)


def _reason(error: sqlite3.ProgrammingError) -> str:
    if "thread" in str(error):
        return "a database connection of another thread cannot be kept: commit it from its own thread"
    return "a closed database connection cannot be kept: open it again after a rollback"


def _make(cls: Any, path: str, isolation_level: Any) -> Any:
    where = files.found(path, path) if path else ":memory:"
    made: Any = sqlite3.connect(where or ":memory:", factory=cls)
    made.isolation_level = isolation_level
    if not where:
        notes.note(f"database: {path} is missing, closed here")
        made.close()
    return made


def _fill(made: Any, state: tuple[Any, Any, Any]) -> None:
    contents, made.row_factory, made.text_factory = state
    if contents is not None:
        made.deserialize(contents)


WAYS = (Way("databases.Connection", sqlite3.Connection, _take, _make, _fill),)
