"""Columns whose distribution moved: an effect that matters, and more than sampling would give.

Both are needed: a million rows make any difference significant, and a hundred rows show large ones by chance.
Numbers: D, the largest distance between the two distribution functions (Kolmogorov and Smirnov). Categories and few
distinct numbers: the total variation distance. Nulls: the difference of their shares.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.tables.canonical import HASHABLE, cell_hashes
from nbmodelver.comparison.tables.schema import common_columns
from nbmodelver.model import Chart, Row, Section, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.schema import ColumnPair
    from nbmodelver.comparison.tables.tables import ColumnData, TableData

MOVED, STRONGLY = 0.10, 0.20
"""Effects from which a column moved, and moved strongly: 0.25 and 0.5 standard deviations of a normal distribution."""
NULLS_MOVED = 0.05
ALPHA = 0.01
"""Probability that any of the columns is called moved although none did (Bonferroni)."""
FEW_VALUES = 20
GRID = 1_000
"""Quantiles at which two distributions are compared; the error of D is at most 1 / GRID."""
FEW_ROWS = 200
BINS = 20
MAX_CHARTS = 12
MAX_NAMED = 3
THREADS = 2
WORTH_THREADS = 5_000_000
"""Cells of a side from which the columns are compared on several threads."""
EXTREME = 5.0
"""A value this many interquartile ranges outside the quartiles of the other side is extreme."""
COLUMNS = ("column", "drift", "effect", "before", "after")


@dataclass(frozen=True)
class Drift:
    """One column whose distribution moved.

    effect: D of numbers, total variation of categories, difference of shares of nulls; 0 to 1. verdict: "moved",
    "moved strongly", "nulls" or "extreme values". before, after: what to compare, in the column's own unit. psi: the
    population stability index. distance: Wasserstein distance in standard deviations of the earlier side; of numbers.
    """

    name: str
    verdict: str
    effect: float
    before: str
    after: str
    psi: float | None = None
    distance: float | None = None


def drifts(before: TableData, after: TableData, comparisons: int = 1) -> list[Drift]:
    """Return the columns of both tables that moved, the strongest first.

    comparisons: tables that are compared in the same way; ALPHA is the probability of a false drift in any of them.
    """
    pairs = [p for p in common_columns(before, after) if p.comparable and p.before.kind != "block"]
    if not before.rows or not after.rows:
        return []
    tests = len(pairs) * comparisons
    if max(before.rows, after.rows) * len(pairs) < WORTH_THREADS:
        found = [drift for pair in pairs for drift in _of_column(pair, tests)]
    else:  # NumPy releases the lock of the interpreter while it sorts.
        with ThreadPoolExecutor(THREADS) as threads:
            found = [d for some in threads.map(lambda p: list(_of_column(p, tests)), pairs) for d in some]
    return sorted(found, key=lambda d: (d.verdict == "extreme values", -d.effect))


def _of_column(pair: ColumnPair, columns: int) -> Iterator[Drift]:
    old, new = pair.before, pair.after
    nulls = old.is_null(), new.is_null()
    yield from _nulls(pair.name, nulls, columns)
    if any(n.all() for n in nulls):
        return
    if _is_numeric(old) and _is_numeric(new):
        sides = _numbers(old, nulls[0]), _numbers(new, nulls[1])
        if _few(sides[0]) and _few(sides[1]):
            yield from _categories(pair, nulls, columns)
        else:
            yield from _moved_numbers(pair.name, sides, pair.before, columns)
    elif old.kind not in ("time", "span") and new.kind not in ("time", "span"):
        yield from _categories(pair, nulls, columns)


def _is_numeric(column: ColumnData) -> bool:
    return column.kind in ("number", "time", "span")


def _numbers(column: ColumnData, nulls: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n,) float64, sorted, without nulls and infinities."""
    values = column.values[~nulls] if nulls.any() else column.values
    numbers = values.astype(np.float64)
    numbers.sort()
    first = np.searchsorted(numbers, -np.inf, "right")
    return numbers[first : np.searchsorted(numbers, np.inf, "left")]


