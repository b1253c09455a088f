"""A value's kind and type name, found without running any of its code."""

from __future__ import annotations

import argparse
import datetime as dt
import enum
import pathlib
import subprocess
import sys
import types
from collections import OrderedDict, namedtuple
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.kinds import classify, hyperparameters_of, is_metric_name, type_name


class Touched(Exception):
    """Raised when a value's own code runs."""


def touch(*_args, **_kwargs):
    raise Touched


def touchy_class():
    """A class of which nothing can be asked; made in a function, because pytest looks into module-level classes."""

    class TouchyMeta(type):
        __eq__ = __hash__ = __getattribute__ = __len__ = __bool__ = __repr__ = __instancecheck__ = touch

    class Touchy(metaclass=TouchyMeta):
        __eq__ = __hash__ = __getattribute__ = __len__ = __bool__ = __repr__ = __iter__ = __getstate__ = touch
        __dict__ = property(touch)
        __class__ = property(touch)

    return Touchy


class TouchyModel:
    fit = property(touch)
    predict = property(touch)
    get_params = property(touch)
    __eq__ = __len__ = __bool__ = __repr__ = __getattribute__ = touch

    def __init__(self, depth):
        object.__getattribute__(self, "__dict__")["depth"] = depth


@dataclass
class Settings:
    lr: float = 0.1
    layers: tuple[int, ...] = (64, 32)


class SlottedBase:
    __slots__ = ("a",)


@dataclass
class Slotted(SlottedBase):
    a: int


class Colour(enum.Enum):
    RED = 1


Point = namedtuple("Point", "x y")


def library_values():
    import lightgbm
    import polars as pl
    import pyarrow as pa
    import scipy.sparse as sp
    import torch
    import xarray as xr
    import xgboost

    class Rows(torch.utils.data.Dataset):
        pass

    linear = torch.nn.Linear(1, 1)
    adam = torch.optim.Adam(linear.parameters())
    return [
        (pl.DataFrame(), "dataset", "polars.DataFrame"),
        (pl.Series([1]), "dataset", "polars.Series"),
        (pa.table({"a": [1]}), "dataset", "pyarrow.Table"),
        (sp.csr_matrix((2, 2)), "dataset", "scipy.sparse.csr_matrix"),
        (sp.coo_array((2, 2)), "dataset", "scipy.sparse.coo_array"),
        (xr.DataArray([1]), "dataset", "xarray.DataArray"),
        (torch.ones(2), "dataset", "torch.Tensor"),
        (Rows(), "dataset", None),
        (linear, "model", "torch.nn.Linear"),
        (linear.state_dict(), "dataset", "collections.OrderedDict"),
        (adam, "model", "torch.optim.Adam"),
        (torch.optim.lr_scheduler.StepLR(adam, 1), "model", "torch.optim.lr_scheduler.StepLR"),
        (torch.nn.Parameter(torch.ones(1)), "model", "torch.nn.Parameter"),
        (torch.Generator(), "other", None),
        (xgboost.XGBClassifier(), "model", "xgboost.XGBClassifier"),
        (xgboost.DMatrix(np.ones((2, 2))), "dataset", "xgboost.DMatrix"),
        (lightgbm.LGBMRegressor(), "model", "lightgbm.LGBMRegressor"),
    ]


