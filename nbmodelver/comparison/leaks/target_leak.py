"""Features that alone determine the target: a copy of it, or something that is known only after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.leaks.leakage import TARGETS
from nbmodelver.comparison.tables.canonical import cell_hashes
from nbmodelver.comparison.time_limit import require_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.tables import ColumnData, TableData

SAMPLE_ROWS, SEED = 50_000, 0
"""Of a larger table as many rows are drawn, with this seed."""
MIN_ROWS = 30
FEW_VALUES = 20
"""A target with more distinct numbers is one of a regression."""
MIN_AUC = 0.99
MIN_RANK_CORRELATION = 0.98


@dataclass(frozen=True)
class TellingFeature:
    """A feature that determines the target. how: in words. sampled: rows of the sample; 0 if all rows were read."""

    name: str
    how: str
    sampled: int = 0


def telling_features(table: TableData) -> list[TellingFeature] | None:
    """The features of a table that alone determine its target column; None if it has no target, or too few rows."""
    target = next((c for c in table.columns if c.name.lower() in TARGETS and _is_usable(c)), None)
    if target is None or table.rows < MIN_ROWS:
        return None
    rows: NDArray[np.intp] | slice = slice(None)
    if table.rows > SAMPLE_ROWS:
        rows = np.sort(np.random.default_rng(SEED).choice(table.rows, SAMPLE_ROWS, replace=False))
    target = target.take(rows)
    codes = _codes(target)
    sampled = SAMPLE_ROWS if table.rows > SAMPLE_ROWS else 0
    found = []
    for column in table.columns:
        require_time()
        if column.name.lower() not in TARGETS and _is_usable(column):
            how = _how(column.take(rows), target, codes)
            found += [TellingFeature(column.name, how, sampled)] if how else []
    return found


def new_features(now: Sequence[TellingFeature], before: Sequence[TellingFeature]) -> list[TellingFeature]:
    """The features that determine the target now and did not before.

    Features that are gone may have been renamed, as by a scaler that returns an array; then nothing is new.
    """
    names, former = {f.name for f in now}, {f.name for f in before}
    return [f for f in now if f.name not in former] if len(names - former) > len(former - names) else []


def _is_usable(column: ColumnData) -> bool:
    return column.kind in ("number", "category", "text", "time", "span")


def _codes(column: ColumnData) -> NDArray[np.intp]:
    """(rows,) intp: the number of the distinct value of each cell."""
    return np.unique(cell_hashes(column), return_inverse=True)[1]


def _how(column: ColumnData, target: ColumnData, codes: NDArray[np.intp]) -> str:
    """How a feature determines the target; "" if it does not."""
    values, own = int(codes.max()) + 1, _codes(column)
    if values < 2 or own.max() == 0:
        return ""
    pairs = len(np.unique(own * values + codes))
    if pairs == values == own.max() + 1 and values * 2 <= len(codes):
        return "has one value for each value of the target"
    usable = ~(column.is_null() | target.is_null())
    if column.kind not in ("number", "time", "span") or usable.sum() < max(MIN_ROWS, 0.5 * len(usable)):
        return ""
    ranks = _ranks(column.values[usable])
    if values == 2:
        score = _auc(ranks, codes[usable] == 1)
        return f"separates the two values of the target (AUC {max(score, 1 - score):.3f})" if _is_high(score) else ""
    if target.kind != "number" or values <= FEW_VALUES:
        return ""
    score = _correlation(ranks, _ranks(target.values[usable]))
    if abs(score) < MIN_RANK_CORRELATION:
        return ""
    return f"orders the rows as the target does (rank correlation {score:.3f})"


def _is_high(auc: float) -> bool:
    return max(auc, 1 - auc) >= MIN_AUC


def _ranks(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """(n,) float64: the ranks of the values, equal ones with their mean rank."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[at])


def _auc(ranks: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The area under the ROC curve, from the sum of the ranks of the positive rows (Mann and Whitney)."""
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return 0.5
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    spread = float(one.std() * other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread if spread else 0.0
