"""Rows of a test set that stand in training data with small changes: rounded, or with another value in one column.

Honest data has near rows too, the more so if columns depend on each other. So the pairs between the sets are compared
with those within each set, and with what chance gives if every column had a copy. Copies that are equal in all cells
count on neither side: `leakage` finds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.chance import RARE, pairs_within, poisson_tail
from nbmodelver.comparison.leaks.leakage import candidates, equal_rate, pair_count, shared_rows
from nbmodelver.comparison.rows.matching import contains
from nbmodelver.comparison.rows.pairing import cell_terms, equal_cells
from nbmodelver.comparison.tables.canonical import row_hashes
from nbmodelver.comparison.tables.schema import ColumnPair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.leaks.leakage import SharedRows
    from nbmodelver.comparison.tables.tables import ColumnData, TableData

    Hashes = tuple[NDArray[np.uint64], NDArray[np.uint64]]

PARTS = 10_000
"""Numbers are equal up to rounding if they fall into the same of this many parts of the interquartile range."""
GRIDS = (0.0, 0.5)
"""Offsets of the parts. A small error crosses a limit of one grid in some rows, and of both in few."""
MIN_ROWS = 3
"""Fewer near rows are no finding: one or two occur in honest data."""
MIN_COLUMNS = 2
SAMPLE_ROWS = 10_000


@dataclass(frozen=True)
class NearRows:
    """Rows of a test set that a training set has with small changes, and that it does not have as they are.

    test: (n,) intp. column: the column with other values; "" for rounded rows. pairs: of a row of each set. expected:
    pairs by chance. tried: columns that were tried.
    """

    test: NDArray[np.intp]
    pairs: int
    expected: float
    column: str = ""
    tried: int = 1

    @property
    def is_chance(self) -> bool:
        """True if honest data would give as many near rows."""
        return len(self.test) < MIN_ROWS or poisson_tail(self.pairs, self.expected) >= RARE / self.tried


def rounded_rows(
    train: TableData, test: TableData, columns: Sequence[ColumnPair], exact: SharedRows
) -> NearRows | None:
    """The rows that both sets have up to rounding, but not exactly; None if no column has fractions.

    columns, exact: what was compared exactly, and the result.
    """
    widths = {p.name: width for p in columns if (width := _width(p))}
    if not widths:
        return None
    found = [_on_grid(train, test, columns, widths, offset) for offset in GRIDS]
    rows = np.setdiff1d(np.concatenate([f.test for f, _ in found]), exact.test)
    shared, rounded = max(found, key=lambda f: f[0].pairs)
    pairs = shared.pairs - exact.pairs
    if not len(rows) or pairs <= 0:
        return NearRows(rows[:0], 0, 0.0)
    near, plain = _both_hashes(rounded, train.rows, test.rows), _both_hashes(columns, train.rows, test.rows)
    return NearRows(rows, pairs, max(shared.if_dependent, _expected(near, plain)))


def _on_grid(
    train: TableData, test: TableData, columns: Sequence[ColumnPair], widths: dict[str, float], offset: float
) -> tuple[SharedRows, list[ColumnPair]]:
    rounded = []
    for pair in columns:
        width = widths.get(pair.name)
        if width:
            before, after = (_on_parts(side, width, offset) for side in (pair.before, pair.after))
            pair = ColumnPair(before, after)  # noqa: PLW2901  # The rounded pair takes its place.
        rounded.append(pair)
    return shared_rows(train, test, rounded), rounded


def _width(pair: ColumnPair) -> float:
    """The width of a part for a column of numbers with fractions; 0.0 for other columns, which are compared exactly."""
    sides = [side for side in (pair.before, pair.after) if side.kind == "number"]
    if len(sides) < 2 or all(side.values.dtype.kind != "f" for side in sides):
        return 0.0
    some = np.concatenate([_sample(side) for side in sides])
    some = some[np.isfinite(some)]
    if not len(some) or bool((some == np.floor(some)).all()):
        return 0.0
    low, high = np.quantile(some, (0.25, 0.75))
    spread = float(high - low) or float(some.max() - some.min())
    return spread / PARTS


def _sample(column: ColumnData) -> NDArray[np.float64]:
    values = column.values[:: max(1, len(column.values) // SAMPLE_ROWS)]
    return values.astype(np.float64)


def _on_parts(column: ColumnData, width: float, offset: float) -> ColumnData:
    with np.errstate(invalid="ignore", over="ignore"):
        parts = np.floor(column.values.astype(np.float64) / width + offset)
    return column.with_values(parts)


def rows_but_one_column(
    train: TableData, test: TableData, columns: Sequence[ColumnPair], exact: SharedRows
) -> list[NearRows]:
    """The rows that both sets have in all columns but one, for each column where there are such rows.

    The hash of a row is a sum over its columns, so a column is left out by one subtraction.
    """
    if len(columns) <= MIN_COLUMNS:
        return []
    whole = _both_hashes(columns, train.rows, test.rows)
    rates = {p.name: equal_rate(p) for p in columns}
    found = (_without(pair, columns, whole, rates) for pair in columns)
    return [near for near in found if near is not None and len(np.setdiff1d(near.test, exact.test))]


def _without(
    left_out: ColumnPair, columns: Sequence[ColumnPair], whole: Hashes, rates: dict[str, float]
) -> NearRows | None:
    """The rows that are equal in all columns but one, by their hashes and then cell by cell."""
    sides = zip((left_out.before, left_out.after), whole, strict=True)
    rest = tuple(hashes - cell_terms(left_out, side, np.arange(len(hashes))) for side, hashes in sides)
    rows = candidates((rest[0], rest[1]))
    tested = rows[1][~contains(whole[0], whole[1][rows[1]])]
    if not len(tested):
        return None
    keys = rest[0][rows[0]]
    order = np.argsort(keys)
    partners = rows[0][order[np.searchsorted(keys[order], rest[1][tested])]]
    same = np.ones(len(tested), bool)
    for pair in columns:
        if pair is not left_out:
            same &= equal_cells(pair, partners, tested)
    tested = tested[same]
    pairs = pair_count(keys, rest[1][rows[1]]) - pair_count(whole[0][rows[0]], whole[1][rows[1]])
    possible = len(whole[0]) * len(whole[1])
    robust = possible * float(np.prod([r for name, r in rates.items() if name != left_out.name])) ** 0.5
    expected = max(robust, _expected((rest[0], rest[1]), whole))
    return NearRows(tested, pairs, expected, left_out.name, len(columns))


def _both_hashes(columns: Sequence[ColumnPair], rows: int, rows_after: int) -> Hashes:
    names = [p.name for p in columns]
    old = row_hashes([p.before for p in columns], rows, names, [p.before.name for p in columns if p.narrow])
    return old, row_hashes([p.after for p in columns], rows_after, names, [p.name for p in columns if p.narrow])


def _expected(near: Hashes, whole: Hashes) -> float:
    """Near pairs between the sets that are expected from the near pairs within them.

    Their number is itself a sample, so three standard deviations are added to it.
    """
    own = sum(pairs_within(n) - pairs_within(w) for n, w in zip(near, whole, strict=True))
    possible = sum(len(side) * (len(side) - 1) / 2 for side in whole)
    return (own + 3 * own**0.5) / possible * len(whole[0]) * len(whole[1]) if possible else 0.0


def largest(found: Sequence[NearRows]) -> Iterator[NearRows]:
    """Yield what is more than chance, the most rows first."""
    yield from sorted((n for n in found if not n.is_chance), key=lambda n: -len(n.test))
