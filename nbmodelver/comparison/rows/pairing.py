"""Pairs the rows that have no equal row on the other side: which row before is which row after.

The steps go from certain to likely: a key, the index, equal up to rounding, all cells but one, in order between equal
rows, the same position, all cells but two. A step pairs only rows that it can tell apart; the rest is added or removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.rows.matching import contains, matched, unique_matches
from nbmodelver.comparison.tables.canonical import CellHasher, mix, row_hashes, seed_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.schema import ColumnPair
    from nbmodelver.comparison.tables.tables import ColumnData, TableData

    Rows = NDArray[np.intp]
    Found = tuple[NDArray[np.intp], NDArray[np.intp]]

KEY_NAME = re.compile(
    r"(?i:(?:^|_|record|row|user|patient|customer|client|person|order|item|product|session)ids?$)"
    r"|(?i:(?:^|_)(?:key|uuid|guid|code)$)|(?:Id|ID|Key)$|(?i:key)$"
)
"""Names of columns that identify a row; "paid" and "humid" are none."""
ROUNDING = 1e-9
"""Floats that differ by at most this part of the larger one are equal up to rounding."""
SAMPLE = 1_000
MAX_CELLS = 50_000_000
"""Rows times columns up to which all columns are tried as the one that changed."""
MAX_ROWS_OF_TWO, MAX_COLUMNS_OF_TWO = 20_000, 25


@dataclass(frozen=True)
class Pairing:
    """Rows that belong together and are not equal.

    before, after: (pairs,) intp, indices of rows. how: the steps that found them, in words: "key id", "index",
    "content", "position".
    """

    before: NDArray[np.intp]
    after: NDArray[np.intp]
    how: tuple[str, ...]


class Pairer:
    """One search. places: (rows before,) intp: the equal row after of each row before, or -1.

    hashes: the hashes of the rows of both sides. key: names of columns that identify a row; () to find one.
    """

    def __init__(
        self,
        tables: tuple[TableData, TableData],
        pairs: Sequence[ColumnPair],
        hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]],
        places: NDArray[np.intp],
        key: Sequence[str] = (),
    ) -> None:
        self._tables = tables
        self._pairs = pairs
        self._hashes = hashes
        self._places = places
        self._key = key
        self._left = np.flatnonzero(places < 0)
        is_used = np.zeros(tables[1].rows, bool)
        is_used[places[places >= 0]] = True
        self._left_after = np.flatnonzero(~is_used)
        self._found: list[Found] = []
        self._how: list[str] = []

    def run(self) -> Pairing:
        """All steps in order, until no row is left on one side."""
        steps: list[Callable[[], tuple[str, Found] | None]] = [self._by_key]
        if self._is_in_place():
            steps.append(self._by_position)
        steps += [self._by_rounding, self._by_all_but_one, self._by_gaps, self._by_position, self._by_all_but_two]
        for step in steps:
            if not len(self._left) or not len(self._left_after):
                break
            found = step()
            if found is not None and len(found[1][0]):
                self._take(*found)
        before, after = (np.concatenate([f[i] for f in self._found] or [np.empty(0, np.intp)]) for i in (0, 1))
        order = np.argsort(after)
        return Pairing(before[order], after[order], tuple(dict.fromkeys(self._how)))

    def _take(self, how: str, found: Found) -> None:
        self._found.append(found)
        self._how.append(how)
        self._left = np.setdiff1d(self._left, found[0], assume_unique=True)
        self._left_after = np.setdiff1d(self._left_after, found[1], assume_unique=True)

    def _is_in_place(self) -> bool:
        equal = np.flatnonzero(self._places >= 0)
        return self._tables[0].rows == self._tables[1].rows and bool((self._places[equal] == equal).all())

    # -- by key

    def _by_key(self) -> tuple[str, Found] | None:
        if self._key:
            keys = self._keys(self._key)
            pairs = matched(keys[0][self._left], keys[1][self._left_after])
            hit = pairs >= 0
            return f"key {', '.join(self._key)}", (self._left[hit], self._left_after[pairs[hit]])
        return self._by_index() or self._by_found_key()

    def _keys(self, names: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        chosen = [pair for name in names for pair in self._pairs if pair.name == name]
        before = row_hashes([p.before for p in chosen], self._tables[0].rows, [p.name for p in chosen])
        return before, row_hashes([p.after for p in chosen], self._tables[1].rows)

    def _by_index(self) -> tuple[str, Found] | None:
        old, new = (table.index for table in self._tables)
        if not old or len(old) != len(new) or any(c.kind == "opaque" for c in (*old, *new)):
            return None
        names = [c.name for c in new]
        keys = row_hashes(old, self._tables[0].rows, names), row_hashes(new, self._tables[1].rows)
        found = self._accepted(keys, is_hinted=False)
        return ("index", found) if found else None

    def _by_found_key(self) -> tuple[str, Found] | None:
        for pair in sorted(self._pairs, key=lambda p: KEY_NAME.search(p.name) is None):
            if not may_be_key(pair):
                continue
            keys = CellHasher(pair.before)(slice(None)), CellHasher(pair.after)(slice(None))
            if not all(is_unique(k) for k in keys):
                continue
            is_position = all(numbers_rows(side) for side in (pair.before, pair.after))
            found = self._accepted(
                keys, is_hinted=KEY_NAME.search(pair.name) is not None and not is_position, without=pair
            )
            if found:
                return f"key {pair.name}", found
        return None

    def _accepted(
        self, keys: tuple[NDArray[np.uint64], NDArray[np.uint64]], *, is_hinted: bool, without: ColumnPair | None = None
    ) -> Found | None:
        """The pairs by a key that was found, if it is one: most keys are shared, and rows with one key are alike."""
        before, after = unique_matches(keys[0][self._left], keys[1][self._left_after])
        before, after = self._left[before], self._left_after[after]
        equal = np.flatnonzero(self._places >= 0)
        alike = int((keys[0][equal] == keys[1][self._places[equal]]).sum())
        shared = (len(before) + alike) / max(1, min(len(keys[0]), len(keys[1])))
        if shared < 0.5 or not len(before):
            return None
        if not (is_hinted and shared >= 0.9):
            some = np.linspace(0, len(before) - 1, min(SAMPLE, len(before))).astype(np.intp)
            others = [p for p in self._pairs if p is not without]
            limit = 0.5 if is_hinted or without is None else 0.9
            sampled = self.agreement(before[some], after[some], others).mean() if others else 0.0
            share = alike / (alike + len(before))
            if not others or share + (1 - share) * sampled < limit:
                return None
        return before, after

    # -- by content

    def _by_rounding(self) -> tuple[str, Found] | None:
        if not any(_is_float(p) for p in self._pairs):
            return None
        keys = []
        for side, rows in (("before", self._left), ("after", self._left_after)):
            columns = [_rounded(getattr(p, side).take(rows)) for p in self._pairs]
            keys.append(row_hashes(columns, len(rows), [p.name for p in self._pairs]))
        before, after = unique_matches(keys[0], keys[1])
        return "content", (self._left[before], self._left_after[after])

    def _by_all_but_one(self) -> tuple[str, Found] | None:
        if len(self._pairs) < 2 or (len(self._left) + len(self._left_after)) * len(self._pairs) > MAX_CELLS:
            return None
        return self._by_leaving_out([(pair,) for pair in self._pairs])

    def _by_all_but_two(self) -> tuple[str, Found] | None:
        rows = max(len(self._left), len(self._left_after))
        if not 3 <= len(self._pairs) <= MAX_COLUMNS_OF_TWO or rows > MAX_ROWS_OF_TWO:
            return None
        return self._by_leaving_out(list(combinations(self._pairs, 2)))

    def _by_leaving_out(self, choices: Sequence[tuple[ColumnPair, ...]]) -> tuple[str, Found]:
        """Rows that are equal without some columns: their hashes without the terms of these columns."""
        left, left_after = self._left, self._left_after
        terms: dict[str, tuple[NDArray[np.uint64], NDArray[np.uint64]]] = {}
        open_before, open_after = np.ones(len(left), bool), np.ones(len(left_after), bool)
        found: list[Found] = []
        for choice in choices:
            old, new = self._hashes[0][left], self._hashes[1][left_after]
            for pair in choice:
                if pair.name not in terms:
                    terms[pair.name] = (cell_terms(pair, pair.before, left), cell_terms(pair, pair.after, left_after))
                old, new = old - terms[pair.name][0], new - terms[pair.name][1]
            at, at_after = np.flatnonzero(open_before), np.flatnonzero(open_after)
            before, after = unique_matches(old[at], new[at_after])
            open_before[at[before]] = open_after[at_after[after]] = False
            found.append((left[at[before]], left_after[at_after[after]]))
            if not open_before.any() or not open_after.any():
                break
        return "content", (np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]))

    # -- by place

    def _by_gaps(self) -> tuple[str, Found] | None:
        """In order between two equal rows, where both sides have as many rows between them."""
        equal = np.flatnonzero(self._places >= 0)
        places = self._places[equal]
        if not len(equal) or (np.diff(places) < 0).any():
            return None
        gaps, gaps_after = np.searchsorted(equal, self._left), np.searchsorted(places, self._left_after)
        counts = np.bincount(gaps, minlength=len(equal) + 1)
        fitting = counts == np.bincount(gaps_after, minlength=len(equal) + 1)
        return "position", (self._left[fitting[gaps]], self._left_after[fitting[gaps_after]])

    def _by_position(self) -> tuple[str, Found] | None:
        """The same position, if at least half of the cells agree, and clearly more than at another position."""
        rows = np.intersect1d(self._left, self._left_after, assume_unique=True)
        if not len(rows):
            return None
        alike = self.agreement(rows, rows)
        by_chance = self.agreement(rows, np.roll(rows, 1)).mean() if len(rows) > 1 else 0.0
        if alike.mean() < max(0.5, by_chance + 0.2):
            return None
        near = alike >= 0.5
        return "position", (rows[near], rows[near])

    def agreement(
        self, before: NDArray[np.intp], after: NDArray[np.intp], pairs: Sequence[ColumnPair] | None = None
    ) -> NDArray[np.float64]:
        """(n,) float64: the share of cells that agree, up to rounding, of each pair of rows."""
        chosen = self._pairs if pairs is None else pairs
        total = np.zeros(len(before))
        for pair in chosen:
            total += equal_cells(pair, before, after, rounding=True)
        return total / max(1, len(chosen))


def equal_cells(
    pair: ColumnPair, before: NDArray[np.intp], after: NDArray[np.intp], *, rounding: bool = False
) -> NDArray[np.bool_]:
    """(n,) bool: True where the cells of two rows are equal. rounding: also where they are equal up to rounding."""
    old, new = (CellHasher(s, narrow=pair.narrow)(rows) for s, rows in ((pair.before, before), (pair.after, after)))
    same = old == new
    if rounding and _is_float(pair) and not same.all():
        at = np.flatnonzero(~same)
        same[at] = is_rounding(pair.before.values[before[at]], pair.after.values[after[at]])
    return np.asarray(same)


def is_rounding(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,) bool: True where two numbers differ by at most ROUNDING of the larger one; NaN is never close."""
    old, new = before.astype(np.float64), after.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.abs(new - old) <= ROUNDING * np.maximum(np.abs(old), np.abs(new)))