def statsmodels_values():
    from statsmodels.regression.linear_model import OLS

    model = OLS([1.0, 2.0, 4.0], [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    return [(model, "model"), (model.fit(), "model")]


@pytest.mark.parametrize(
    ("value", "kind", "name"),
    [
        (pd.DataFrame(), "dataset", "pandas.DataFrame"),
        (pd.Series([1]), "dataset", "pandas.Series"),
        (pd.RangeIndex(2), "dataset", "pandas.RangeIndex"),
        (np.ones(2), "dataset", "numpy.ndarray"),
        (np.ma.array([1]), "dataset", "numpy.ma.MaskedArray"),
        (load_iris(), "dataset", "sklearn.utils.Bunch"),
        (RandomForestClassifier(), "model", "sklearn.ensemble.RandomForestClassifier"),
        (make_pipeline(PCA()), "model", "sklearn.pipeline.Pipeline"),
        (GridSearchCV(PCA(), {}), "model", "sklearn.model_selection.GridSearchCV"),
        (KFold(), "other", "sklearn.model_selection.KFold"),
        (1, "hyperparameters", "int"),
        (None, "hyperparameters", "None"),
        ("x", "hyperparameters", "str"),
        (np.float32(1), "hyperparameters", "numpy.float32"),
        (dt.date(2026, 1, 1), "hyperparameters", "datetime.date"),
        (pathlib.PurePosixPath("a"), "hyperparameters", "pathlib.PurePosixPath"),
        (Colour.RED, "hyperparameters", None),
        (Point(1, 2), "hyperparameters", None),
        (Settings(), "hyperparameters", None),
        (types.SimpleNamespace(a=1), "hyperparameters", "types.SimpleNamespace"),
        (argparse.Namespace(), "hyperparameters", "argparse.Namespace"),
        (OrderedDict(a=1), "hyperparameters", "collections.OrderedDict"),
        ({"lr": 0.1, "by": {"a": [1]}}, "hyperparameters", "dict"),
        ({0: "cat"}, "hyperparameters", "dict"),
        ({(1, 2): 3}, "other", "dict"),
        ({"train": pd.DataFrame()}, "dataset", "dict"),
        ([PCA(), PCA()], "model", "list"),
        (["a", "b"], "hyperparameters", "list"),
        ([object()], "other", "list"),
        (object(), "other", "object"),
        (len, "code", "builtin_function_or_method"),
        (touch, "code", "function"),
        (Settings, "code", "type"),
        (sys, None, "module"),
    ],
    ids=lambda v: type.__dict__["__qualname__"].__get__(type(v)),
)
def test_a_value_has_the_kind_and_name_of_its_type(value, kind, name):
    assert classify("x", value) == kind
    if name is not None:
        assert type_name(value) == name


@pytest.mark.filterwarnings("ignore")
def test_values_of_every_library_have_a_kind():
    for value, kind, name in library_values():
        assert classify("x", value) == kind, type(value)
        assert name is None or type_name(value) == name
    for value, kind in statsmodels_values():
        assert classify("x", value) == kind


def test_a_private_name_has_no_kind():
    assert classify("_x", 1) is None


def test_a_class_of_the_notebook_is_named_without_a_module():
    net = type("Net", (), {"__module__": "__main__", "__qualname__": "make.<locals>.Net"})
    assert type_name(net()) == "Net"


def test_a_class_with_fit_and_predict_is_a_model_without_any_library():
    duck = type("Duck", (), {"fit": touch, "predict": touch})
    assert classify("m", duck()) == "model"
    assert classify("m", type("Half", (), {"fit": touch})()) == "other"


def test_nothing_of_the_value_is_called():
    touchy = touchy_class()
    value = type.__call__(touchy)
    kinds = [classify("x", v) for v in (value, [value], {"a": value}, touchy)]
    assert kinds == ["other", "other", "hyperparameters", "code"]
    assert type_name(value) == "tests.kinds.test_classify.Touchy"
    assert hyperparameters_of({"a": value, "b": 1}) == {"a": "<tests.kinds.test_classify.Touchy>", "b": 1}
    model = TouchyModel(3)
    assert classify("x", model) == "model"
    assert hyperparameters_of(model) == {"depth": 3}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("acc", True), ("val_loss", True), ("rmse_test", True), ("best_f1", True), ("r2", True), ("top_5_acc", False),
        ("loss_weight", False), ("precision_bits", False), ("ACC_MIN", False), ("LOSS", False), ("n", False),
        ("test", False), ("score", True), ("acc_1", True),
    ],
)  # fmt: skip
def test_a_metric_is_known_by_its_whole_name(name, says):
    assert is_metric_name(name) is says
    assert (classify(name, 0.5) == "metric") is says


def test_only_numbers_are_metrics():
    assert classify("acc", np.float64(0.5)) == "metric"
    assert classify("acc", True) == "hyperparameters"
    assert classify("acc", "high") == "hyperparameters"


def test_an_estimators_hyperparameters_are_those_of_get_params():
    model = RandomForestClassifier(n_estimators=7, max_depth=3)
    assert hyperparameters_of(model) == model.get_params()


def test_a_pipelines_hyperparameters_are_nested_with_two_underscores():
    found = hyperparameters_of(make_pipeline(StandardScaler(with_mean=False), PCA(2)))
    assert found["standardscaler"] == "<sklearn.preprocessing.StandardScaler>"
    assert found["standardscaler__with_mean"] is False
    assert found["pca__n_components"] == 2


@pytest.mark.filterwarnings("ignore")
def test_boosters_and_optimizers_give_what_was_set():
    import catboost
    import lightgbm
    import torch
    import xgboost

    assert hyperparameters_of(xgboost.XGBClassifier(max_depth=4, seed=3))["max_depth"] == 4
    assert hyperparameters_of(lightgbm.LGBMClassifier(num_leaves=9))["num_leaves"] == 9
    assert hyperparameters_of(catboost.CatBoostClassifier(depth=5))["depth"] == 5
    net = torch.nn.Linear(1, 1)
    assert hyperparameters_of(torch.optim.SGD(net.parameters(), lr=0.25))["lr"] == 0.25
    assert hyperparameters_of(net) == {}


def test_containers_and_dataclasses_are_flattened_with_dots():
    assert hyperparameters_of(Settings()) == {"lr": 0.1, "layers": [64, 32]}
    assert hyperparameters_of({"opt": {"lr": 0.1}, 3: float("nan")}) == {"opt.lr": 0.1, "3": "nan"}
    assert hyperparameters_of(types.SimpleNamespace(a=Colour.RED)) == {"a": f"{type_name(Colour.RED)}.RED"}
    assert hyperparameters_of(Point(1, None)) == {"x": 1, "y": None}
    assert hyperparameters_of(Slotted(5)) == {"a": 5}
    assert hyperparameters_of(0.5) == {"": 0.5}


def test_what_is_long_is_cut():
    assert len(hyperparameters_of({str(i): i if i % 2 else "a" for i in range(1000)})) == 300
    assert hyperparameters_of(10**6000)[""] == "<int of 19932 bits>"
    endless: dict[str, object] = {}
    endless["self"] = endless
    assert len(hyperparameters_of(endless)) < 10


def test_classifying_loads_no_data_library():
    code = (
        "import sys; from nbmodelver.kinds import classify, type_name; classify('x', {'a': [1, object()]}); "
        "print(sorted({'numpy', 'pandas', 'torch', 'IPython', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
