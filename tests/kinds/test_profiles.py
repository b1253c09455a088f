"""Profiles say what a value is, are valid JSON, bounded, and never raise; two of them compare row by row."""

from __future__ import annotations

import datetime
import json
import math
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.kinds import SECTIONS, Side, classify, columns, compare, profile, sections_of
from nbmodelver.kinds.compare import step


def profiled(value):
    """The profile of a value under its own kind, checked to be strict JSON."""
    kind = classify("x", value)
    assert kind is not None
    found = profile(kind, value)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def column(found, name):
    return next(c for c in found["columns"] if c["name"] == name)


FRAME = pd.DataFrame(
    {
        "i": [1, 2, 3, 4],
        "f": [0.5, math.nan, 2.5, math.inf],
        "b": [True, False, True, True],
        "s": ["a", "b", None, "a"],
        "o": [1, "x", None, object()],
        "c": pd.Categorical(["x", "y", "x", None]),
        "t": pd.to_datetime(["2026-01-01", None, "2026-01-03", "2026-01-02"]),
        "z": pd.to_datetime(["2026-01-01", None, "2026-01-03", "2026-01-02"]).tz_localize("Europe/Berlin"),
        "n": pd.array([1, None, 3, 4], dtype="Int64"),
        "p": pd.period_range("2026-01", periods=4, freq="M"),
        "d": pd.to_timedelta([1, 2, 3, 4], unit="D"),
    }
)


def test_a_frames_profile_has_shape_types_and_nulls():
    found = profiled(FRAME)
    assert found["shape"] == [4, 11]
    assert found["index"] == "RangeIndex"
    assert [c["nulls"] for c in found["columns"]] == [0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0]
    assert all("note" not in c for c in found["columns"])


def test_numbers_have_range_mean_deviation_and_a_histogram():
    found = column(profiled(FRAME), "i")
    assert (found["min"], found["max"], found["mean"], found["distinct"]) == (1, 4, 2.5, 4)
    assert found["std"] == pytest.approx(FRAME["i"].std())
    assert sum(found["histogram"]["counts"]) == 4
    assert len(found["histogram"]["counts"]) == columns.BINS
    assert column(profiled(FRAME), "f")["max"] == 2.5
    assert column(profiled(FRAME), "n")["max"] == 4


def test_labels_have_their_most_frequent_values():
    found = profiled(FRAME)
    assert column(found, "s")["top"] == [["a", 2], ["b", 1]]
    assert column(found, "c")["top"] == [["x", 2], ["y", 1]]
    assert ["<object>", 1] in column(found, "o")["top"]
    assert column(found, "b")["top"][0] == [True, 3]


def test_times_have_a_range():
    assert column(profiled(FRAME), "t")["min"].startswith("2026-01-01")
    assert column(profiled(FRAME), "z")["max"].startswith("2026-01-02T23")
    assert "histogram" in column(profiled(FRAME), "d")


