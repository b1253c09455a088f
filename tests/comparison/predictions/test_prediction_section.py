"""The section about predictions: its sentence, its rows, and whether it was the data or the model."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.predictions.prediction_section import Evaluated, section, summary, two_by_two
from nbmodelver.comparison.predictions.predictions import Predictions, prediction_diff

TRUTH = np.tile([0, 1], 50)
OLD = TRUTH.copy()
NEW = TRUTH.copy()
NEW[:10] = 1 - NEW[:10]
OLD[-1] = 0


def found(old, new, truth=TRUTH):
    return prediction_diff(Predictions(np.asarray(old)), Predictions(np.asarray(new)), truth)


def rows(made):
    return {r.cells[0]: r.cells[1:] for r in made.rows}


def test_one_sentence_and_the_rows():
    made = section("model", ("v1", "v2"), Evaluated("X_test of v2", found(OLD, NEW)), notes=["loaded otherwise"])
    assert (made.id, made.title, made.columns) == (
        "predictions.model", "model · predictions", ("what", "v1", "v2", "change", "how"),
    )  # fmt: skip
    assert made.note == (
        "X_test of v2: 100 rows, 89 the same (89.0 %) · 10 turned wrong, 1 turned right · "
        "accuracy worse beyond noise; loaded otherwise"
    )
    by_name = rows(made)
    assert by_name["accuracy"][:3] == (0.99, 0.9, pytest.approx(-0.09))
    assert by_name["accuracy"][3].startswith("worse (95 %: -0.1")
    assert by_name["rows turned wrong"] == (None, None, None, "10 of 100")
    assert by_name["recall of 0"] == (1.0, 0.9, pytest.approx(-0.1), "5 turned wrong")
    assert by_name["row 0"] == (0, 1, None, "turned wrong, truth 0")
    assert made.directions["accuracy"] == "higher"
    assert made.differs


def test_the_same_predictions_do_not_differ():
    made = section("model", ("v1", "v2"), Evaluated("X of v2", found(OLD, OLD)))
    assert not made.differs
    assert made.note == "X of v2: 100 rows, 100 the same (100.0 %) · accuracy within noise"


def test_data_or_model():
    latter, former = found(OLD, NEW), found(OLD[:50], OLD[:50], TRUTH[:50])
    effects = two_by_two(former, latter)
    assert (effects.metric, effects.data_effect, effects.model_effect) == (
        "accuracy", pytest.approx(-0.01), pytest.approx(-0.09),
    )  # fmt: skip
    made = section("m", ("v1", "v2"), Evaluated("X of v2", latter), Evaluated("X of v1", former))
    assert "accuracy: data alone -0.01, model -0.09" in made.note
    assert rows(made)["accuracy on X of v1 (50 rows)"] == (1.0, 1.0, None, None)
    assert rows(made)["accuracy on X of v2 (100 rows)"][:2] == (0.99, 0.9)
    assert two_by_two(found(OLD, NEW, None), latter) is None


def test_numbers():
    truth = np.linspace(0, 1, 20)
    diff = found(truth, np.where(truth > 0.9, 5.0, truth), truth)
    assert summary(diff) == "20 rows, 18 the same (90.0 %) · mae within noise"
    by_name = rows(section("m", ("v1", "v2"), Evaluated("X of v2", diff)))
    assert by_name["row 18"] == (pytest.approx(18 / 19), 5.0, pytest.approx(5 - 18 / 19), "truth 0.9473684210526315")
    assert by_name["rows changed"] == (None, None, None, "2 of 20")


def test_reliability_curves_of_both_models_are_a_chart():
    truth = np.tile([0, 1], 100)
    sides = [
        Predictions((p > 0.5).astype(int), np.column_stack([1 - p, p]), (0, 1))
        for p in (np.linspace(0, 1, 200), np.linspace(0.2, 0.8, 200))
    ]
    made = section("model", ("v1", "v2"), Evaluated("X of v2", prediction_diff(*sides, truth)))
    chart = made.charts[0]
    assert (chart.kind, chart.title, chart.x_label) == ("line", "calibration", "probability of the second class")
    assert [s.label for s in chart.series] == ["v1", "v2", "calibrated"]
    assert {len(s.x) for s in chart.series[:2]} == {10}
    assert rows(made)["brier"][2] < 0
    assert made.note.endswith("accuracy within noise, but log_loss, brier, calibration_error better")
