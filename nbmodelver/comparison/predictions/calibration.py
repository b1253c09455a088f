"""Probabilities of two models against what happened: Brier score, calibration error and reliability curves.

Two classes: the probability of the class with the higher code. More classes: the probability of the predicted class
against the share of rows in which it is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.predictions.metric_tests import change_by_rows, mean_change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nbmodelver.comparison.predictions.metric_tests import MetricChange

BINS = 10
MIN_ROWS_PER_BIN = 20
"""A share of fewer rows is mostly noise: fewer rows in total give fewer bins, and less than two bins no curve."""


@dataclass(frozen=True)
class Reliability:
    """The reliability curve of one model, with about as many rows in each bin.

    predicted: (bins,) mean probability. observed: (bins,) share of rows in which it came true. rows: (bins,) counts.
    """

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    rows: tuple[int, ...]

    @property
    def error(self) -> float:
        """The mean distance between probability and share over rows: the expected calibration error."""
        counts = np.array(self.rows)
        return float((counts * np.abs(np.array(self.predicted) - np.array(self.observed))).sum() / counts.sum())


@dataclass(frozen=True)
class CalibrationChange:
    """The reliability curves of two models, and the change of the calibration error."""

    before: Reliability
    after: Reliability
    metric: MetricChange


def brier_losses(truth: NDArray[np.intp], probabilities: NDArray[Any]) -> NDArray[np.float64]:
    """The Brier score of each row: for two classes of the second one, for more the sum over classes.

    truth: (rows,) codes. probabilities: (rows, classes).
    """
    wide = probabilities.astype(np.float64)
    if wide.shape[1] == 2:
        return np.asarray((wide[:, 1] - (truth == 1)) ** 2)
    wide[np.arange(len(truth)), truth] -= 1
    return np.asarray((wide**2).sum(axis=1))


def brier_change(truth: NDArray[np.intp], before: NDArray[Any], after: NDArray[Any]) -> MetricChange:
    """The change of the Brier score, with the interval of the paired differences. Arguments as of `brier_losses`."""
    return mean_change("brier", brier_losses(truth, before), brier_losses(truth, after))


def calibration_change(truth: NDArray[np.intp], before: NDArray[Any], after: NDArray[Any]) -> CalibrationChange | None:
    """The reliability curves of two models; None if there are too few rows. Arguments as of `brier_losses`.

    The interval of the calibration error takes the sign of each bin's distance as known (delta method). Where a
    distance is close to zero, that makes it wider than needed.
    """
    bins = min(BINS, len(truth) // MIN_ROWS_PER_BIN)
    if bins < 2:
        return None
    found, parts = [], []
    for probabilities in (before, after):
        claimed, came_true = _claims(truth, probabilities.astype(np.float64))
        places = bins_of(claimed, bins)
        curve = _curve(claimed, came_true, places)
        signs = np.sign(np.array(curve.predicted) - np.array(curve.observed))
        found.append(curve)
        parts.append(signs[places] * (claimed - came_true))
    metric = change_by_rows(
        "calibration_error", (found[0].error, found[1].error), parts[1] - parts[0], direction="lower"
    )
    return CalibrationChange(found[0], found[1], metric)


def _claims(
    truth: NDArray[np.intp], probabilities: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rows,) a probability, and 1 if it came true, else 0."""
    if probabilities.shape[1] == 2:
        return probabilities[:, 1], (truth == 1).astype(np.float64)
    chosen = probabilities.argmax(axis=1)
    return probabilities.max(axis=1), (chosen == truth).astype(np.float64)


def bins_of(values: NDArray[np.float64], bins: int) -> NDArray[np.intp]:
    """(rows,) the number of the bin of each value, from 0 without gaps. Equal values have the same bin."""
    edges = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    return np.asarray(np.unique(np.searchsorted(edges, values), return_inverse=True)[1])


def _curve(claimed: NDArray[np.float64], came_true: NDArray[np.float64], places: NDArray[np.intp]) -> Reliability:
    counts = np.bincount(places)
    predicted, observed = (np.bincount(places, weights=side) / counts for side in (claimed, came_true))
    return Reliability(tuple(predicted.tolist()), tuple(observed.tolist()), tuple(counts.tolist()))
