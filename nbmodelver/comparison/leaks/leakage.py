"""Rows of a test or validation set that stand in training data.

A count alone proves nothing: honest data repeats rows. So it is judged against chance, and against the version before:
of the rows that the training set gained, how many stand in the test set?
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.chance import RARE, binomial_tail, collision_rate, pairs_within, poisson_tail
from nbmodelver.comparison.rows.matching import contains
from nbmodelver.comparison.rows.pairing import KEY_NAME, equal_cells
from nbmodelver.comparison.tables.cached_hashes import (
    cached_cell_hashes,
    cached_row_hashes,
    is_cached,
    updated_row_hashes,
)
from nbmodelver.comparison.tables.canonical import CellHasher, row_hashes
from nbmodelver.comparison.tables.schema import ColumnPair, common_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.tables import ColumnData, TableData

SAMPLE_ROWS = 1_000
"""Rows of each side from which the probability of equal cells is estimated."""
OWN_ROWS = 20_000
"""Rows of a training set that are compared with each other, to see how often it repeats rows."""
COARSE = 0.05
"""A column whose cells are equal at least this often has few values, as bins, categories and flags have."""
FILTER_BITS = 22
FILTER_SHARE = 0.01
"""Columns are added to the first look until only this share of the test rows is expected to pass it by chance."""
MIN_STAYED = 0.1
"""Share of the rows of an earlier training set that must still be there. Else there is nothing to compare with."""
TARGETS = frozenset({"target", "label", "labels", "y", "class", "outcome"})
"""Names of columns that hold the answer: rows are compared without them."""


@dataclass(frozen=True)
class SharedRows:
    """Rows of a training set and of a test set that are equal in all columns that both have.

    train: (n,) intp, the rows of the training set that stand in the test set. test: (m,) intp, the rows of the test
    set that stand in the training set. columns: names of the compared columns. same_target: rows of `test` whose
    target is the same there too; None without a target column. pairs: equal pairs of rows. by_chance: pairs that are
    expected if columns were independent. repeated: pairs that are expected if the sets share rows as often as they
    repeat them within themselves. if_dependent: pairs that are expected if all columns
    have few values and each depends on another one.
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    columns: tuple[str, ...]
    pairs: int = 0
    by_chance: float = 0.0
    repeated: float = 0.0
    same_target: int | None = None
    if_dependent: float = 0.0

    @property
    def is_chance(self) -> bool:
        """True if independent columns would give as many equal pairs."""
        return poisson_tail(self.pairs, self.by_chance) >= RARE

    @property
    def is_common(self) -> bool:
        """True if so many equal pairs are usual for columns that depend on each other, such as one-hot columns."""
        return poisson_tail(self.pairs, self.if_dependent) >= RARE

    @property
    def is_repetition(self) -> bool:
        """True if the sets repeat rows within themselves as often."""
        return poisson_tail(self.pairs, self.repeated) >= RARE


def compared_columns(train: TableData, test: TableData) -> tuple[ColumnPair, ...]:
    """The columns that identify a row: those of both sides but constants, keys and the target.

    A number of the row or an id would hide every leak: it differs in a copied row too.
    """
    pairs = [p for p in common_columns(train, test) if p.comparable and p.name.lower() not in TARGETS]
    return tuple(p for p in pairs if not _is_constant(p) and not _is_key(p))


def _is_constant(pair: ColumnPair) -> bool:
    hashes = np.concatenate(_sampled(pair))
    return not len(hashes) or bool((hashes == hashes[0]).all())


def _is_key(pair: ColumnPair) -> bool:
    """True for a column that numbers the rows, and for one that is called a key and is unique on both sides."""
    sides = (pair.before, pair.after)
    if any(s.kind not in ("number", "text") or s.values.dtype.kind == "f" for s in sides):
        return False
    if all(s.kind == "number" and s.values.dtype.kind in "iu" and _ascends(s) for s in sides):
        return True
    return bool(KEY_NAME.search(pair.name)) and all(_is_unique(s) for s in sides)


def _ascends(column: ColumnData) -> bool:
    """True for numbers that count up by one, as the index of a frame that was reset."""
    values = column.values
    return len(values) > 2 and bool((np.diff(values.astype(np.int64)) == 1).all())


def _is_unique(column: ColumnData) -> bool:
    ordered = np.sort(CellHasher(column)(slice(None)))
    return not bool((ordered[1:] == ordered[:-1]).any())


