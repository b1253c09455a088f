"""Checks of a comparison, which take longer than those of a commit, each with an estimate of its cost.

They look for rounded rows, rows with another value in one column, entities and times on both sides, features that tell
the target, and near duplicates of texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.comparison.leaks.checks import Check, check_id, cost_s, rows_in, with_target
from nbmodelver.comparison.leaks.groups import (
    column_of,
    earlier_rows,
    entity_columns,
    shared_groups,
    time_columns,
)
from nbmodelver.comparison.leaks.near_rows import largest, rounded_rows, rows_but_one_column
from nbmodelver.comparison.leaks.near_texts import near_texts
from nbmodelver.comparison.leaks.target_leak import new_features, telling_features
from nbmodelver.errors import NotComparable, UsageError
from nbmodelver.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.comparison.leaks.checks import ComparedPair, Dataset, NotApplicable
    from nbmodelver.comparison.leaks.groups import EarlierRows, SharedGroups
    from nbmodelver.comparison.leaks.target_leak import TellingFeature
    from nbmodelver.comparison.tables.schema import ColumnPair
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import LeakRequest, Level

ROUNDED_COST, COLUMN_COST, OTHER_COST, TEXT_COST = 6, 6, 5, 500
"""Estimated cost of a check, relative to reading both sets once.