@pytest.mark.parametrize(
    "value",
    [
        pd.Series([1, 2], name="s"), pd.Index(["a"]), pd.MultiIndex.from_tuples([(1, "a")]), pd.DataFrame(),
        pd.DataFrame([[1, 2]], columns=["x", "x"]), pd.DataFrame({("a", 1): [1]}), pd.DataFrame({"v": [[1], {}]}),
        pd.Categorical(["a"]), np.empty((0, 3)), np.array(5.0), np.ones((2, 3, 4)), np.array([1 + 2j]),
        np.array([object(), None]), np.array(["a", "bc"]), np.array([b"x"]), np.ma.array([1, 2], mask=[0, 1]),
        np.zeros(3, dtype=[("a", "i4"), ("b", "U3")]), np.array(["2026", "NaT"], dtype="M8[D]"),
        np.array([1e308, -1e308]), np.array([np.nan]), np.ones((3, 100)), np.array([1.5], dtype=np.float16),
        np.array([2**63], dtype=np.uint64), {"train": FRAME}, [FRAME], None, 3, 1e400, "x" * 9999, {"a": {"b": [1]}},
        datetime.date(2026, 1, 1), object(), len, int,
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_odd_values_have_a_profile(value):
    assert "incomplete" not in profiled(value).get("note", "")


def test_a_value_that_breaks_is_noted_and_not_raised():
    class Broken(pd.DataFrame):
        @property
        def shape(self):
            raise RuntimeError("no")

    found = profile("dataset", Broken({"a": [1]}))
    assert found["note"] == "incomplete: RuntimeError: no"


def test_many_rows_are_sampled_and_the_profile_says_so(monkeypatch):
    monkeypatch.setattr(columns, "SAMPLE_ABOVE", 1000)
    monkeypatch.setattr(columns, "SAMPLE_ROWS", 500)
    frame = pd.DataFrame({"i": np.arange(5000), "s": [str(i % 3) for i in range(5000)]})
    found = profiled(frame)
    assert found["sampled_rows"] == 500
    assert column(found, "i")["max"] == 4999
    assert sum(column(found, "i")["histogram"]["counts"]) == 500
    assert found == profiled(frame)


def test_many_columns_are_cut_and_the_profile_says_so():
    found = profiled(pd.DataFrame(np.zeros((2, 300))))
    assert len(found["columns"]) == 200
    assert found["note"] == "statistics of the first 200 of 300 columns"


def test_frames_of_every_library_agree():
    import polars as pl
    import pyarrow as pa

    data = {"i": [1, 2, 3], "s": ["a", "b", "a"]}
    for frame in (pd.DataFrame(data), pl.DataFrame(data), pa.table(data)):
        found = profiled(frame)
        assert found["shape"] == [3, 2]
        assert column(found, "i")["mean"] == 2
        assert column(found, "s")["top"] == [["a", 2], ["b", 1]]
    assert "not computed" in profiled(pl.LazyFrame(data))["note"]


def test_sparse_arrow_xarray_and_tensors_have_their_facts():
    import pyarrow as pa
    import scipy.sparse as sp
    import torch
    import xarray as xr

    assert profiled(sp.eye_array(4).tocsr())["density"] == 0.25
    assert profiled(pa.chunked_array([[1, 2], [3]]))["columns"][0]["max"] == 3
    assert profiled(xr.DataArray(np.ones((2, 3)), dims=("a", "b"), name="v"))["dims"] == {"a": 2, "b": 3}
    assert column(profiled(xr.Dataset({"v": ("a", [1.0, 2.0])})), "v")["mean"] == 1.5
    assert profiled(torch.ones(2, 3, dtype=torch.bfloat16))["dtype"] == "bfloat16"
    assert profiled(torch.utils.data.TensorDataset(torch.ones(4, 2)))["shape"] == [4]


def test_an_estimator_shows_parameters_fitted_attributes_and_importances():
    data = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [1.0, 0, 1, 0]})
    model = RandomForestClassifier(5, random_state=0)
    assert profiled(model)["is_fitted"] is False
    found = profiled(model.fit(data, [0, 0, 1, 1]))
    assert found["params"]["n_estimators"] == 5
    assert found["fitted"]["classes_"] == "int64 [2]"
    assert found["trees"] == 5
    assert {name for name, _ in found["importances"]} == {"a", "b"}
    linear = profiled(LinearRegression().fit(data, [0, 1, 2, 3]))
    assert linear["importances"][0][0] == "a"
    assert linear["importances"][0][1] == pytest.approx(1.0)
    pipe = profiled(make_pipeline(StandardScaler()).fit(data))
    assert pipe["steps"] == ["standardscaler: sklearn.preprocessing.StandardScaler"]
    assert pipe["is_fitted"] is True


def test_a_network_shows_layers_and_parameter_counts():
    import torch

    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    found = profiled(net)
    assert (found["parameters"], found["trainable"], len(found["layers"])) == (21, 21, 3)
    first = net[0]
    assert found["layers"][0] == {
        "name": "0", "type": "torch.nn.Linear", "weights": {"weight": [4, 3], "bias": [4]}, "parameters": 16,
        "norm": pytest.approx(math.hypot(*(float(w.detach().norm()) for w in (first.weight, first.bias)))),
    }  # fmt: skip
    assert "norm" not in found["layers"][1]
    assert profiled(torch.optim.Adam(net.parameters(), lr=0.5))["params"]["lr"] == 0.5


def test_training_shows_in_each_layer_and_in_the_schedule():
    """Layers kept their shapes, so a trained network was "the same on both sides"."""
    import torch

    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
    torch.nn.init.ones_(net[0].weight)  # a rectifier that never fires lets nothing be learnt
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.1)
    before = profiled(net), profiled(schedule)
    net(torch.ones(3)).sum().backward()
    optimizer.step()
    schedule.step()
    changed = [
        row.cells[0] for row in compare("model", "net", before[0], profiled(net)).rows if row.status == "changed"
    ]
    assert changed == ["layer 0 · norm"]
    rates = {row.cells[0]: row.cells[1:3] for row in compare("model", "s", before[1], profiled(schedule)).rows}
    assert rates["learning rate"] == (0.5, pytest.approx(0.05))


def test_a_network_of_one_layer_has_no_gap_where_its_name_would_be():
    import torch

    layer = torch.nn.Linear(2, 2)
    before = profiled(layer)
    torch.nn.init.constant_(layer.weight, 5)
    rows = compare("model", "layer", before, profiled(layer)).rows
    assert [row.cells[0] for row in rows if row.status == "changed"] == ["layer · norm"]


def test_values_of_library_classes_are_counted_by_value_and_times_read_well():
    from decimal import Decimal

    frame = pd.DataFrame(
        {
            "bin": pd.cut(pd.Series([0.5, 1.5, 1.7]), [0, 1, 2]),
            "cost": [Decimal("1.5"), Decimal("1.5"), Decimal(2)],
            "took": pd.to_timedelta([90, 3600 * 24, 5], unit="s"),
            "day": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-02"]),
        }
    )
    found = profiled(frame)
    assert column(found, "bin")["top"] == [["(1, 2]", 2], ["(0, 1]", 1]]
    assert column(found, "cost")["top"] == [["1.5", 2], ["2", 1]]
    assert (column(found, "took")["min"], column(found, "took")["max"]) == ("0:00:05", "1 day, 0:00:00")
    assert (column(found, "day")["min"], column(found, "day")["max"]) == ("2020-01-01", "2020-01-02")


