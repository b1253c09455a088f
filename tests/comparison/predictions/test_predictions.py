"""Predictions of two models on the same rows: agreement, flips, examples, metrics."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.predictions.predictions import Predictions, prediction_diff

TRUTH = np.array(["cat", "cat", "dog", "dog", "cow", "cow"])
OLD = np.array(["cat", "cat", "dog", "cat", "cow", "dog"])
NEW = np.array(["dog", "cat", "dog", "dog", "cat", "cat"])


def test_flips_by_how_they_turned():
    found = prediction_diff(Predictions(OLD), Predictions(NEW), TRUTH, list("uvwxyz"))
    assert (found.rows, found.equal) == (6, 2)
    assert found.turned == {"wrong": 2, "other wrong": 1, "right": 1}
    assert [(e.label, e.before, e.after, e.truth, e.turned) for e in found.examples] == [
        ("u", "cat", "dog", "cat", "wrong"),
        ("y", "cow", "cat", "cow", "wrong"),
        ("z", "dog", "cat", "cow", "other wrong"),
        ("x", "cat", "dog", "dog", "right"),
    ]
    by_name = {c.name: (c.rows, c.right_before, c.right_after, c.turned_wrong, c.turned_right) for c in found.classes}
    assert by_name == {"cat": (2, 2, 1, 1, 0), "cow": (2, 1, 0, 1, 0), "dog": (2, 1, 2, 0, 1)}
    assert [m.name for m in found.metrics] == ["accuracy", "recall_macro", "f1_macro"]


def test_without_a_truth_there_are_changed_rows_only():
    found = prediction_diff(Predictions(OLD), Predictions(NEW))
    assert (found.turned, found.metrics, found.classes) == ({"other": 4}, (), ())
    assert [e.label for e in found.examples] == [0, 3, 4, 5]


def test_the_largest_margin_comes_first_and_bare_flips_are_counted():
    p_old = np.array([0.1, 0.48, 0.9])
    p_new = np.array([0.7, 0.52, 0.05])
    sides = [Predictions((p >= 0.5).astype(int), np.column_stack([1 - p, p]), (0, 1)) for p in (p_old, p_new)]
    found = prediction_diff(*sides, np.array([0, 0, 1]))
    assert [(e.label, e.margin) for e in found.examples] == [
        (2, pytest.approx(0.9)),
        (0, pytest.approx(0.4)),
        (1, pytest.approx(0.04)),
    ]
    assert found.barely == 1
    assert found.largest_step == pytest.approx(0.85)
    assert [m.name for m in found.metrics] == ["accuracy", "precision", "recall", "f1", "log_loss", "brier"]


def test_the_area_under_the_curve_needs_probabilities_of_two_classes():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 50)
    p = rng.random((50, 1))
    side = Predictions((p[:, 0] > 0.5).astype(int), np.hstack([1 - p, p]), (0, 1))
    found = prediction_diff(side, side, truth)
    assert [m.name for m in found.metrics][-4:] == ["roc_auc", "log_loss", "brier", "calibration_error"]
    assert {m.judgement for m in found.metrics} == {"within noise"}
    assert found.equal == 50


def test_numbers_are_compared_by_size():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=100)
    old = truth + 0.1 * rng.normal(size=100)
    new = old.copy()
    new[7] += 3
    new[8] += 0.0001
    found = prediction_diff(Predictions(old), Predictions(new), truth)
    assert found.is_numeric
    assert (found.equal, found.turned) == (99, {"other": 1})
    assert [(e.label, e.margin) for e in found.examples] == [(7, pytest.approx(3))]
    assert [m.name for m in found.metrics] == ["mae", "rmse", "r2", "mse"]
    assert {m.judgement for m in found.metrics} == {"within noise"}
    better = prediction_diff(Predictions(truth + 1), Predictions(truth + 0.5), truth)
    assert next((m.before, m.after, m.judgement) for m in better.metrics) == (
        pytest.approx(1), pytest.approx(0.5), "better",
    )  # fmt: skip


def test_whole_numbers_are_labels_unless_the_model_says_otherwise():
    whole = np.array([1.0, 2.0])
    assert not prediction_diff(Predictions(whole), Predictions(whole)).is_numeric
    numbers = Predictions(whole, is_numeric=True)
    assert prediction_diff(numbers, numbers).is_numeric


def test_special_labels():
    mixed = np.array(["a", 1, None, np.nan], dtype=object)
    other = np.array(["a", "1", np.nan, None], dtype=object)
    found = prediction_diff(Predictions(mixed), Predictions(other), mixed)
    assert (found.rows, found.equal) == (4, 3)
    one = np.array(["a", "a"])
    assert prediction_diff(Predictions(one), Predictions(one), one).metrics == ()


def test_lengths_that_differ_and_no_rows():
    with pytest.raises(ValueError, match="different lengths: 2, 6"):
        prediction_diff(Predictions(OLD), Predictions(NEW[:2]))
    with pytest.raises(ValueError, match="no rows"):
        prediction_diff(Predictions(OLD[:0]), Predictions(NEW[:0]))


def test_a_target_with_missing_numbers_is_refused():
    truth = np.array([0.5, np.nan, 0.25])
    with pytest.raises(ValueError, match="1 of the 3 values of the target are missing"):
        prediction_diff(Predictions(truth), Predictions(truth), truth)
