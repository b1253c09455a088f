"""Groups and times: entities that stand in training and test data, and test rows from the time of the training rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.rows.matching import contains
from nbmodelver.comparison.tables.canonical import cell_hashes
from nbmodelver.comparison.tables.schema import ColumnPair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.tables import ColumnData, TableData
    from nbmodelver.model import Json

ENTITY = re.compile(
    r"(?:^|_)(?:patient|user|session|customer|client|subject|person|member|household|family|device|account|student|"
    r"speaker|author|donor|group|groups)(?:_?(?:id|ids|key|no|nr|number|uuid|code))?$",
    re.IGNORECASE,
)
"""Names of columns whose values stand for something that several rows can belong to."""
MIN_GROUPS = 20
"""Fewer distinct values are categories, which every split shares."""
MIN_REPEATS = 1.5
"""Mean rows of a value in the training set from which a column has groups."""


@dataclass(frozen=True)
class SharedGroups:
    """The values of one column that both sets have. groups, rows: of the test set. total: its distinct values."""

    column: str
    groups: int
    total: int
    rows: int


def column_of(train: TableData, test: TableData, name: str) -> ColumnPair | None:
    """A column, or a level of the index, of both sets by its name; None if a set does not have it."""
    sides = [next((c for c in (*t.columns, *t.index) if c.name == name), None) for t in (train, test)]
    return ColumnPair(sides[0], sides[1]) if sides[0] is not None and sides[1] is not None else None


def shared_groups(pair: ColumnPair) -> SharedGroups:
    """The values of a column that both sets have, nulls aside."""
    sides = [_hashes(side) for side in (pair.before, pair.after)]
    known = contains(sides[0], sides[1])
    return SharedGroups(pair.name, len(np.unique(sides[1][known])), len(np.unique(sides[1])), int(known.sum()))


def _hashes(column: ColumnData) -> NDArray[np.uint64]:
    return cell_hashes(column)[~column.is_null()]


def entity_columns(train: TableData, test: TableData) -> Iterator[ColumnPair]:
    """Yield the columns that name an entity and repeat in the training set: several rows of one patient."""
    names = dict.fromkeys(c.name for c in (*test.columns, *test.index) if ENTITY.search(c.name))
    for name in names:
        pair = column_of(train, test, name)
        if pair is None or not pair.comparable or _is_measured(pair.before):
            continue
        values = _hashes(pair.before)
        distinct = len(np.unique(values))
        if distinct >= MIN_GROUPS and len(values) >= MIN_REPEATS * distinct:
            yield pair


def _is_measured(column: ColumnData) -> bool:
    """True for numbers with fractions: they are no names of entities."""
    values = column.values
    if column.kind != "number" or values.dtype.kind != "f":
        return column.kind in ("time", "span", "block")
    finite = values[np.isfinite(values)]
    return not bool((finite == np.floor(finite)).all())


@dataclass(frozen=True)
class EarlierRows:
    """Test rows that are older than the newest training row. rows: how many. total: rows with a time."""

    column: str
    rows: int
    total: int
    newest: Json

    @property
    def share(self) -> float:
        """The share of the test rows."""
        return self.rows / self.total if self.total else 0.0


def time_columns(train: TableData, test: TableData) -> Iterator[ColumnPair]:
    """Yield the columns, or levels of the index, that are times on both sides."""
    for name in dict.fromkeys(c.name for c in (*test.columns, *test.index) if c.kind == "time"):
        pair = column_of(train, test, name)
        if pair is not None and pair.before.kind == "time":
            yield pair


def earlier_rows(pair: ColumnPair) -> EarlierRows | None:
    """The test rows that are older than the newest training row; None if the column has no order that is known.

    Times, numbers, and texts that begin with a date as ISO 8601 have an order.
    """
    sides = [_ordered(side) for side in (pair.before, pair.after)]
    if sides[0] is None or sides[1] is None or (sides[0].dtype.kind == "M") != (sides[1].dtype.kind == "M"):
        return None
    if not len(sides[0]) or not len(sides[1]):
        return None
    newest = sides[0].max()
    shown = str(newest).partition(".")[0].removesuffix("T00:00:00") if sides[0].dtype.kind == "M" else newest.item()
    return EarlierRows(pair.name, int((sides[1] < newest).sum()), len(sides[1]), shown)


def _ordered(column: ColumnData) -> NDArray[np.datetime64] | NDArray[np.float64] | None:
    """The values without nulls as times or numbers; None if they are neither."""
    values = column.values[~column.is_null()]
    if column.kind == "time":
        return np.asarray(values.view(f"datetime64[{column.unit}]"))
    if column.kind == "number":
        return np.asarray(values.astype(np.float64))
    if column.kind != "text" or not all(re.match(r"\d{4}-\d\d(-\d\d)?", text) for text in values):
        return None
    try:
        return np.array([text.removesuffix("Z") for text in values], dtype="datetime64[us]")
    except ValueError:
        return None