Measured for 1M x 20 against 100k rows, where reading is estimated as 0.18 s: rounded 0.65 s, all columns but one 0.4 s.
For 20,000 texts of 200 characters against 2,000: 2.2 s.
"""
MAX_COLUMNS_NAMED = 3


def thorough_checks(
    pairs: Sequence[ComparedPair], datasets: Sequence[Dataset], parent: str, request: LeakRequest
) -> Iterator[Check]:
    """Yield the checks for each pair of which one set changed, and those that the user asked for.

    parent: name of the version before, "" without one. Raises UsageError for a column that no pair has.
    """
    _require_columns(pairs, request)
    for pair in pairs:
        asked = bool(request.group), bool(request.time)
        if pair.changed:
            yield Check(check_id("rounded", *pair.names), ROUNDED_COST * pair.cost_s, _Rounded(pair))
            yield Check(check_id("column", *pair.names), COLUMN_COST * pair.cost_s, _Column(pair))
        if pair.changed or asked[0]:
            yield Check(check_id("group", *pair.names), OTHER_COST * pair.cost_s, _Group(pair, request.group))
        if asked[1] or (pair.changed and parent):
            yield Check(check_id("time", *pair.names), OTHER_COST * pair.cost_s, _Time(pair, request.time, parent))
        if request.near_text is not None:
            yield Check(check_id("text", *pair.names), TEXT_COST * pair.cost_s, _NearText(pair, request.near_text))
    for train in datasets if parent else ():
        if "train" in train.roles and train.changed:
            cost = 2 * OTHER_COST * cost_s(train)
            yield Check(check_id("target", train.name), cost, _Target(train, datasets, parent))


def _require_columns(pairs: Sequence[ComparedPair], request: LeakRequest) -> None:
    for name in request.columns:
        sides = [(pair.train.table(), pair.test.table()) for pair in pairs]
        tables = [(a, b) for a, b in sides if a is not None and b is not None]
        if not any(column_of(a, b, name) is not None for a, b in tables):
            both = dict.fromkeys(c.name for a, b in tables for c in (*b.columns, *b.index) if column_of(a, b, c.name))
            hint = f"columns of both: {', '.join([n for n in both if n][:20]) or 'none'}"
            raise UsageError(f"no training set and test set both have a column '{name}'", hint)


@dataclass(frozen=True)
class _Rounded:
    """Rows of the test set that stand in the training set up to rounding."""

    pair: ComparedPair

    def __call__(self) -> Finding | NotApplicable | None:
        found = rounded_rows(*self.pair.tables, self.pair.columns, self.pair.shared)
        if found is None:
            return "not applicable"
        if found.is_chance:
            return None
        how = "up to rounding (IQR/10,000)"
        text = f"{rows_in(self.pair, len(found.test))} {how}"
        return self.pair.finding("rounded", "alarm", text)


@dataclass(frozen=True)
class _Column:
    """Rows of the test set that stand in the training set with another value in one column."""

    pair: ComparedPair

    def __call__(self) -> Finding | None:
        columns = self.pair.columns
        found = list(largest(rows_but_one_column(*self.pair.tables, columns, self.pair.shared)))
        if not found:
            return None
        phrases = [f"{rows_in(self.pair, len(found[0].test))} with another {found[0].column or 'value'} only"]
        phrases += [f"{len(near.test):,} with another {near.column}" for near in found[1:MAX_COLUMNS_NAMED]]
        phrases += [f"{len(found) - MAX_COLUMNS_NAMED} more columns"] if len(found) > MAX_COLUMNS_NAMED else []
        return self.pair.finding("column", "alarm", ", ".join(phrases))


@dataclass(frozen=True)
class _Group:
    """Values of columns that name an entity, in both sets. asked: the columns; () for those that are found."""

    pair: ComparedPair
    asked: tuple[str, ...]

    def __call__(self) -> Finding | NotApplicable | None:
        columns = list(_asked(self.pair, self.asked) if self.asked else entity_columns(*self.pair.tables))
        if not columns:
            return "not applicable"
        found = [groups for one in columns if (groups := shared_groups(one)).groups]
        if not found:
            return None
        text = f"{' and '.join(map(self._phrase, found))} also occur in {self.pair.train.name}"
        if self.asked:
            return self.pair.finding("group", "alarm", text)
        options = " ".join(f"--group {_quoted(one.column)}" for one in found)
        return self.pair.finding("group", "note", f"{text}; if their rows belong together: {options}")

    def _phrase(self, found: SharedGroups) -> str:
        of = f"of {found.column} in {self.pair.test.name} ({found.rows:,} rows)"
        return f"{found.groups:,} of the {found.total:,} values {of}"


def _asked(pair: ComparedPair, names: Sequence[str]) -> Iterator[ColumnPair]:
    for name in names:
        found = column_of(*pair.tables, name)
        if found is not None and not found.comparable:
            raise NotComparable(f"the values of {name} cannot be compared")
        if found is not None:
            yield found


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


@dataclass(frozen=True)
class _Time:
    """Test rows that are older than the newest training row. asked: the column; "": those that had none before."""

    pair: ComparedPair
    asked: str
    parent: str

    def __call__(self) -> Finding | NotApplicable | None:
        if self.asked:
            found = column_of(*self.pair.tables, self.asked)
            earlier = earlier_rows(found) if found is not None else None
            if found is not None and earlier is None:
                raise NotComparable(f"{self.asked} has no times, numbers or dates as text")
            if earlier is None:
                return "not applicable"
            return self._finding("alarm", earlier, "") if earlier.rows else None
        columns = list(time_columns(*self.pair.tables))
        if not columns:
            return "not applicable"
        for column in columns:
            earlier = earlier_rows(column)
            if earlier is not None and earlier.rows and self._had_none(column.name):
                return self._finding("note", earlier, f"; in {self.parent} none was")
        return None

    def _had_none(self, name: str) -> bool:
        """True if no test row of the version before was older than its newest training row."""
        tables = self.pair.train.earlier(), self.pair.test.earlier()
        if tables[0] is None or tables[1] is None:
            return False
        column = column_of(tables[0], tables[1], name)
        before = earlier_rows(column) if column is not None else None
        return before is not None and not before.rows

    def _finding(self, level: Level, found: EarlierRows, since: str) -> Finding:
        share = f"{found.rows:,} of the {found.total:,} rows of {self.pair.test.name} ({found.share:.0%})"
        verb = "are" if found.rows > 1 else "is"
        text = f"{share} {verb} older than the newest row of {self.pair.train.name} by {found.column} ({found.newest})"
        return self.pair.finding("time", level, text + since)


@dataclass(frozen=True)
class _NearText:
    """Near duplicates of the texts of the test set in the training set."""

    pair: ComparedPair
    threshold: float

    def __call__(self) -> Finding | NotApplicable | None:
        columns = [c for c in self.pair.columns if c.before.kind == c.after.kind == "text"]
        if not columns:
            return "not applicable"
        found = [(c, near_texts(c.before.values.tolist(), c.after.values.tolist(), self.threshold)) for c in columns]
        column, most = max(found, key=lambda one: len(one[1].test))
        if not len(most.test):
            return None
        of = f" of {column.name}" if column.name else ""
        texts = f"{len(most.test):,} of the {most.rows:,} texts{of} of {self.pair.test.name}"
        verb = "have" if len(most.test) > 1 else "has"
        equal = f", {most.equal:,} of them equal" if most.equal else ""
        how = f"(Jaccard of 5-character shingles at least {self.threshold:g}{equal})"
        text = f"{texts} {verb} a near duplicate in {self.pair.train.name} {how}"
        if most.own * 2 >= len(most.test):
            return self.pair.finding("text", "note", f"{text}; {self.pair.test.name} repeats texts too")
        return self.pair.finding("text", "alarm", text)


@dataclass(frozen=True)
class _Target:
    """Features of a training set that determine its target, and did not in the version before."""

    train: Dataset
    datasets: Sequence[Dataset]
    parent: str

    def __call__(self) -> Finding | NotApplicable | None:
        now, before = self._features(earlier=False), self._features(earlier=True)
        if now is None or before is None:
            return "not applicable"
        found = new_features(now, before)
        if not found:
            return None
        features = ", ".join(f"{one.name} {one.how}" for one in found[:MAX_COLUMNS_NAMED])
        sample = f" (sample of {found[0].sampled:,} rows, seed 0)" if found[0].sampled else ""
        text = f"one column of {self.train.name} determines the target, unlike in {self.parent}: {features}{sample}"
        return Finding(check_id("target", self.train.name), "alarm", text, (self.train.name,), is_new=True)

    def _features(self, *, earlier: bool) -> list[TellingFeature] | None:
        table: TableData | None = with_target(self.train, self.datasets, earlier=earlier)
        return telling_features(table) if table is not None else None
