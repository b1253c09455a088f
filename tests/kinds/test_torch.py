"""torch: tensors are datasets; modules and optimizers are models."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nbmodelver.comparison import compare
from nbmodelver.testing.kinds import KindContract, KindSample
from tests.kinds.samples import profiled

torch = pytest.importorskip("torch")


class Net(torch.nn.Module):
    """A class of the user."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, width)

    def __repr__(self) -> str:
        raise AssertionError("called")


class TestContract(KindContract):
    samples = (
        KindSample("a tensor", lambda: torch.arange(4.0), "dataset", ("shape",), lambda: torch.arange(5.0)),
        KindSample("a network", lambda: net(3), "model", ("layers", "parameters"), lambda: net(4)),
        KindSample("an optimizer", lambda: torch.optim.SGD(net(3).parameters(), lr=0.1), "model"),
    )


def net(width: int) -> Any:
    torch.manual_seed(0)
    return Net(width)


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
