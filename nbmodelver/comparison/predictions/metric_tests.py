"""Metrics of two models on the same rows: the change of each, its 95 % interval, and whether it is more than noise.

All intervals are paired: both models predict the same rows. They speak of these two fitted models; a fit with another
seed may differ more (Bouthillier et al. 2021), and rows that belong together make them too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbmodelver.comparison.chance import mcnemar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from nbmodelver.model import Direction

Judgement = Literal["better", "worse", "within noise"]

Z = 1.959964
"""The 97.5 % quantile of the normal distribution."""
DRAWS, MAX_DRAWN = 2000, 2_000_000
"""Draws of the bootstrap; fewer if there are so many cells that the draws would take more than 16 MB."""
SEED = 0
"""Of the bootstrap, so that the same comparison has the same answer."""
MIN_FLIPS = 6
"""Flips between right and wrong below which no change of a table metric is more than noise: five of five prove nothing
(exact McNemar test, p = 0.06), while a bootstrap of them never shows the other sign."""
SMALLEST = 1e-15
"""Probabilities below this are raised to it, so that a logarithmic loss stays finite."""


@dataclass(frozen=True)
class MetricChange:
    """A metric of two models. low, high: the 95 % interval of the step; NaN if unknown."""

    name: str
    before: float
    after: float
    low: float
    high: float
    direction: Direction
    judgement: Judgement

    @property
    def step(self) -> float:
        """The change: after minus before."""
        return self.after - self.before


def _judged(name: str, sides: tuple[float, float], ends: tuple[float, float], direction: Direction) -> MetricChange:
    judgement: Judgement = "within noise"
    if ends[0] > 0 or ends[1] < 0:
        judgement = "better" if (ends[0] > 0) == (direction == "higher") else "worse"
    return MetricChange(name, *sides, *ends, direction, judgement)


# -- means over rows


def change_by_rows(name: str, sides: tuple[float, float], parts: NDArray[Any], *, direction: Direction) -> MetricChange:
    """The change of a metric, with the interval of the delta method.

    sides: the metric before and after. parts: (rows,) how much each row contributes to the change, to first order; only
    their spread is used.
    """
    around = Z * float(parts.std(ddof=1)) / math.sqrt(len(parts)) if len(parts) > 1 else math.inf
    step = sides[1] - sides[0]
    return _judged(name, sides, (step - around, step + around), direction)


def mean_change(name: str, before: NDArray[Any], after: NDArray[Any]) -> MetricChange:
    """The change of a loss that is a mean over rows, with the interval of the paired differences in closed form.

    before, after: (rows,) losses of each row.
    """
    return change_by_rows(name, (float(before.mean()), float(after.mean())), after - before, direction="lower")


def number_changes(truth: NDArray[Any], before: NDArray[Any], after: NDArray[Any]) -> list[MetricChange]:
    """The changes of metrics of predicted numbers: MAE, RMSE, R² unless the target is constant, and MSE.

    truth, before, after: (rows,) float64.
    """
    errors = before - truth, after - truth
    squares = errors[0] ** 2, errors[1] ** 2
    found = [mean_change("mae", *(np.abs(e) for e in errors)), _rmse_change(*squares)]
    if truth.min() < truth.max():
        found.append(_r2_change(truth, *squares))
    return [*found, mean_change("mse", *squares)]


def _rmse_change(before: NDArray[Any], after: NDArray[Any]) -> MetricChange:
    """The square root has the slope 1 / (2 RMSE). For a side without errors, the ends are the roots of those of MSE."""
    roots = math.sqrt(float(before.mean())), math.sqrt(float(after.mean()))
    if not (roots[0] and roots[1]):
        of_mse = mean_change("mse", before, after)
        low, high = (math.copysign(math.sqrt(abs(end)), end) for end in (of_mse.low, of_mse.high))
        return _judged("rmse", roots, (low, high), "lower")
    return change_by_rows("rmse", roots, after / (2 * roots[1]) - before / (2 * roots[0]), direction="lower")


def _r2_change(truth: NDArray[Any], before: NDArray[Any], after: NDArray[Any]) -> MetricChange:
    """R² is one minus a quotient of two means, whose change is (less error - step * deviation) / variance."""
    deviations = (truth - truth.mean()) ** 2
    variance = float(deviations.mean())
    sides = 1 - float(before.mean()) / variance, 1 - float(after.mean()) / variance
    parts = (before - after - (sides[1] - sides[0]) * deviations) / variance
    return change_by_rows("r2", sides, parts, direction="higher")


def log_losses(truth: NDArray[np.intp], probabilities: NDArray[Any]) -> NDArray[np.float64]:
    """The logarithmic loss of each row. truth: (rows,) codes. probabilities: (rows, classes)."""
    chosen = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    return -np.log(np.clip(chosen, SMALLEST, 1.0))


# -- metrics of a table of truth and prediction


def table_changes(
    truth: NDArray[np.intp], before: NDArray[np.intp], after: NDArray[np.intp], classes: int
) -> list[MetricChange]:
    """The changes of metrics that a confusion table gives: accuracy, and precision, recall and F1.

    truth, before, after: (rows,) codes below `classes`. Two classes: those of the class with the higher code; more: the
    means over classes. Accuracy is judged by the exact McNemar test; the others by a bootstrap. It draws the cells
    (truth, before, after) from a multinomial distribution, so it is as fast for a million rows as for a hundred.
    """
    right = before == truth, after == truth
    flips = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
    cells, counts = np.unique((truth * classes + before) * classes + after, return_counts=True)
    draws = min(DRAWS, MAX_DRAWN // len(cells))
    drawn = np.random.default_rng(SEED).multinomial(len(truth), counts / len(truth), size=draws)
    truths, rest = np.divmod(cells, classes * classes)
    tables = [_tables(truths * classes + side, classes, drawn) for side in np.divmod(rest, classes)]
    exact = [_tables(truths * classes + side, classes, counts[None]) for side in np.divmod(rest, classes)]
    found = []
    for name, metric in (BINARY if classes == 2 else MULTICLASS).items():
        sides = float(metric(exact[0])[0]), float(metric(exact[1])[0])
        ends = np.quantile(metric(tables[1]) - metric(tables[0]), [0.025, 0.975])
        change = _judged(name, sides, (float(ends[0]), float(ends[1])), "higher")
        unproven = mcnemar(*flips) >= 0.05 if name == "accuracy" else sum(flips) < MIN_FLIPS
        if unproven and change.judgement != "within noise":
            change = MetricChange(name, *sides, change.low, change.high, "higher", "within noise")
        found.append(change)
    return found


def _tables(places: NDArray[np.intp], classes: int, drawn: NDArray[Any]) -> NDArray[np.float64]:
    """(draws, classes, classes) confusion tables, truth by prediction, of draws over cells with these places."""
    one_hot = np.zeros((len(places), classes * classes))
    one_hot[np.arange(len(places)), places] = 1
    return np.asarray(drawn @ one_hot).reshape(-1, classes, classes)


def _share(of: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """A quotient that is 0 where the total is 0."""
    return np.divide(of, total, out=np.zeros_like(of), where=total > 0)


def _hits(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.diagonal(tables, axis1=1, axis2=2).copy()


def _accuracy(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return _share(_hits(tables).sum(axis=1), tables.sum(axis=(1, 2)))


def _precisions(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return _share(_hits(tables), tables.sum(axis=1))


def _recalls(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return _share(_hits(tables), tables.sum(axis=2))


def _f1s(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return _share(2 * _hits(tables), tables.sum(axis=1) + tables.sum(axis=2))


BINARY: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "accuracy": _accuracy,
    "precision": lambda tables: _precisions(tables)[:, 1],
    "recall": lambda tables: _recalls(tables)[:, 1],
    "f1": lambda tables: _f1s(tables)[:, 1],
}
MULTICLASS: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "accuracy": _accuracy,
    "recall_macro": lambda tables: _recalls(tables).mean(axis=1),
    "f1_macro": lambda tables: _f1s(tables).mean(axis=1),
}


# -- area under the ROC curve


def auc_change(truth: NDArray[np.bool_], before: NDArray[Any], after: NDArray[Any]) -> MetricChange | None:
    """The change of the area under the ROC curve, with the interval of DeLong et al. (1988), computed from ranks.

    truth: (rows,) bool. before, after: (rows,) scores, higher for True. None if a class has fewer than two rows.
    """
    positive, negative = int(truth.sum()), int((~truth).sum())
    if min(positive, negative) < 2:
        return None
    areas, of_positive, of_negative = [], [], []
    for scores in (before, after):
        ranks = midranks(scores)
        among_positive, among_negative = midranks(scores[truth]), midranks(scores[~truth])
        of_positive.append((ranks[truth] - among_positive) / negative)
        of_negative.append(1 - (ranks[~truth] - among_negative) / positive)
        areas.append(float(of_positive[-1].mean()))
    spread = np.cov(of_positive) / positive + np.cov(of_negative) / negative
    variance = float(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])
    around = Z * math.sqrt(max(variance, 0.0))
    step = areas[1] - areas[0]
    return _judged("roc_auc", (areas[0], areas[1]), (step - around, step + around), "higher")


def midranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """The rank of each value from 1; equal values share the mean of their ranks.

    >>> midranks(np.array([3, 1, 3])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: NDArray[np.float64] = ends - (counts - 1) / 2
    return middle[places]
