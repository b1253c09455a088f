"""Facts about one dataset of a version that its profile does not have: roles, repeated rows, rows in two splits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.roles import roles_of
from nbmodelver.errors import NbmodelverError

if TYPE_CHECKING:
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Version
    from nbmodelver.repo.core.open_store import LoadingStore


@dataclass(frozen=True)
class SplitOverlap:
    """A training set and a validation or test set. shared: rows of the test set that stand in the training set too.

    rows: of the test set. problem: why they cannot be compared, "" if they were.
    """

    train: str
    test: str
    shared: int = 0
    rows: int = 0
    problem: str = ""


def roles(version: Version, name: str) -> tuple[str, ...]:
    """Return what a dataset is used for: "train", "validation", "test"; () if it is not known."""
    return roles_of(version).get(name, ())


def repeated_rows(store: LoadingStore, version: Version, name: str) -> int | None:
    """Return the number of rows that are equal to an earlier row in all columns; None if the value is no table.

    The index does not count. Returns None if the value cannot be loaded here.
    """
    table = _table(store, version, name)
    if table is None:
        return None
    from nbmodelver.comparison.tables import repeated_rows as counting

    return counting.repeated_rows(table)


def overlaps(store: LoadingStore, version: Version, name: str) -> list[SplitOverlap]:
    """Return the overlap of each training set with each validation or test set, for the pairs that have the dataset."""
    known = roles_of(version)
    trains = [n for n, its in known.items() if "train" in its]
    tests = [n for n, its in known.items() if not {"validation", "test"}.isdisjoint(its)]
    pairs = [(a, b) for a in trains for b in tests if a != b and name in (a, b) and _alike(a, b)]
    return [_overlap(store, version, train, test) for train, test in pairs]


def _alike(train: str, test: str) -> bool:
    """Return False for features beside targets: y_train and X_test share no rows."""
    return train[:1].lower() == test[:1].lower() or not {train[:1].lower(), test[:1].lower()} & set("xy")


def _overlap(store: LoadingStore, version: Version, train: str, test: str) -> SplitOverlap:
    one, other = _table(store, version, train), _table(store, version, test)
    if one is None or other is None:
        return SplitOverlap(train, test, problem="one of them is no table, or cannot be loaded")
    from nbmodelver.comparison.leaks.leakage import compared_columns, shared_rows

    columns = compared_columns(one, other)
    if len(columns) < 2 and not any(c.before.kind == "text" for c in columns):
        return SplitOverlap(train, test, problem="they have fewer than two columns to compare")
    return SplitOverlap(train, test, len(shared_rows(one, other, columns).test), other.rows)


def _table(store: LoadingStore, version: Version, name: str) -> TableData | None:
    try:
        from nbmodelver.comparison.tables.tables import table_of

        return table_of(store.loaded(version, [name])[0][name])
    except (NbmodelverError, ImportError):  # It needs trust, or a library that is not here.
        return None
