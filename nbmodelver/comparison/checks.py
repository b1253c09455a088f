"""Checks for test rows in the training data of a version, each with an estimate of its cost.

A check reads datasets through `Dataset.table`, and states in one sentence what it found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.comparison.leakage import SharedRows, compared_columns, gained_rows, shared_rows
from nbmodelver.errors import NotComparable
from nbmodelver.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.comparison.tables import ColumnData, TableData

BYTES_PER_S = 1_000_000_000
"""Estimated speed of a check of two datasets. Measured: 0.06 s for 88 MB, 0.15 s for 440 MB in memory."""


@dataclass(frozen=True)
class Dataset:
    """One dataset of a version. table: reads it as a table, None if it is none. earlier: the same in the parent.

    changed: the value differs from the parent's, or the parent has no such name.
    """

    name: str
    roles: tuple[str, ...]
    size_bytes: int
    changed: bool
    table: Callable[[], TableData | None]
    earlier: Callable[[], TableData | None] = lambda: None


@dataclass(frozen=True)
class Check:
    """One check that is due.

    id: of its finding. cost_s: estimated seconds. run: returns the finding, or None if rows were compared and nothing
    was found; raises NotComparable.
    """

    id: str
    cost_s: float
    run: Callable[[], Finding | None]


def leak_checks(datasets: Sequence[Dataset], parent: str) -> Iterator[Check]:
    """Yield a check for each training set with each validation or test set, if one of both changed.

    parent: name of the version before, for the sentence; "" without one.
    """
    trains = [d for d in datasets if "train" in d.roles]
    tests = [d for d in datasets if not {"validation", "test"}.isdisjoint(d.roles)]
    for train in trains:
        for test in tests:
            if train.name != test.name and (train.changed or test.changed):
                cost_s = (train.size_bytes + test.size_bytes) / BYTES_PER_S
                yield Check(leak_id(train.name, test.name), cost_s, _Leak(train, test, datasets, parent))


def leak_id(train: str, test: str) -> str:
    """The id of the finding about rows of `test` in `train`."""
    return f"leak:{train},{test}"


@dataclass(frozen=True)
class _Leak:
    """The check of one pair."""

    train: Dataset
    test: Dataset
    datasets: Sequence[Dataset]
    parent: str

    def __call__(self) -> Finding | None:
        train, test = _with_target(self.train, self.datasets), _with_target(self.test, self.datasets)
        if train is None or test is None:
            raise NotComparable(f"{self.train.name} or {self.test.name} is no table, or cannot be loaded")
        columns = compared_columns(train, test)
        if len(columns) < 2 and not any(c.before.kind == "text" for c in columns):
            raise NotComparable("there are fewer than two columns to compare")  # One number repeats in honest data.
        shared = shared_rows(train, test, columns)
        if not len(shared.test):
            return None
        return self._gained(train, test, shared) or self._absolute(shared, test.rows)

    def _gained(self, train: TableData, test: TableData, shared: SharedRows) -> Finding | None:
        if not self.parent or not self.train.changed:
            return None
        earlier = self.train.earlier()
        if earlier is None:
            return None
        delta = gained_rows(train, test, earlier, compared_columns(train, test), shared)
        if delta.is_chance:
            return None
        count = f"{delta.shared:,} of the {delta.gained:,} rows" if delta.gained > 1 else "the one row"
        verb = "stand" if delta.shared > 1 else "stands"
        change = f"{self.train.name} gained" if delta.are_added else f"are new or changed in {self.train.name}"
        text = f"{count} that {change} since {self.parent} {verb} in {self.test.name}"
        return replace(self._finding("alarm", text), is_new=True)

    def _absolute(self, shared: SharedRows, rows: int) -> Finding | None:
        count = len(shared.test)
        verb = "stand" if count > 1 else "stands"
        share = f"{count:,} of the {rows:,} rows of {self.test.name} also {verb} in {self.train.name}"
        if shared.same_target is not None and shared.same_target < count:
            share += f" ({shared.same_target:,} with the same target)"
        if shared.is_chance:
            return None
        if shared.is_repetition:
            return self._finding("note", f"{share}; {self.test.name} repeats rows too: copied before the split?")
        return self._finding("alarm", share)

    def _finding(self, level: str, text: str) -> Finding:
        names = (self.train.name, self.test.name)
        return Finding(leak_id(*names), level, text, names)  # type: ignore[arg-type]  # "alarm" or "note"


def _with_target(dataset: Dataset, datasets: Sequence[Dataset]) -> TableData | None:
    """The table of a dataset, with the target that belongs to it as a column "y": y_train of X_train."""
    table = dataset.table()
    if table is None:
        return None
    if dataset.name[:1] not in ("X", "x"):
        return table
    wanted = {f"{letter}{dataset.name[1:]}" for letter in "yY"}
    for other in datasets:
        target = other.table() if other.name in wanted else None
        if target is not None and target.rows == table.rows and len(target.columns) == 1:
            column: ColumnData = replace(target.columns[0], name="y")
            return replace(table, columns=(*(c for c in table.columns if c.name != "y"), column))
    return table