def _sampled(pair: ColumnPair) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The hashes of evenly spaced cells of both sides, for an estimate."""
    sides = pair.before, pair.after
    old, new = (cached_cell_hashes(c, _spaced(len(c.values)), narrow=pair.narrow) for c in sides)
    return old, new


@lru_cache(maxsize=16)
def _spaced(count: int) -> NDArray[np.intp]:
    """(n,) intp, ascending and distinct: evenly spaced numbers below `count`, at most SAMPLE_ROWS of them."""
    return np.linspace(0, max(0, count - 1), min(count, SAMPLE_ROWS)).astype(np.intp)


def shared_rows(train: TableData, test: TableData, columns: Sequence[ColumnPair] | None = None) -> SharedRows:
    """The rows that a training set and a test set share, in all columns of `columns` (default: `compared_columns`).

    The most varied columns are hashed first, and a bit table of the smaller side passes only few rows of the larger
    one; only these are hashed in full. Then each row of the test set is compared cell by cell with a row of the
    training set, so a collision of row hashes is no leak.
    """
    pairs = compared_columns(train, test) if columns is None else tuple(columns)
    nothing = np.empty(0, np.intp)
    if not pairs or not train.rows or not test.rows:
        return SharedRows(nothing, nothing, tuple(p.name for p in pairs))
    rates = {p.name: equal_rate(p) for p in pairs}
    first = _hashes(_telling(pairs, rates, train.rows), train.rows, test.rows)
    rows = candidates(first)
    taken = [ColumnPair(p.before.take(rows[0]), p.after.take(rows[1]), p.narrow) for p in pairs]
    hashes = _hashes(taken, len(rows[0]), len(rows[1]))
    inner = _equal_rows(taken, hashes)
    rows = rows[0][inner[0]], rows[1][inner[1]]
    hashes = hashes[0][inner[0]], hashes[1][inner[1]]
    count = pair_count(*hashes)
    possible, rate = train.rows * test.rows, float(np.prod([rates[p.name] for p in pairs]))
    is_coarse = all(r >= COARSE for r in rates.values())
    return SharedRows(
        np.sort(rows[0]),
        np.sort(rows[1]),
        tuple(p.name for p in pairs),
        count,
        possible * rate,
        _repeated(pairs, train, test, first[1], is_coarse=is_coarse) if count else 0.0,
        _same_target(train, test, rows, hashes),
        possible * (rate**0.5 if is_coarse else rate),
    )


def _telling(pairs: Sequence[ColumnPair], rates: Mapping[str, float], rows: int) -> list[ColumnPair]:
    """The few columns that tell most rows apart: numbers first, because texts cost more, then those hashed before."""
    found: list[ColumnPair] = []
    passing = float(rows)
    for pair in sorted(
        pairs, key=lambda p: (p.before.kind != "number", rates[p.name], not is_cached(p.before, narrow=p.narrow))
    ):
        found.append(pair)
        passing *= rates[pair.name]
        if passing < FILTER_SHARE:
            break
    return found


def _hashes(pairs: Sequence[ColumnPair], rows: int, rows_after: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    names = [p.name for p in pairs]
    old = cached_row_hashes([p.before for p in pairs], rows, names, [p.before.name for p in pairs if p.narrow])
    return old, cached_row_hashes([p.after for p in pairs], rows_after, names, [p.name for p in pairs if p.narrow])


def equal_rate(pair: ColumnPair) -> float:
    """The estimated probability that two cells of this column are equal, never 0."""
    old, new = _sampled(pair)
    return max(collision_rate(old, new), collision_rate(new, new) - 1 / max(1, len(new)), 1 / (len(old) * len(new)))


def candidates(hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of both sides whose hash the other side has."""
    large, small = (0, 1) if len(hashes[0]) >= len(hashes[1]) else (1, 0)
    shift = np.uint64(64 - FILTER_BITS)
    table = np.zeros(1 << FILTER_BITS, bool)
    table[hashes[small] >> shift] = True
    passed = np.flatnonzero(table[hashes[large] >> shift])
    passed = passed[contains(hashes[small], hashes[large][passed])]
    back = np.flatnonzero(contains(hashes[large][passed], hashes[small]))
    return (passed, back) if large == 0 else (back, passed)


