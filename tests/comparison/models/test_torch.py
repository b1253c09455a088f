"""Tensors of torch modules, optimizers and state dicts, and what a network predicts."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.models.torch import elements, held_tensors, predict, tensors

torch = pytest.importorskip("torch")


@pytest.fixture
def net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))


def test_names_and_roles_are_those_of_the_module(net):
    net[0].weight.requires_grad_(False)
    found = tensors(net)
    assert {n for n, t in found.items() if t.role == "weight"} == {n for n, _ in net.named_parameters()}
    assert {n for n, t in found.items() if t.role == "buffer"} == {n for n, _ in net.named_buffers()}
    assert [found[n].is_trainable for n in ("0.weight", "0.bias", "1.running_mean")] == [False, True, None]
    assert found["0.weight"].shape == (4, 3)
    assert np.array_equal(found["2.bias"].read(), net[2].bias.detach().numpy())


def test_a_shared_layer_counts_once(net):
    layer = torch.nn.Linear(2, 2)
    assert [n for n, _, _ in held_tensors(torch.nn.Sequential(layer, layer))] == ["0.weight", "0.bias"]


def test_the_state_of_an_optimizer_is_named_by_parameter(net):
    optimizer = torch.optim.Adam(net.parameters())
    assert tensors(optimizer) == {}
    net(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    found = tensors(optimizer)
    assert found["0.exp_avg"].shape == (4, 3)
    assert {t.role for t in found.values()} == {"optimizer"}


def test_a_tensor_is_one_without_a_name_and_other_values_have_none():
    assert list(tensors(torch.ones(2))) == [""]
    assert tensors(3) is None


def test_narrow_floats_are_widened_and_sparse_tensors_are_not_read():
    assert elements(torch.tensor([1.5], dtype=torch.bfloat16)).dtype == np.float32
    assert elements(torch.tensor([1, 2])).tolist() == [1, 2]
    assert elements(torch.eye(2).to_sparse()) is None
    assert elements(torch.ones(2, device="meta")) is None


def test_a_network_predicts_the_class_of_its_largest_output(net):
    rows = np.random.default_rng(0).normal(size=(6, 3))
    net.train()
    found = predict(net, rows)
    assert not net.training
    with torch.no_grad():
        assert found.tolist() == net(torch.as_tensor(rows).float()).argmax(1).tolist()
    one = torch.nn.Linear(3, 1)
    assert predict(one, rows).shape == (6, 1)
