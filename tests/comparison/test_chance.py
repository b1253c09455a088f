"""Probabilities agree with SciPy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.chance import binomial_tail, collision_rate, mcnemar, pairs_within, poisson_tail

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("mean", [1e-9, 0.3, 5.0, 800.0, 1e6])
@pytest.mark.parametrize("factor", [0, 0.5, 1, 1.1, 3])
def test_poisson(mean, factor):
    count = round(mean * factor) + (factor == 3)
    expected = stats.poisson.sf(count - 1, mean)
    assert poisson_tail(count, mean) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_poisson_of_nothing():
    assert (poisson_tail(0, 0.0), poisson_tail(1, 0.0)) == (1.0, 0.0)
    with pytest.raises(ValueError, match="negative"):
        poisson_tail(1, -1.0)


@pytest.mark.parametrize(
    ("count", "trials"), [(0, 5), (3, 5), (5, 5), (6, 5), (53, 53), (400, 1000), (60_000, 100_000)]
)
@pytest.mark.parametrize("share", [0.0, 0.001, 0.4, 0.74, 1.0])
def test_binomial(count, trials, share):
    expected = stats.binom.sf(count - 1, trials, share)
    assert binomial_tail(count, trials, share) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_mcnemar_is_the_exact_test():
    contingency_tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    for worse, better in ((14, 6), (14, 3), (6, 0), (5, 0), (0, 0), (107, 13)):
        table = [[100, better], [worse, 100]]
        expected = contingency_tables.mcnemar(table, exact=True).pvalue if worse + better else 1.0
        assert mcnemar(worse, better) == pytest.approx(expected)


def test_collisions():
    one, other = np.array([1, 1, 2, 3], np.uint64), np.array([1, 2, 9], np.uint64)
    assert collision_rate(one, other) == pytest.approx(2 / 4 / 3 + 1 / 4 / 3)
    assert collision_rate(one, other[:0]) == 0.0
    assert pairs_within(np.array([5, 5, 5, 6, 6, 7], np.uint64)) == 4
