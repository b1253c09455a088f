"""Checks for test rows in what a version was trained on, each with an estimate of its cost. They follow a commit.

A check reads datasets through `Dataset.table`, and states in one sentence what it found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.comparison.fitted import predicts, transformers, was_fitted_on
from nbmodelver.comparison.leakage import SharedRows, compared_columns, gained_rows, shared_rows
from nbmodelver.errors import NotComparable
from nbmodelver.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.comparison.tables import ColumnData, TableData
    from nbmodelver.model import Level

BYTES_PER_S = 1_000_000_000
"""Estimated speed of a check of two datasets. Measured: 0.06 s for 88 MB, 0.15 s for 440 MB in memory."""


NotApplicable = Literal["not applicable"]


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

    id: of its finding. cost_s: estimated seconds. run: returns the finding, None if values were compared and nothing
    was found, or "not applicable" if there is nothing to say about these values; raises NotComparable.
    """

    id: str
    cost_s: float
    run: Callable[[], Finding | NotApplicable | None]


@dataclass(frozen=True)
class Model:
    """A fitted model or transformer of a version.

    load: returns the value, None if it cannot be loaded. is_scored: the version has metrics, so a predictor that was
    fitted on the test set has a score that is too good.
    """

    name: str
    size_bytes: int
    changed: bool
    is_scored: bool
    load: Callable[[], Any]


def leak_checks(datasets: Sequence[Dataset], parent: str) -> Iterator[Check]:
    """Yield a check for each training set with each validation or test set, if one of both changed.

    parent: name of the version before, for the sentence; "" without one.
    """
    for train, test in pairs_of(datasets):
        if train.changed or test.changed:
            yield Check(leak_id(train.name, test.name), cost_s(train, test), _Leak(train, test, datasets, parent))


def pairs_of(datasets: Sequence[Dataset]) -> Iterator[tuple[Dataset, Dataset]]:
    """Yield each training set with each validation or test set."""
    for train in datasets:
        for test in datasets:
            if "train" in train.roles and is_tested(test) and train.name != test.name:
                yield train, test


def is_tested(dataset: Dataset) -> bool:
    """True for a validation or test set."""
    return not {"validation", "test"}.isdisjoint(dataset.roles)


def cost_s(*values: Dataset | Model) -> float:
    """The estimated seconds of a check that reads these values once."""
    return sum(v.size_bytes for v in values) / BYTES_PER_S


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
        train, test = with_target(self.train, self.datasets), with_target(self.test, self.datasets)
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


def with_target(dataset: Dataset, datasets: Sequence[Dataset]) -> TableData | None:
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


def fitted_checks(models: Sequence[Model], datasets: Sequence[Dataset]) -> Iterator[Check]:
    """Yield a check for each model with each validation or test set, if the model or one of the datasets changed."""
    trains = [d for d in datasets if "train" in d.roles]
    for model in models:
        for test in filter(is_tested, datasets):
            others = [d for d in trains if d.name != test.name]
            if others and (model.changed or any(d.changed for d in (test, *others))):
                cost = cost_s(model, test, *others)
                yield Check(f"fitted:{model.name},{test.name}", cost, _Fitted(model, test, others, datasets))


@dataclass(frozen=True)
class _Fitted:
    """The check whether one model was fitted on one test set together with a training set."""

    model: Model
    test: Dataset
    trains: Sequence[Dataset]
    datasets: Sequence[Dataset]

    def __call__(self) -> Finding | NotApplicable | None:
        value = self.model.load()
        if value is None:
            raise NotComparable(f"{self.model.name} cannot be loaded")
        found = list(transformers(value))
        if not found:
            return "not applicable"
        known: set[bool | None] = set()
        for train, others in self._unions():
            tables = [t for d in (train, *others) if (t := d.table()) is not None]
            if len(tables) <= len(others):
                raise NotComparable("one of the datasets is no table, or cannot be loaded")
            known |= {was_fitted_on(one, tables[0], tables[1:]) for one in found}
            if True in known:
                return self._finding([train, *others], sum(t.rows for t in tables), is_predictor=predicts(value))
        return None if False in known else "not applicable"

    def _unions(self) -> Iterator[tuple[Dataset, list[Dataset]]]:
        """A training set with this test set, and with all validation and test sets of the same kind of name."""
        for train in self.trains:
            yield train, [self.test]
            alike = [d for d in self.datasets if is_tested(d) and d.name != train.name and _alike(d, self.test)]
            if len(alike) > 1:
                yield train, alike

    def _finding(self, fitted_on: Sequence[Dataset], rows: int, *, is_predictor: bool) -> Finding:
        names = [d.name for d in fitted_on]
        text = f"{self.model.name} was fitted on {', '.join(names[:-1])} and {names[-1]} together ({rows:,} rows)"
        level: Level = "note" if is_predictor and not self.model.is_scored else "alarm"
        return Finding(f"fitted:{self.model.name},{self.test.name}", level, text, (self.model.name, self.test.name))


def _alike(one: Dataset, other: Dataset) -> bool:
    """True for names that both begin with the letter of features, or both do not: X_val and X_test, y_test aside."""
    return one.name[:1].lower() == other.name[:1].lower() or not {one.name[:1], other.name[:1]} & set("XxyY")
