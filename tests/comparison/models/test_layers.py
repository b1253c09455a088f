"""The section about layers, and tensors as torch holds them."""

from __future__ import annotations

import copy

import pytest

from nbmodelver.comparison import Side, contributors, sections_of
from nbmodelver.comparison.models.layer_diff import tensors_of
from nbmodelver.comparison.models.layers import layers
from tests.kinds.samples import profiled

torch = pytest.importorskip("torch")


class Head(torch.nn.Module):
    """A class of the user whose methods must not run."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.BatchNorm1d(16), torch.nn.Linear(16, 16))
        self.head = torch.nn.Linear(16, 3)
        self.tied = self.head

    def state_dict(self, *args, **kwargs):
        raise AssertionError("called")


def side(value):
    kind = "dataset" if isinstance(value, dict) else "model"
    return Side(kind, lambda: profiled(value) if kind == "model" else {"type": "dict"}, lambda: value, "v1")


def both(change, make=Head):
    before = make()
    after = copy.deepcopy(before)
    with torch.no_grad():
        change(after)
    return first(before, after)


def first(before, after, name="net"):
    return layers(name, side(before), side(after))[0]


def rows(section, status="changed"):
    return {r.cells[0]: r.cells[1:] for r in section.rows if r.status == status}


def test_one_fine_tuned_layer_is_said_in_one_sentence():
    def tuned(net):
        net.head.weight += 0.05 * torch.randn(3, 16) * net.head.weight.std()

    section = both(tuned)
    assert section.id == "layers.net"
    assert section.note.startswith("8 tensors: 7 frozen · head.weight fine-tuned (")
    assert section.note.endswith(" · 3 buffers: all the same")
    assert "cosine 0.99" in section.note
    assert list(rows(section)) == ["head.weight"]
    assert len(rows(section, "same")) == 10


def test_buffers_are_apart():
    def moved(net):
        net.body[1].running_mean += 1
        net.body[1].num_batches_tracked += 5

    assert both(moved).note == (
        "8 tensors: all frozen · 3 buffers: 1 the same · body.1.running_mean changed from zero"
        " · body.1.num_batches_tracked changed from zero"
    )


def test_trained_anew_points_at_the_predictions():
    def anew(net):
        for p in net.parameters():
            p.copy_(torch.randn(p.shape))

    section = both(anew)
    assert section.note.startswith("retrained: the weights are not comparable one by one, compare the predictions")


def test_dtype_and_added_layers():
    before = torch.nn.Sequential(torch.nn.Linear(2, 3))
    after = copy.deepcopy(before)
    after.append(torch.nn.Linear(3, 1))
    section = first(before, after.bfloat16())
    assert rows(section)["0.weight"][1:3] == ("float32", "bfloat16")
    assert rows(section, "added")["1.weight"] == ("added", None, "[1, 3] bfloat16", None, None, None)
    assert "2 added" in section.note
    back = first(after, before)
    assert rows(back, "removed").keys() == {"1.weight", "1.bias"}


def test_another_shape_is_said():
    section = first(torch.nn.Linear(2, 3), torch.nn.Linear(2, 4))
    assert rows(section)["weight"][:3] == ("another shape", "[3, 2]", "[4, 2]")


def test_state_dicts_and_checkpoints():
    net = torch.nn.Linear(2, 3)
    optimizer = torch.optim.Adam(net.parameters())

    def checkpoint():
        state = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
        return copy.deepcopy(state)

    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    before = checkpoint()
    optimizer.step()
    section, state = layers("ck", side(before), side(checkpoint()))
    assert "2 tensors: " in section.note
    assert "6 tensors of the optimizer's state: " in section.note
    assert "model.weight" in rows(section)
    assert "optimizer.state.0.exp_avg" not in rows(section)
    assert (state.id, state.title, state.folded) == ("optimizer-state.ck", "ck · optimizer state", True)
    assert "optimizer.state.0.exp_avg" in rows(state)
    assert tensors_of(optimizer)["0.exp_avg"].role == "optimizer"


def test_tensors_that_cannot_be_read_are_said():
    def sparse():
        net = torch.nn.Module()
        net.register_buffer("b", torch.eye(3).to_sparse())
        return net

    assert rows(first(sparse(), sparse()))["b"][0] == "not comparable"


def test_the_profile_of_a_model_with_layers_is_folded():
    before, after = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    found = list(sections_of("net", side(before), side(after)))
    assert [(s.id, s.folded) for s in found] == [("layers.net", False), ("profile.net", True)]


def test_a_dataset_that_is_no_dict_is_not_loaded():
    def never():
        raise AssertionError("loaded")

    frame = Side("dataset", lambda: {"type": "pandas.DataFrame"}, never)
    assert contributors.layers("df", frame, frame) == ()
