"""The section about optimizers, schedules and checkpoints."""

from __future__ import annotations

import copy

import pytest

from nbmodelver.comparison import Side, sections_of
from nbmodelver.comparison.models.training import training
from tests.kinds.samples import profiled

torch = pytest.importorskip("torch")


def optimizer(**more):
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))
    groups = [{"params": net[0].parameters()}, {"params": net[1].parameters(), "lr": 0.01}]
    made = torch.optim.AdamW(groups, **{"lr": 0.001, **more})
    net(torch.ones(1, 2)).sum().backward()
    made.step()
    return made


def side(value):
    kind = "dataset" if isinstance(value, dict) else "model"
    return Side(kind, lambda: profiled(value) if kind == "model" else {"type": "dict"}, lambda: value, "v1")


def changed(section):
    return {r.cells[0]: r.cells[1:3] for r in section.rows if r.status != "same"}


def test_a_setting_of_all_groups_is_one_row_and_that_of_one_group_names_it():
    old = optimizer()
    new = copy.deepcopy(old)
    for group in new.param_groups:
        group["weight_decay"] = 0.5
        for parameter in group["params"]:
            parameter.grad = torch.ones_like(parameter)
    new.param_groups[1]["lr"] = 0.002
    new.step()
    section = training("opt", side(old), side(new))
    assert (section.id, section.title) == ("training.opt", "opt · training")
    assert changed(section) == {"lr of group 1": (0.01, 0.002), "weight_decay": (0.01, 0.5), "steps": (1, 2)}
    assert section.note.startswith("lr of group 1 0.01 → 0.002, weight_decay 0.01 → 0.5, steps 1 → 2 · ")
    assert section.note.endswith(" settings the same")


def test_another_optimizer_is_named():
    old = optimizer()
    new = torch.optim.SGD(torch.nn.Linear(2, 3).parameters(), lr=0.001, momentum=0.9)
    found = changed(training("opt", side(old), side(new)))
    assert found["type"] == ("AdamW", "SGD")
    assert found["groups"] == (2, 1)
    assert found["momentum"] == (None, 0.9)
    assert "betas" in found


def test_equal_states_and_values_without_one_have_no_section():
    one = optimizer()
    assert training("opt", side(one), side(copy.deepcopy(one))) is None
    assert training("net", side(torch.nn.Linear(2, 3)), side(torch.nn.Linear(2, 3))) is None


def test_a_checkpoint_has_settings_then_layers_and_the_state_of_the_optimizer_folded():
    def checkpoint(epoch, lr):
        torch.manual_seed(epoch)
        return {"epoch": epoch, "model": torch.nn.Linear(2, 3).state_dict(), "optimizer": optimizer(lr=lr).state_dict()}

    sections = list(sections_of("ck", side(checkpoint(1, 0.1)), side(checkpoint(2, 0.2))))
    assert [(s.id, s.folded) for s in sections] == [
        ("training.ck", False),
        ("layers.ck", False),
        ("optimizer-state.ck", True),
        ("profile.ck", True),
    ]
    assert changed(sections[0]) == {"epoch": (1, 2), "optimizer.lr of group 0": (0.1, 0.2)}
    assert sections[0].note.startswith("optimizer.lr of group 0 0.1 → 0.2, epoch 1 → 2 · ")
