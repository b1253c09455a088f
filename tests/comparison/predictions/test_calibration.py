"""Brier score and calibration of two models, against scikit-learn and resampling."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.predictions.calibration import bins_of, brier_change, brier_losses, calibration_change

RNG = np.random.default_rng(5)


def two_classes(n, sharpness=1.0):
    """A truth that follows probabilities, and these probabilities, pushed towards 0 and 1 by `sharpness`."""
    p = RNG.random(n)
    truth = (RNG.random(n) < p).astype(int)
    odds = (p / (1 - p)) ** sharpness
    return truth, columns(p), columns(odds / (1 + odds))


def columns(p):
    return np.column_stack([1 - p, p])


def test_the_brier_score_of_two_classes_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, old, new = two_classes(300, 3)
    found = brier_change(truth, old, new)
    assert found.before == pytest.approx(metrics.brier_score_loss(truth, old[:, 1]))
    assert found.after == pytest.approx(metrics.brier_score_loss(truth, new[:, 1]))
    assert (found.direction, found.judgement) == ("lower", "worse")


def test_the_brier_score_of_many_classes_is_the_sum_over_classes():
    truth = RNG.integers(0, 4, 200)
    p = RNG.dirichlet(np.ones(4), 200)
    one_hot = np.eye(4)[truth]
    assert brier_losses(truth, p).tolist() == pytest.approx(((p - one_hot) ** 2).sum(axis=1).tolist())


def test_the_interval_of_the_brier_score_is_that_of_resampled_rows():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, old, new = two_classes(300, 1.5)
    found = brier_change(truth, old, new)
    steps = []
    for _ in range(500):
        rows = RNG.integers(0, 300, 300)
        sides = (metrics.brier_score_loss(truth[rows], side[rows, 1]) for side in (old, new))
        first, second = sides
        steps.append(second - first)
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(np.std(steps), rel=0.15)


def test_the_curve_is_that_of_scikit_learn():
    curve = pytest.importorskip("sklearn.calibration").calibration_curve
    truth, old, new = two_classes(1000, 2)
    found = calibration_change(truth, old, new)
    for side, probabilities in ((found.before, old), (found.after, new)):
        observed, predicted = curve(truth, probabilities[:, 1], n_bins=10, strategy="quantile")
        assert side.observed == pytest.approx(observed.tolist())
        assert side.predicted == pytest.approx(predicted.tolist())
        assert set(side.rows) == {100}


def test_a_model_that_is_too_sure_has_a_larger_calibration_error():
    truth, old, new = two_classes(2000, 3)
    metric = calibration_change(truth, old, new).metric
    assert (metric.name, metric.direction, metric.judgement) == ("calibration_error", "lower", "worse")
    assert metric.before < 0.05 < metric.after


def test_two_calibrated_models_are_within_noise():
    judged = []
    for _ in range(100):
        truth, old, _ = two_classes(400)
        other = np.clip(old[:, 1] + RNG.normal(0, 0.02, 400), 0, 1)
        judged.append(calibration_change(truth, old, columns(other)).metric.judgement)
    assert judged.count("within noise") >= 95


def test_many_classes_are_judged_by_the_predicted_one():
    truth = RNG.integers(0, 3, 600)
    sure = np.full((600, 3), 0.05)
    sure[:, 0] = 0.9
    found = calibration_change(truth, sure, np.full((600, 3), 1 / 3))
    assert found.before.predicted == (pytest.approx(0.9),)
    assert found.before.observed == (pytest.approx((truth == 0).mean()),)
    assert found.metric.judgement == "better"


def test_few_rows_have_no_curve():
    truth, old, new = two_classes(39)
    assert calibration_change(truth, old, new) is None


def test_equal_probabilities_share_a_bin():
    assert bins_of(np.array([0.1, 0.1, 0.1, 0.9]), 4).tolist() == [0, 0, 0, 1]
