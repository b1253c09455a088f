"""Hyperparameters of configurations and plain values."""

from __future__ import annotations

from dataclasses import dataclass

from nbmodelver.comparison import compare
from tests.kinds.samples import profiled


@dataclass
class Settings:
    lr: float = 0.1


def test_hyperparameters_and_plain_values_have_params_or_a_value():
    assert profiled(Settings())["params"] == {"lr": 0.1}
    assert profiled(0.5)["value"] == 0.5
    rows = compare("hyperparameters", "lr", profiled(0.5), profiled(0.25)).rows
    assert rows[1].cells == ("value", 0.5, 0.25, "-50 %")
