"""Charts out of profiles: distributions over each other, importances, training curves; never from anything else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison import charts_of
from nbmodelver.kinds import classify, profile
from nbmodelver.kinds.curves import MOST


def profiled(value):
    return profile(classify("x", value) or "other", value)


def titles(**sides):
    return [(c.kind, c.title, [s.label for s in c.series]) for c in charts_of(sides)]


def test_distributions_lie_over_each_other_where_they_differ():
    before = profiled(pd.DataFrame({"a": np.arange(100.0), "b": np.arange(100.0), "s": list("xy") * 50}))
    after = profiled(pd.DataFrame({"a": np.arange(100.0) ** 2, "b": np.arange(100.0), "new": np.arange(100)}))
    assert titles(v1=before, v2=after) == [("histogram", "a", ["v1", "v2"])]
    (chart,) = charts_of({"v1": before, "v2": after})
    for series in chart.series:
        assert len(series.x) == len(series.y) + 1
        assert sum(series.y) == 100
    assert [c.title for c in charts_of({"v1": before})] == ["a", "b"]


def test_dates_and_labels_have_no_histogram_to_draw():
    frame = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=20), "city": ["Oslo"] * 20})
    assert charts_of({"v1": profiled(frame)}) == ()


def test_importances_are_drawn_for_the_same_features_on_both_sides():
    from sklearn.ensemble import RandomForestClassifier

    x = pd.DataFrame(np.random.default_rng(0).random((60, 4)), columns=list("abcd"))
    sides = {
        f"v{n}": profiled(RandomForestClassifier(5, random_state=n).fit(x, (x.a > 0.5).astype(int))) for n in (1, 2)
    }
    (chart,) = charts_of(sides)
    assert (chart.kind, chart.title, set(chart.labels)) == ("bars", "importances", {"a", "b", "c", "d"})
    assert [len(s.y) for s in chart.series] == [4, 4]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"loss": [0.9, 0.5, 0.4], "val_loss": [1.0, 0.8, float("nan")], "note": "x"}, ["loss", "val_loss"]),
        ({"train": {"rmse": [3, 2, 1]}, "lr": 0.1}, ["train rmse"]),
        ([0.5, 0.4, 0.3, 0.2], ["values"]),
        ({"a": [1, 2]}, []),
        ({"a": [True, False, True]}, []),
        ({"a": ["x", "y", "z"]}, []),
    ],
)
def test_curves_are_found_in_plain_containers(value, names):
    assert [c.title for c in charts_of({"v1": profiled(value)})] == names


def test_curves_of_models():
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.neural_network import MLPClassifier

    x, y = np.random.default_rng(0).random((40, 3)), np.arange(40) % 2
    boosted = GradientBoostingClassifier(n_estimators=7).fit(x, y)
    net = MLPClassifier(max_iter=300, random_state=0, early_stopping=True).fit(x, y)
    lines = [c for c in charts_of({"v1": profiled(boosted), "v2": profiled(boosted)}) if c.kind == "line"]
    assert [(c.title, [len(s.y) for s in c.series]) for c in lines] == [("train score", [7, 7])]
    assert lines[0].series[0].x[0] == 1
    assert {c.title for c in charts_of({"v1": profiled(net)})} >= {"loss curve", "validation scores"}


def test_a_history_object_and_a_model_that_holds_one():
    class History:
        def __init__(self):
            self.history = {"loss": [3.0, 2.0, 1.0]}

    class Model:
        def __init__(self):
            self.history = History()

        def predict(self):
            """What makes it a model."""

    assert [c.title for c in charts_of({"v1": profiled(History())})] == ["loss"]
    assert [c.title for c in charts_of({"v1": profiled(Model())})] == ["loss"]


def test_long_curves_are_thinned_and_keep_their_steps():
    (chart,) = charts_of({"v1": profiled([float(n) for n in range(10 * MOST + 1)])})
    (series,) = chart.series
    assert len(series.y) <= MOST
    assert series.x[:2] == (1, 12)
    assert series.y[1] == 11.0


def test_nothing_of_a_users_class_is_called_for_a_curve():
    class Trap:
        loss_curve_ = property(lambda _self: 1 / 0)
        history = property(lambda _self: 1 / 0)

        def __getattr__(self, name):
            raise AssertionError(name)

    assert charts_of({"v1": profiled(Trap())}) == ()


ODD = [{}, {"columns": 7}, {"columns": [{"histogram": {"low": "a"}}]}, {"curves": {"a": 1}}, {"importances": [[1]]},
       {"importances": "x"}, {"curves": {"a": {"values": ["x"]}}}]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_profile_draws_nothing_or_gaps(odd):
    for chart in charts_of({"v1": odd}):
        assert all(y is None for s in chart.series for y in s.y)
