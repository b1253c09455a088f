"""torch in open formats: tensors by safetensors, and a module as pickle with its tensors beside it."""

from __future__ import annotations

import copy
import json
from collections import OrderedDict
from typing import TYPE_CHECKING

import pytest

from nbmodelver.codecs.open_models import OpenModel, to_model_files
from nbmodelver.comparison.agreement import agreement

if TYPE_CHECKING:
    from pathlib import Path

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors")


BASE = torch.zeros(4)


class Tied(torch.nn.Module):
    """A module of a user in which two layers share their weight."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
        self.two.weight = self.one.weight


def written(found: OpenModel, folder: Path):
    for name, data in found.files.items():
        (folder / name).write_bytes(data)
    scope = {"HERE": folder, "json": json}
    exec("\n".join(found.load), scope)
    return scope["model"]


def test_a_module_is_a_pickle_with_its_tensors_beside_it(tmp_path: Path) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).to(torch.bfloat16)
    found = to_model_files(net)
    assert (found.format, list(found.files)) == ("pickle", ["model.pt", "weights.safetensors"])
    assert (found.copies, found.no_copy) == (("weights.safetensors",), "")
    assert "pickle" in found.reason
    assert found.is_same
    rows = torch.ones(4, 3, dtype=torch.bfloat16)
    assert torch.equal(written(found, tmp_path).eval()(rows), copy.deepcopy(net).eval()(rows))
    with safetensors.safe_open(tmp_path / "weights.safetensors", framework="pt") as file:
        order = json.loads(file.metadata()["order"])
        weights = {name: file.get_tensor(name) for name in order}
    assert order == list(net.state_dict())
    for name, tensor in net.state_dict().items():
        assert weights[name].dtype == tensor.dtype
        assert torch.equal(weights[name], tensor)
    assert to_model_files(copy.deepcopy(net)).files == found.files


def test_shared_tensors_have_no_open_copy_and_the_pickle_stays(tmp_path: Path) -> None:
    found = to_model_files(Tied())
    assert list(found.files) == ["model.pt"]
    assert found.no_copy == "safetensors does not hold shared memory: one.weight, two.weight"
    again = written(found, tmp_path)
    assert again.one.weight is again.two.weight


def test_a_module_without_tensors_has_no_copy() -> None:
    assert to_model_files(torch.nn.ReLU()).no_copy == "it has no tensors"


def test_a_dict_of_tensors_comes_back_in_its_order(tmp_path: Path) -> None:
    value = OrderedDict(z=torch.arange(6).reshape(2, 3).T, a=torch.tensor(True), n=torch.tensor([float("nan")]))
    found = to_model_files(value)
    assert (found.format, found.reason) == ("safetensors", "")
    for again in (found.again, written(found, tmp_path)):
        assert type(again) is OrderedDict
        assert list(again) == ["z", "a", "n"]
        assert all(again[n].dtype == value[n].dtype and again[n].shape == value[n].shape for n in value)
        assert torch.equal(again["z"], value["z"])
    assert agreement(dict(value), dict(found.again))[0] == "bit-identical"


def test_a_state_dict_comes_back_with_the_versions_of_its_layers(tmp_path: Path) -> None:
    value = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).state_dict()
    found = to_model_files(value)
    assert found.format == "safetensors"
    for again in (found.again, written(found, tmp_path)):
        assert agreement(value, again) == ("bit-identical", "")
        assert again._metadata == value._metadata


def other_metadata() -> OrderedDict:
    value = torch.nn.Linear(2, 2).state_dict()
    value._metadata = {"": {"version": 1}}
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"w": torch.zeros(2, requires_grad=True)}, "without gradients only: w"),
        ({"w": torch.nn.Parameter(torch.zeros(2))}, "without gradients only: w"),
        (other_metadata(), "its _metadata has more than the versions"),
        ({"w": torch.eye(2).to_sparse()}, "safetensors does not hold it"),
        ({"v": BASE[:2], "w": BASE}, "does not hold shared memory: v, w"),
    ],
)  # fmt: skip
def test_other_dicts_are_pickles_with_the_reason(value, reason: str) -> None:
    found = to_model_files(value)
    assert found.format == "pickle"
    assert reason in found.reason
