"""Checks for test rows in what a version was trained on, each with an estimate of its cost. They follow a commit.

A check reads datasets through `Dataset.table`, and states in one sentence what it found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.comparison.leaks.fitted import is_fitted_on_all, predicts, transformers
from nbmodelver.comparison.leaks.leakage import SharedRows, compared_columns, gained_rows, shared_rows
from nbmodelver.errors import NotComparable
from nbmodelver.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.comparison.tables.schema import ColumnPair
    from nbmodelver.comparison.tables.tables import ColumnData, TableData
    from nbmodelver.model import Level

BYTES_PER_S = 1_000_000_000
"""Estimated speed of a check of two datasets. Measured: 0.06 s for 88 MB, 0.15 s for 440 MB in memory."""


MIN_COMMON = 3
"""Fewer equal rows are no finding if columns are coarse and depend on each other."""
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


class ComparedPair:
    """A training set with a validation or test set. Tables and equal rows are read once for all checks of the pair."""

    def __init__(self, train: Dataset, test: Dataset, datasets: Sequence[Dataset]) -> None:
        self.train = train
        self.test = test
        self._datasets = datasets
        self.changed = train.changed or test.changed
        self.cost_s = cost_s(train, test)

    @property
    def names(self) -> tuple[str, str]:
        """The names of both."""
        return self.train.name, self.test.name

    def finding(self, kind: str, level: Level, text: str, *, is_new: bool = False) -> Finding:
        """A finding about the pair, with the id "KIND:TRAIN,TEST"."""
        return Finding(check_id(kind, *self.names), level, text, self.names, is_new=is_new)

    @cached_property
    def tables(self) -> tuple[TableData, TableData]:
        """Both as tables, with their targets as a column. Raises NotComparable."""
        found = [with_target(d, self._datasets) for d in (self.train, self.test)]
        if found[0] is None or found[1] is None:
            raise NotComparable(f"{self.train.name} or {self.test.name} is no table, or cannot be loaded")
        return found[0], found[1]

    @cached_property
    def columns(self) -> tuple[ColumnPair, ...]:
        """The columns that identify a row. Raises NotComparable if there are too few."""
        columns = compared_columns(*self.tables)
        if len(columns) < 2 and not any(c.before.kind == "text" for c in columns):
            raise NotComparable("there are fewer than two columns to compare")  # One number repeats in honest data.
        return columns

    @cached_property
    def shared(self) -> SharedRows:
        """The equal rows. Raises NotComparable."""
        return shared_rows(*self.tables, self.columns)


def check_id(kind: str, *names: str) -> str:
    """The id of a check and of its finding."""
    return f"{kind}:{','.join(names)}"


def pairs_of(datasets: Sequence[Dataset]) -> list[ComparedPair]:
    """Each training set with each validation or test set."""
    return [
        ComparedPair(train, test, datasets)
        for train in datasets
        for test in datasets
        if "train" in train.roles and is_tested(test) and train.name != test.name
    ]


def leak_checks(pairs: Sequence[ComparedPair], parent: str) -> Iterator[Check]:
    """Yield a check for equal rows in each pair of which one set changed.

    parent: name of the version before, for the sentence; "" without one.
    """
    for pair in pairs:
        if pair.changed:
            yield Check(check_id("leak", *pair.names), pair.cost_s, _Leak(pair, parent))


def is_tested(dataset: Dataset) -> bool:
    """True for a validation or test set."""
    return not {"validation", "test"}.isdisjoint(dataset.roles)


def cost_s(*values: Dataset | Model) -> float:
    """The estimated seconds of a check that reads these values once."""
    return sum(v.size_bytes for v in values) / BYTES_PER_S


@dataclass(frozen=True)
class _Leak:
    """The check for equal rows in one pair."""

    pair: ComparedPair
    parent: str

    def __call__(self) -> Finding | None:
        shared = self.pair.shared
        return (self._gained(shared) or self._absolute(shared)) if len(shared.test) else None

    def _gained(self, shared: SharedRows) -> Finding | None:
        pair, (train, test) = self.pair, self.pair.tables
        if not self.parent or not pair.train.changed:
            return None
        earlier = pair.train.earlier()
        if earlier is None:
            return None
        delta = gained_rows(train, test, earlier, pair.columns, shared)
        if not delta.is_comparable or delta.is_chance:
            return None
        count = f"{delta.shared:,} of the {delta.gained:,} rows" if delta.gained > 1 else "the one row"
        verb = "stand" if delta.shared > 1 else "stands"
        change = f"{pair.train.name} gained" if delta.are_added else f"are new or changed in {pair.train.name}"
        text = f"{count} that {change} since {self.parent} {verb} in {pair.test.name}"
        return pair.finding("leak", "alarm", text, is_new=True)

    def _absolute(self, shared: SharedRows) -> Finding | None:
        share = rows_in(self.pair, len(shared.test))
        if shared.same_target is not None and shared.same_target < len(shared.test):
            share += f" ({shared.same_target:,} with the same target)"
        if shared.is_chance or (shared.is_common and (shared.is_repetition or len(shared.test) < MIN_COMMON)):
            return None
        if shared.is_repetition:
            text = f"{share}; {self.pair.test.name} repeats rows too: copied before the split?"
            return self.pair.finding("leak", "note", text)
        return self.pair.finding("leak", "alarm", share)


def rows_in(pair: ComparedPair, count: int) -> str:
    """How many rows of the test set stand in the training set, as a sentence."""
    verb = "stand" if count > 1 else "stands"
    rows = pair.tables[1].rows
    return f"{count:,} of the {rows:,} rows of {pair.test.name} also {verb} in {pair.train.name}"


def with_target(dataset: Dataset, datasets: Sequence[Dataset], *, earlier: bool = False) -> TableData | None:
    """The table of a dataset, with the target that belongs to it as a column "y": y_train of X_train.

    earlier: of the version before.
    """

    def read(one: Dataset) -> TableData | None:
        return one.earlier() if earlier else one.table()

    table = read(dataset)
    if table is None:
        return None
    if dataset.name[:1] not in ("X", "x"):
        return table
    wanted = {f"{letter}{dataset.name[1:]}" for letter in "yY"}
    for other in datasets:
        target = read(other) if other.name in wanted else None
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
                yield Check(check_id("fitted", model.name, test.name), cost, _Fitted(model, test, others, datasets))


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
            known |= {is_fitted_on_all(one, tables[0], tables[1:]) for one in found}
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
        about = self.model.name, self.test.name
        level: Level = "note" if is_predictor and not self.model.is_scored else "alarm"
        return Finding(check_id("fitted", *about), level, text, about)


def _alike(one: Dataset, other: Dataset) -> bool:
    """True for names that both begin with the letter of features, or both do not: X_val and X_test, y_test aside."""
    return one.name[:1].lower() == other.name[:1].lower() or not {one.name[:1], other.name[:1]} & set("XxyY")
