"""Values inside configurations are parameters by path, whatever they are written with; data is none of them."""

from __future__ import annotations

import argparse
import dataclasses
import types
from collections import OrderedDict
from typing import Any

import attr
import msgspec
import pydantic
import pytest

from nbmodelver.kinds import classify, hyperparameters_of, is_configuration
from nbmodelver.kinds.data import is_data


class CFG:
    lr = 1e-3
    layers = (64, 32)
    _private = 1

    class model:
        depth = 3

    def describe(self) -> str:
        raise AssertionError


class Deeper(CFG):
    lr = 1e-2


class Settings:
    def __init__(self) -> None:
        self.lr = 0.1
        self.opt = {"name": "adam"}


class Cyclic:
    def __init__(self) -> None:
        self.lr = 0.1
        self.me = self


class EasyDict(dict[str, Any]):
    __getattr__ = dict.get

    def items(self) -> Any:
        raise AssertionError


@attr.define
class Slotted:
    lr: float = 0.1


class Model(pydantic.BaseModel):
    lr: float = 0.1
    opt: dict[str, Any] = {"betas": [0.9, 0.99]}


class Struct(msgspec.Struct):
    lr: float = 0.1


@dataclasses.dataclass
class Data:
    lr: float = 0.1
    inner: Slotted = dataclasses.field(default_factory=Slotted)


FOUND = [
    (CFG, {"lr": 1e-3, "layers": [64, 32], "model.depth": 3}),
    (Deeper, {"lr": 1e-2, "layers": [64, 32], "model.depth": 3}),
    (CFG(), {"lr": 1e-3, "layers": [64, 32], "model.depth": 3}),
    (Settings(), {"lr": 0.1, "opt.name": "adam"}),
    (EasyDict(lr=1, opt=EasyDict(name="adam")), {"lr": 1, "opt.name": "adam"}),
    (OrderedDict(a={"b": {"c": 1}}), {"a.b.c": 1}),
    (Slotted(), {"lr": 0.1}),
    (Model(), {"lr": 0.1, "opt.betas": [0.9, 0.99]}),
    (Struct(), {"lr": 0.1}),
    (Data(), {"lr": 0.1, "inner.lr": 0.1}),
    (argparse.Namespace(lr=1, opt=types.SimpleNamespace(name="adam")), {"lr": 1, "opt.name": "adam"}),
    ({"lr": 1, "labels": ["cat"] * 100, "prompt": "x" * 300}, {"lr": 1}),
]


@pytest.mark.parametrize(("value", "params"), FOUND, ids=[type(v).__qualname__ for v, _ in FOUND])
def test_a_configuration_is_its_values_by_path(value, params):
    assert is_configuration(value)
    assert hyperparameters_of(value) == params


def test_omegaconf_is_read_as_it_stands():
    omegaconf = pytest.importorskip("omegaconf")
    made = {"opt": {"lr": 0.1, "betas": [0.9, 0.99]}, "n": "${opt.lr}", "need": "???", "none": None}
    config = omegaconf.OmegaConf.create(made)
    assert hyperparameters_of(config) == {
        "opt.lr": 0.1, "opt.betas": [0.9, 0.99], "n": "${opt.lr}", "need": "???", "none": None,
    }  # fmt: skip
    assert classify("config", config) == "hyperparameters"


@pytest.mark.parametrize("value", [Cyclic(), object(), len, Model, int, {"train": Cyclic()}, 3, "text", [1, 2]])
def test_what_is_no_configuration_has_no_path(value):
    assert not is_configuration(value) or set(hyperparameters_of(value)) <= {"train"}


@pytest.mark.parametrize(
    "value",
    [
        {f"w{i}": i for i in range(51)}, [f"text {i}" for i in range(51)], ["a", "b"] * 500, "x" * 201, b"x" * 201,
        list(range(1000)), [[1, 2]] * 51, [{"id": 1, "text": "a"}] * 51, tuple([0.5, 1] * 30), set(range(60)),
        dict.fromkeys(range(100), "cat"), [None, "a"] * 60, EasyDict({f"w{i}": 1 for i in range(60)}),
    ],
)  # fmt: skip
def test_a_long_text_and_many_members_of_one_shape_are_data(value):
    assert is_data(value)
    assert hyperparameters_of(value) == {}
    assert classify("x", value) in ("dataset", "other")


@pytest.mark.parametrize(
    "value",
    [
        {f"p{i}": i if i % 2 else "a" for i in range(60)}, list(range(50)), "x" * 200, {"lr": 1}, [object()] * 60,
        {"a": [1] * 60, "b": 2}, 1, None, [0.1, "adam"] * 30,
    ],
)  # fmt: skip
def test_settings_are_not_data(value):
    assert not is_data(value)