def test_a_size_changes_in_figures_that_show_it():
    """A frame that shrank to a few rows went from 0.004 MB to 0, by 100 %."""
    section = compare("dataset", "d", {"size_bytes": 36_940}, {"size_bytes": 255})
    assert [row.cells for row in section.rows][1:] == [("size (MB)", 0.0369, 0.000255, "-99.3 %")]
    assert len(compare("dataset", "d", {"size_bytes": 3694}, {"size_bytes": 255}).rows) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_boosters_show_rounds_and_importances():
    code = """
import numpy, warnings
warnings.simplefilter("ignore")
import catboost, lightgbm, xgboost
from statsmodels.regression.linear_model import OLS
from nbmodelver.kinds import classify, profile
x = numpy.random.default_rng(0).random((200, 3)); y = (x[:, 0] > 0.5).astype(int)
models = [xgboost.XGBClassifier(n_estimators=3), lightgbm.LGBMClassifier(n_estimators=3, verbose=-1),
          catboost.CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False)]
for model in models:
    found = profile(classify("m", model), model)
    assert found["is_fitted"] is False and "note" not in found, found
    found = profile("model", model.fit(x, y))
    assert found["is_fitted"] is True and found["importances"] and "note" not in found, found
found = profile("model", xgboost.train({}, xgboost.DMatrix(x, label=y), 2))
assert found["rounds"] == 2, found
found = profile("model", OLS(y, x).fit())
assert found["fit"]["nobs"] == 200.0 and len(found["importances"]) == 3, found
"""
    # each library brings its own OpenMP: a process of its own keeps them from meeting torch's
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_two_datasets_compare_by_rows_columns_and_statistics():
    before = profiled(pd.DataFrame({"a": [1, 2, 3, 4], "gone": [1, 1, 1, 1], "same": [5, 6, 7, 8]}))
    after = profiled(pd.DataFrame({"a": [2, 2, 3, 5], "same": [5, 6, 7, 8], "new": [0.5, 1, 2, 3]}))
    section = compare("dataset", "df", before, after)
    rows = {r.cells[0]: r for r in section.rows}
    assert section.id == "profile.df"
    assert rows["a · min"].cells == ("a · min", 1, 2, "+100 %")
    assert rows["gone"].status == "removed"
    assert rows["new"].status == "added"
    assert rows["same"].status == "same"
    assert rows["rows"].status == "same"
    assert rows["a · histogram"].cells[1]["counts"]
    assert section.differs


def test_two_models_compare_by_parameters():
    before, after = profiled(RandomForestClassifier(5)), profiled(RandomForestClassifier(7))
    rows = {r.cells[0]: r for r in compare("model", "m", before, after).rows}
    assert rows["n_estimators"].cells == ("n_estimators", 5, 7, "+40 %")
    assert rows["criterion"].status == "same"


def test_equal_profiles_do_not_differ():
    assert not compare("dataset", "df", profiled(FRAME), profiled(FRAME)).differs


def test_a_changed_type_is_a_row():
    section = compare("dataset", "x", profiled(np.ones(3)), profiled(pd.Series([1.0])))
    assert section.rows[0].cells[:3] == ("type", "numpy.ndarray", "pandas.Series")
    assert section.rows[0].status == "changed"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (100, 102, "+2 %"), (2_000_000, 1_998_800, "-0.06 %"), (0, 3, "+3"), (1, 5, "+400 %"), (1, 1, None),
        (5.172e-7, -19_784_122_904, "-1.978e+10"), (1e-300, 1e300, "+1e+300"),
        ("a", 1, None), (True, 2, None), (1.0, "nan", None), (-2, -1, "+50 %"), (-2.5e-19, 0.001333, "+0.001333"),
    ],
)  # fmt: skip
def test_a_change_is_relative_where_that_says_something(before, after, says):
    assert step(before, after) == says


def test_a_contributor_that_fails_leaves_the_others_alone(monkeypatch):
    def broken(name, before, after):
        raise ValueError("deep")

    monkeypatch.setattr("nbmodelver.kinds.sections.SECTIONS", [broken, *SECTIONS])
    side = Side("dataset", lambda: profiled(FRAME), lambda: FRAME)
    first, second = sections_of("df", side, side)
    assert first.note == "not compared: ValueError: deep"
    assert second.id == "profile.df"


@dataclass
class Settings:
    lr: float = 0.1


def test_hyperparameters_and_plain_values_have_params_or_a_value():
    assert profiled(Settings())["params"] == {"lr": 0.1}
    assert profiled(0.5)["value"] == 0.5
    rows = compare("hyperparameters", "lr", profiled(0.5), profiled(0.25)).rows
    assert rows[1].cells == ("value", 0.5, 0.25, "-50 %")