def shared_keys(before: NDArray[np.uint64], after: NDArray[np.uint64]) -> float:
    """The share of the keys of the smaller side that the other side has."""
    small, large = sorted((before, after), key=len)
    return float(contains(large, small).mean()) if len(small) else 0.0


def _is_float(pair: ColumnPair) -> bool:
    sides = (pair.before, pair.after)
    return all(s.kind == "number" for s in sides) and any(s.values.dtype.kind == "f" for s in sides)


def may_be_key(pair: ColumnPair) -> bool:
    """True if the column may identify rows: whole numbers, texts or times, without nulls, distinct at the top."""
    sides = (pair.before, pair.after)
    if not all(s.kind in ("text", "time") or (s.kind == "number" and s.values.dtype.kind in "iu") for s in sides):
        return False
    some = slice(SAMPLE)
    if not all(is_unique(CellHasher(s)(some)) for s in sides):  # Most columns end here.
        return False
    return not any(s.is_null().any() for s in sides)


def is_unique(keys: NDArray[np.uint64]) -> bool:
    """True if no key occurs twice."""
    ordered = np.sort(keys)
    return not bool((ordered[1:] == ordered[:-1]).any())


def numbers_rows(column: ColumnData) -> bool:
    """True for 0, 1, 2 ..., which is a position and no key."""
    values = column.values
    return column.kind == "number" and bool((values == np.arange(len(values))).all())


def _rounded(column: ColumnData) -> ColumnData:
    """The column with its floats rounded to 28 bits; rows on both sides of a limit of rounding are missed."""
    if column.kind != "number" or column.values.dtype.kind != "f":
        return column
    bits = (column.values.astype(np.float64) + 0.0).view(np.uint64)
    rounded = (bits + np.uint64(1 << 23)) & ~np.uint64((1 << 24) - 1)
    return column.with_values(rounded.view(np.float64))


def cell_terms(pair: ColumnPair, side: ColumnData, rows: NDArray[np.intp]) -> NDArray[np.uint64]:
    """(n,) uint64: what the cells of a column contribute to the hashes of these rows."""
    found = CellHasher(side, narrow=pair.narrow)(rows)
    np.bitwise_xor(found, seed_of(pair.name), out=found)
    mix(found, np.empty_like(found))
    return found