def _few(ordered: NDArray[np.float64]) -> bool:
    """True if the sorted numbers have at most FEW_VALUES distinct values."""
    some = ordered[:: max(1, len(ordered) // 5_000)]
    if len(np.unique(some)) > FEW_VALUES:
        return False
    return int((ordered[1:] != ordered[:-1]).sum()) < FEW_VALUES


def _nulls(name: str, nulls: tuple[NDArray[np.bool_], NDArray[np.bool_]], columns: int) -> Iterator[Drift]:
    shares = [float(n.mean()) for n in nulls]
    effect = abs(shares[1] - shares[0])
    counts = [len(n) for n in nulls]
    middle = (shares[0] * counts[0] + shares[1] * counts[1]) / sum(counts)
    error = math.sqrt(middle * (1 - middle) * (1 / counts[0] + 1 / counts[1]))
    if effect >= NULLS_MOVED and effect > _normal_limit(ALPHA / columns) * error:
        yield Drift(name, "nulls", effect, f"{shares[0]:.1%} null", f"{shares[1]:.1%} null")


def _normal_limit(alpha: float) -> float:
    """The two-sided limit of a standard normal variable; an upper bound that is exact to 0.1 for small alpha."""
    return math.sqrt(2 * math.log(1 / alpha))


def _moved_numbers(
    name: str, sides: tuple[NDArray[np.float64], NDArray[np.float64]], column: ColumnData, columns: int
) -> Iterator[Drift]:
    old, new = sides
    if not len(old) or not len(new):
        return
    effect = distance_of_distributions(old, new)
    size = len(old) * len(new) / (len(old) + len(new))
    gate = math.sqrt(-math.log(ALPHA / columns / 2) / 2 / size)
    shown = [_quartiles(side, column) for side in sides]
    if effect >= MOVED and effect > gate:
        verdict = "moved strongly" if effect >= STRONGLY else "moved"
        yield Drift(name, verdict, effect, shown[0], shown[1], psi(old, new), _wasserstein(old, new))
        return
    low, high = (_quantile(old, q) for q in (0.25, 0.75))
    reach = EXTREME * (high - low)
    extreme = int((new < min(low - reach, old[0])).sum() + (new > max(high + reach, old[-1])).sum())
    if extreme and reach:
        largest = new[-1] if new[-1] > old[-1] else new[0]
        many = f"{extreme:,} value{'s' if extreme > 1 else ''}"
        yield Drift(name, "extreme values", extreme / len(new), shown[0], f"{many}, up to {_shown(largest, column)}")


def distance_of_distributions(old: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    """D, the largest distance of two distribution functions. old, new: (n,), (m,) float64, sorted.

    Evaluated at the quantiles of both sides: at most 1 / GRID below the exact value.
    """
    grid = np.concatenate([_grid(old), _grid(new)])
    below = [np.searchsorted(side, grid, where) / len(side) for side in (old, new) for where in ("left", "right")]
    return float(max(np.abs(below[0] - below[2]).max(), np.abs(below[1] - below[3]).max()))


def _grid(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    return ordered[np.unique(np.linspace(0, len(ordered) - 1, min(GRID, len(ordered))).astype(np.intp))]


def psi(old: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    """Population stability index over ten bins at the quantiles of `old`, less what it is without drift.

    old, new: (n,), (m,) float64, sorted. Half a row is added to each bin.
    """
    edges = np.unique([_quantile(old, q / 10) for q in range(1, 10)])
    shares = []
    for side in (old, new):
        counts = np.diff(np.concatenate([[0], np.searchsorted(side, edges, "right"), [len(side)]])) + 0.5
        shares.append(counts / counts.sum())
    found = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    return max(0.0, found - len(edges) * (1 / len(old) + 1 / len(new)))


def _wasserstein(old: NDArray[np.float64], new: NDArray[np.float64]) -> float | None:
    """The mean distance of equal quantiles, in standard deviations of `old`."""
    spread = float(old.std())
    at = (np.arange(GRID) + 0.5) / GRID
    return float(np.abs(np.quantile(new, at) - np.quantile(old, at)).mean() / spread) if spread else None


def _quantile(ordered: NDArray[np.float64], q: float) -> float:
    return float(ordered[min(len(ordered) - 1, int(q * len(ordered)))])


def _quartiles(ordered: NDArray[np.float64], column: ColumnData) -> str:
    low, middle, high = (_shown(_quantile(ordered, q), column) for q in (0.25, 0.5, 0.75))
    return f"median {middle} ({low} to {high})"


def _shown(value: float, column: ColumnData) -> str:
    if column.kind == "number":
        return f"{value:.4g}"
    kind = "datetime64" if column.kind == "time" else "timedelta64"
    text = str(np.array([int(value)]).view(f"{kind}[{column.unit}]")[0])
    return text.partition("T")[0]


def _categories(pair: ColumnPair, nulls: tuple[NDArray[np.bool_], NDArray[np.bool_]], columns: int) -> Iterator[Drift]:
    """Total variation of the shares, gated by a chi-squared test; categories that are new or gone by name."""
    shares, examples, counts = _shares(pair, nulls)
    if shares is None:
        return
    effect = float(np.abs(shares[1] - shares[0]).sum() / 2)
    new = [k for k in np.argsort(-shares[1]) if not shares[0][k] and shares[1][k]]
    gone = [k for k in np.argsort(-shares[0]) if not shares[1][k] and shares[0][k]]
    is_text = len(shares[0]) > FEW_VALUES and len(new) > len(shares[0]) / 4  # Free text has new values by nature.
    moved = effect >= MOVED and not is_text and _chi_squared(shares, counts) > _chi_limit(len(shares[0]) - 1, columns)
    if moved:
        k = int(np.argmax(np.abs(shares[1] - shares[0])))
        verdict = "moved strongly" if effect >= STRONGLY else "moved"
        shown = [f"{examples[k]} {side[k]:.1%}" for side in shares]
        yield Drift(pair.name, verdict, effect, shown[0], shown[1])
    if (new or gone) and not is_text and len(shares[0]) <= 50:
        named = [_named(listed, shares[side], examples) for listed, side in ((gone, 0), (new, 1))]
        yield Drift(
            pair.name, "categories", effect, f"gone: {named[0]}" if gone else "", f"new: {named[1]}" if new else ""
        )


def _named(listed: Sequence[Any], shares: NDArray[np.float64], examples: Sequence[str]) -> str:
    more = f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else ""
    return ", ".join(f"{examples[k]} ({shares[k]:.1%})" for k in listed[:MAX_NAMED]) + more


def _shares(
    pair: ColumnPair, nulls: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]] | None, list[str], tuple[int, int]]:
    """The share of each value on both sides, the values as texts, and the rows of both sides."""
    if pair.before.kind not in HASHABLE or pair.after.kind not in HASHABLE:
        return None, [], (0, 0)
    rows = [np.flatnonzero(~n) for n in nulls]
    hashes = [cell_hashes(c.take(r)) for c, r in zip((pair.before, pair.after), rows, strict=True)]
    values, at = np.unique(np.concatenate(hashes), return_inverse=True)
    counts = [np.bincount(part, minlength=len(values)) for part in np.split(at, [len(hashes[0])])]
    shares = counts[0] / len(rows[0]), counts[1] / len(rows[1])
    examples = [""] * len(values)
    if len(values) <= 10_000:
        for side, row, part in zip(
            (pair.after, pair.before), rows[::-1], np.split(at, [len(hashes[0])])[::-1], strict=True
        ):
            present, first = np.unique(part, return_index=True)
            for k, cell in zip(present.tolist(), side.take(row[first]).cells(), strict=True):
                examples[k] = str(cell)
    return shares, examples, (len(rows[0]), len(rows[1]))


def _chi_squared(shares: tuple[NDArray[np.float64], NDArray[np.float64]], counts: tuple[int, int]) -> float:
    pooled = (shares[0] * counts[0] + shares[1] * counts[1]) / sum(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [np.nan_to_num((side - pooled) ** 2 / pooled) * n for side, n in zip(shares, counts, strict=True)]
    return float(sum(t.sum() for t in terms))


def _chi_limit(freedom: int, columns: int) -> float:
    """The limit of a chi-squared variable at ALPHA / columns (Wilson and Hilferty 1931)."""
    freedom = max(1, freedom)
    z = _normal_limit(ALPHA / columns)
    return float(freedom * (1 - 2 / (9 * freedom) + z * math.sqrt(2 / (9 * freedom))) ** 3)


def section(section_id: str, title: str, before: TableData, after: TableData, note: str = "") -> Section | None:
    """The columns that moved as a section, with a picture of each; None if none did.

    The pictures have common edges, so that both sides can be compared.
    """
    return section_of((section_id, title), drifts(before, after), (before, after), note)


def section_of(
    ids: tuple[str, str],
    found: Sequence[Drift],
    sides: tuple[TableData, TableData],
    note: str = "",
    labels: tuple[str, str] = ("before", "after"),
) -> Section | None:
    """What was found between two tables as a section. ids: id and title. labels: of the sides."""
    if not found:
        return None
    before, after = sides
    rows = tuple(Row((d.name or "values", d.verdict, round(d.effect, 3), d.before, d.after)) for d in found)
    moved = {d.name for d in found if d.verdict.startswith("moved")}
    pairs = [p for p in common_columns(before, after) if p.name in moved]
    charts = [c for p in pairs for c in _charts(p, labels)][:MAX_CHARTS]
    few = min(before.rows, after.rows)
    notes = [note] if note else []
    notes += [f"with {few} rows only large shifts show"] if few < FEW_ROWS else []
    return Section(*ids, (*COLUMNS[:3], *labels), rows, note="; ".join(notes), charts=tuple(charts))


def _charts(pair: ColumnPair, labels: tuple[str, str]) -> Iterator[Chart]:
    if pair.before.kind != "number" or pair.after.kind != "number":
        return
    sides = [_numbers(c, c.is_null()) for c in (pair.before, pair.after)]
    if not all(map(len, sides)):
        return
    low = min(_quantile(s, 0.005) for s in sides)
    high = max(_quantile(s, 0.995) for s in sides)
    if low >= high:
        return
    edges = np.linspace(low, high, BINS + 1)
    series = []
    for label, ordered in zip(labels, sides, strict=True):
        counts = np.diff(np.searchsorted(ordered, [*edges[:-1], np.nextafter(high, np.inf)])) / len(ordered)
        series.append(Series(label, tuple(float(f"{c:.4g}") for c in counts), tuple(edges.tolist())))
    yield Chart("histogram", pair.name or "values", tuple(series), (), pair.name or "values", "share of rows")
