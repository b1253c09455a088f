"""Probabilities that decide whether a count is more than chance, in the standard library and NumPy alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RARE = 0.001
"""Findings that are at least as likely as this by chance are no alarm."""


def poisson_tail(count: int, mean: float) -> float:
    """P(X >= count) of a Poisson variable. Raises ValueError for a negative mean.

    >>> round(poisson_tail(3, 1.0), 4)
    0.0803
    """
    if mean < 0:
        raise ValueError("the mean of a Poisson variable is negative")
    if count <= 0:
        return 1.0
    if mean == 0:
        return 0.0
    if count <= mean:
        return max(0.0, 1.0 - math.fsum(_poisson(k, mean) for k in range(_from(mean, count), count)))
    total, k = 0.0, count
    while True:
        term = _poisson(k, mean)
        total += term
        if term <= total * 1e-12:
            return min(1.0, total)
        k += 1


def _from(mean: float, count: int) -> int:
    """The first term that matters for a sum up to `count`: 40 standard deviations below the mean."""
    return max(0, min(count, math.floor(mean - 40 * math.sqrt(mean))))


def _poisson(k: int, mean: float) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def binomial_tail(count: int, trials: int, share: float) -> float:
    """P(X >= count) of a binomial variable. share: the probability of each trial, 0 to 1.

    >>> round(binomial_tail(2, 2, 0.5), 4)
    0.25
    """
    if count <= 0:
        return 1.0
    if count > trials or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    log_p, log_q = math.log(share), math.log1p(-share)

    def term(k: int) -> float:
        ways = math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        return math.exp(ways + k * log_p + (trials - k) * log_q)

    if trials - count <= 10_000:
        return min(1.0, math.fsum(term(k) for k in range(count, trials + 1)))
    total = 0.0
    for k in range(count, trials + 1):
        one = term(k)
        total += one
        if k > trials * share and one <= total * 1e-12:
            break
    return min(1.0, total)


def mcnemar(worse: int, better: int) -> float:
    """The two-sided exact p-value of McNemar's test for `worse` and `better` flips.

    >>> round(mcnemar(14, 3), 3), round(mcnemar(6, 0), 3)
    (0.013, 0.031)
    """
    flips = worse + better
    return 1.0 if flips == 0 else min(1.0, 2 * binomial_tail(max(worse, better), flips, 0.5))


def collision_rate(before: NDArray[np.uint64], after: NDArray[np.uint64]) -> float:
    """The probability that a random cell of one column equals a random cell of another: the sum of p(v) q(v).

    before, after: (n,) and (m,) uint64, the hashes of the cells.
    """
    if not len(before) or not len(after):
        return 0.0
    ordered, wanted = np.sort(after), np.sort(before)  # Sorted keys are found several times as fast.
    pairs = (np.searchsorted(ordered, wanted, "right") - np.searchsorted(ordered, wanted)).sum()
    return float(pairs) / (len(before) * len(after))


def pairs_within(keys: NDArray[np.uint64]) -> int:
    """How many pairs of equal keys a side has."""
    _, counts = np.unique(keys, return_counts=True)
    return int((counts * (counts - 1) // 2).sum())