def _equal_rows(
    pairs: Sequence[ColumnPair], hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of both sides that have an equal row on the other side, by hash and then cell by cell."""
    rows = candidates(hashes)
    if not len(rows[0]):
        return rows
    order = np.argsort(hashes[0][rows[0]])
    keys = hashes[0][rows[0]][order]
    partners = rows[0][order[np.searchsorted(keys, hashes[1][rows[1]])]]
    same = np.ones(len(partners), bool)
    for pair in pairs:
        same &= equal_cells(pair, partners, rows[1])
    if same.all():
        return rows
    confirmed = hashes[1][rows[1][same]]
    return rows[0][contains(confirmed, hashes[0][rows[0]])], rows[1][same]


def pair_count(train: NDArray[np.uint64], test: NDArray[np.uint64]) -> int:
    """How many pairs of equal keys two sides have."""
    values, counts = np.unique(train, return_counts=True)
    others, other_counts = np.unique(test, return_counts=True)
    _, at, at_other = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    return int((counts[at] * other_counts[at_other]).sum())


def _repeated(
    pairs: Sequence[ColumnPair], train: TableData, test: TableData, first: NDArray[np.uint64], *, is_coarse: bool
) -> float:
    """Equal pairs between the sets that are expected from the repetitions within the test set or the training set.

    The number of repetitions of the test set is itself a sample, so three standard deviations are added to it. The
    training set is larger, but may be oversampled: it counts only if all columns have few values, and if the test set
    repeats rows about as often. first: (test.rows,) uint64, hashes of a few columns: only rows that repeat in these can
    repeat in all.
    """
    rows = _repeats(first)
    own = pairs_within(row_hashes([p.after.take(rows) for p in pairs], len(rows)))
    possible = test.rows * (test.rows - 1) / 2
    rate = (own + 3 * own**0.5) / possible if possible else 0.0
    if not is_coarse:
        return rate * train.rows * test.rows
    rows = np.arange(train.rows)
    if train.rows > OWN_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(train.rows, OWN_ROWS, replace=False))
    taken = [p.before.take(rows) for p in pairs]
    of_train = pairs_within(row_hashes(taken, len(rows), narrow=[p.before.name for p in pairs if p.narrow]))
    rate_of_train = of_train / (len(rows) * (len(rows) - 1) / 2) if len(rows) > 1 else 0.0
    if poisson_tail(own + 1, rate_of_train * possible) <= 1 - RARE:
        rate = max(rate, rate_of_train)
    return rate * train.rows * test.rows


def _repeats(keys: NDArray[np.uint64]) -> NDArray[np.intp]:
    """The indices of the keys that occur more than once."""
    ordered = np.sort(keys)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(contains(repeated, keys)) if len(repeated) else np.empty(0, np.intp)


def _same_target(
    train: TableData,
    test: TableData,
    rows: tuple[NDArray[np.intp], NDArray[np.intp]],
    hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]],
) -> int | None:
    """The shared rows of the test set whose target is equal in a row of the training set."""
    targets = [p for p in common_columns(train, test) if p.comparable and p.name.lower() in TARGETS]
    if not targets:
        return None
    old, new = _hashes(
        [ColumnPair(p.before.take(rows[0]), p.after.take(rows[1]), p.narrow) for p in targets], *map(len, rows)
    )
    return int(contains(hashes[0] + old, hashes[1] + new).sum())


@dataclass(frozen=True)
class GainedRows:
    """Of the rows that a training set gained since the version before, those that stand in the test set.

    gained: rows of the training set that it did not have before, added or edited. growth: its rows now less its rows
    before. shared: of these, in the test set. before: share of the rows of the test set
    that stood in the training set of the version before. stayed: share of the rows of the training set before that it
    still has.
    """

    gained: int
    shared: int
    before: float
    growth: int = 0
    stayed: float = 1.0

    @property
    def is_comparable(self) -> bool:
        """True if the training set is that of before with some changes, and not another one or scaled."""
        return self.stayed >= MIN_STAYED

    @property
    def are_added(self) -> bool:
        """True if all of these rows were added, and none is an edited one."""
        return self.growth >= self.gained

    @property
    def is_chance(self) -> bool:
        """True if rows of the test set stood in the training set as often before."""
        return binomial_tail(self.shared, self.gained, self.before) >= RARE


def gained_rows(
    train: TableData, test: TableData, earlier: TableData, columns: Sequence[ColumnPair], shared: SharedRows
) -> GainedRows:
    """Compare with the training set of the version before. columns: as `shared` was found with."""
    names = [p.name for p in columns]
    old = {c.name: c for c in earlier.columns}
    known = [n for n in names if n in old and old[n].kind != "opaque"]
    kept = [p for p in columns if p.name in known]
    if not kept:
        return GainedRows(train.rows, len(shared.train), 0.0, train.rows - earlier.rows, stayed=0.0)
    narrow, names = [p.name for p in kept if p.narrow], [p.name for p in kept]
    formerly, currently = [old[n] for n in names], [p.before for p in kept]
    before = cached_row_hashes(formerly, earlier.rows, names, narrow)
    now = updated_row_hashes(before, formerly, currently, names, narrow)
    is_new = ~_stand_in(before, now)
    tested = cached_row_hashes([p.after for p in kept], test.rows, names, narrow)
    stood = len(candidates((before, tested))[1])
    is_shared = np.zeros(train.rows, bool)
    is_shared[shared.train] = True
    return GainedRows(
        int(is_new.sum()),
        int((is_new & is_shared).sum()),
        (stood + 0.5) / (test.rows + 1),
        train.rows - earlier.rows,
        float(_stand_in(now, before).mean()) if earlier.rows else 1.0,
    )


def _stand_in(keys: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """As `contains`, without a sort of all keys if most of the wanted ones stand at the same position."""
    both = min(len(keys), len(wanted))
    found = np.zeros(len(wanted), bool)
    found[:both] = keys[:both] == wanted[:both]
    left = np.flatnonzero(~found)
    found[left] = contains(keys[contains(wanted[left], keys)], wanted[left])
    return found
