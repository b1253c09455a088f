"""Metrics of two models on the same rows, against scikit-learn, statsmodels and resampling."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.chance import mcnemar
from nbmodelver.comparison.predictions.metric_tests import (
    auc_change,
    log_losses,
    mean_change,
    midranks,
    number_changes,
    table_changes,
)

RNG = np.random.default_rng(3)


def binary(n, right_before, right_after):
    truth = RNG.integers(0, 2, n)
    sides = (np.where(RNG.random(n) < share, truth, 1 - truth) for share in (right_before, right_after))
    return truth, *sides


def test_metrics_of_two_classes_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, old, new = binary(500, 0.8, 0.9)
    found = {c.name: c for c in table_changes(truth, old, new, 2)}
    for name in ("accuracy", "precision", "recall", "f1"):
        score = getattr(metrics, f"{name}_score")
        assert found[name].before == pytest.approx(score(truth, old))
        assert found[name].after == pytest.approx(score(truth, new))
    assert found["accuracy"].judgement == "better"


def test_metrics_of_many_classes_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, old, new = (RNG.integers(0, 5, 400) for _ in range(3))
    found = {c.name: c for c in table_changes(truth, old, new, 5)}
    assert found["recall_macro"].after == pytest.approx(metrics.balanced_accuracy_score(truth, new))
    assert found["f1_macro"].after == pytest.approx(metrics.f1_score(truth, new, average="macro"))


def test_the_interval_is_that_of_resampled_rows():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, old, new = binary(300, 0.8, 0.85)
    found = {c.name: c for c in table_changes(truth, old, new, 2)}["f1"]
    steps = []
    for _ in range(1000):
        rows = RNG.integers(0, 300, 300)
        steps.append(metrics.f1_score(truth[rows], new[rows]) - metrics.f1_score(truth[rows], old[rows]))
    low, high = np.quantile(steps, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.015)
    assert found.high == pytest.approx(high, abs=0.015)


@pytest.mark.parametrize(
    ("n", "worse", "better", "judgement"),
    [(100, 4, 2, "within noise"), (10_000, 107, 13, "worse"), (100, 5, 0, "within noise"), (100, 6, 0, "worse")],
)
def test_accuracy_is_judged_by_flips(n, worse, better, judgement):
    truth = np.tile([0, 1], n // 2)
    old, new = truth.copy(), truth.copy()
    new[:worse] = 1 - truth[:worse]
    old[worse : worse + better] = 1 - truth[worse : worse + better]
    changes = table_changes(truth, old, new, 2)
    assert changes[0].judgement == judgement
    if judgement == "within noise":
        assert {c.judgement for c in changes} == {"within noise"}
    assert changes[0].step == pytest.approx((better - worse) / n)


@pytest.mark.parametrize(("worse", "better"), [(14, 6), (14, 3), (6, 0), (5, 0), (0, 0), (107, 13)])
def test_mcnemar_is_that_of_statsmodels(worse, better):
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    expected = tables.mcnemar([[50, worse], [better, 30]], exact=True).pvalue
    assert mcnemar(worse, better) == pytest.approx(expected)


def test_a_mean_has_the_interval_of_a_paired_test():
    stats = pytest.importorskip("scipy.stats")
    old = RNG.normal(1, 1, 2000)
    new = old + RNG.normal(0.05, 0.2, 2000)
    found = mean_change("mse", old, new)
    expected = stats.ttest_rel(new, old).confidence_interval()
    assert (found.low, found.high) == (pytest.approx(expected.low, rel=1e-2), pytest.approx(expected.high, rel=1e-2))
    assert found.judgement == "worse"
    assert mean_change("mse", new, old).judgement == "better"
    assert mean_change("mse", old, old).judgement == "within noise"
    assert mean_change("mse", old[:1], new[:1]).judgement == "within noise"


def test_log_loss_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth = RNG.integers(0, 3, 100)
    p = RNG.dirichlet([1, 1, 1], 100)
    assert log_losses(truth, p).mean() == pytest.approx(metrics.log_loss(truth, p))


def scores(n, apart):
    truth = RNG.random(n) < 0.4
    return truth, *(np.round(truth * a + RNG.normal(size=n), 1) for a in apart)  # Rounded: with ties.


def test_auc_is_that_of_scikit_learn_and_its_interval_that_of_resampling():
    score = pytest.importorskip("sklearn.metrics").roc_auc_score
    truth, old, new = scores(400, (1.0, 1.3))
    found = auc_change(truth, old, new)
    assert (found.before, found.after) == (pytest.approx(score(truth, old)), pytest.approx(score(truth, new)))
    steps = []
    for _ in range(600):
        rows = RNG.integers(0, 400, 400)
        steps.append(score(truth[rows], new[rows]) - score(truth[rows], old[rows]))
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(np.std(steps), rel=0.15)


def test_auc_that_did_not_change_or_has_one_class():
    truth, old, _ = scores(100, (1.0, 1.0))
    assert auc_change(truth, old, old).judgement == "within noise"
    assert auc_change(np.zeros(100, bool), old, old) is None


def test_ranks_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    values = RNG.integers(0, 20, 100)
    assert midranks(values).tolist() == stats.rankdata(values).tolist()


def test_many_cells_take_fewer_draws():
    truth, old, new = (RNG.integers(0, 20, 20_000) for _ in range(3))
    assert next(c.judgement for c in table_changes(truth, old, new, 20)) == "within noise"


def numbers(n, noise_before, noise_after):
    truth = RNG.normal(3, 2, n)
    return truth, *(truth + RNG.normal(0.1, noise, n) for noise in (noise_before, noise_after))


def test_metrics_of_numbers_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, old, new = numbers(300, 1.0, 0.5)
    found = {c.name: c for c in number_changes(truth, old, new)}
    oracles = {
        "mae": metrics.mean_absolute_error,
        "rmse": metrics.root_mean_squared_error,
        "r2": metrics.r2_score,
        "mse": metrics.mean_squared_error,
    }
    assert list(found) == list(oracles)
    for name, oracle in oracles.items():
        assert found[name].before == pytest.approx(oracle(truth, old))
        assert found[name].after == pytest.approx(oracle(truth, new))
        assert found[name].judgement == "better"


@pytest.mark.parametrize("name", ["rmse", "r2"])
def test_the_interval_of_a_root_and_of_a_quotient_is_that_of_resampled_rows(name):
    truth, old, new = numbers(400, 1.0, 0.9)
    found = {c.name: c for c in number_changes(truth, old, new)}[name]
    steps = []
    for _ in range(1000):
        rows = RNG.integers(0, 400, 400)
        steps.append({c.name: c.step for c in number_changes(truth[rows], old[rows], new[rows])}[name])
    low, high = np.quantile(steps, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.15 * (high - low))
    assert found.high == pytest.approx(high, abs=0.15 * (high - low))


def test_a_model_without_errors_and_a_constant_target():
    truth = np.linspace(0, 1, 50)
    found = {c.name: c for c in number_changes(truth, truth, truth + 0.1)}
    assert (found["rmse"].before, found["rmse"].judgement, found["r2"].judgement) == (0, "worse", "worse")
    assert [c.name for c in number_changes(np.ones(50), truth, truth)] == ["mae", "rmse", "mse"]
    assert {c.judgement for c in number_changes(truth, truth, truth)} == {"within noise"}
