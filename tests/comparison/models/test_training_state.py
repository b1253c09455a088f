"""What is read of optimizers, schedules and checkpoints, as objects and as state dicts."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.models.training_state import training_states

torch = pytest.importorskip("torch")


class Own(torch.optim.SGD):
    """An optimizer of the user whose methods must not run."""

    def state_dict(self):
        raise AssertionError("called")


def stepped(make, steps=3):
    net = torch.nn.Linear(2, 3)
    optimizer = make(net.parameters())
    for _ in range(steps):
        net(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    return optimizer


def test_an_optimizer_and_its_state_dict_say_the_same():
    optimizer = stepped(lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.9)))
    (found,) = training_states(optimizer).values()
    (of_dict,) = training_states(optimizer.state_dict()).values()
    assert found.groups == of_dict.groups
    assert found.groups[0].items() >= {"lr": 0.1, "betas": [0.8, 0.9], "weight_decay": 0, "parameters": 2}.items()
    assert (dict(found.facts), dict(of_dict.facts)) == ({"type": "Adam", "steps": 3}, {"steps": 3})


def test_no_method_of_an_optimizer_of_the_user_runs():
    (found,) = training_states(stepped(lambda p: Own(p, lr=0.1, momentum=0.9))).values()
    assert found.facts["type"] == "Own"
    assert found.groups[0]["momentum"] == 0.9


def test_a_schedule_and_its_state_dict_have_milestones_and_the_last_epoch():
    schedule = torch.optim.lr_scheduler.MultiStepLR(stepped(torch.optim.SGD), milestones=[30, 80])
    for value in (schedule, schedule.state_dict()):
        (found,) = training_states(value).values()
        assert found.facts.items() >= {"milestones": [30, 80], "last_epoch": 0, "gamma": 0.1}.items()
        assert "optimizer" not in found.facts


def test_the_members_of_a_sequence_of_schedules_are_read():
    optimizer = stepped(torch.optim.SGD)
    members = [torch.optim.lr_scheduler.ConstantLR(optimizer), torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)]
    found = training_states(torch.optim.lr_scheduler.SequentialLR(optimizer, members, milestones=[2]))
    assert list(found) == ["", "schedulers[0]", "schedulers[1]"]
    assert found["schedulers[1]"].facts["gamma"] == 0.9


def test_a_schedule_that_waits_for_a_plateau_is_read():
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(stepped(torch.optim.SGD), patience=4)
    assert training_states(schedule.state_dict())[""].facts.items() >= {"patience": 4, "num_bad_epochs": 0}.items()


def test_a_checkpoint_has_the_states_by_path_and_its_plain_entries():
    optimizer = stepped(torch.optim.Adam)
    found = training_states(
        {
            "epoch": 3,
            "model": torch.nn.Linear(2, 3).state_dict(),
            "state": {"optimizer": optimizer.state_dict()},
            "scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 5).state_dict(),
            "scaler": {"scale": 65536.0, "growth_factor": 2.0, "_growth_tracker": 7},
            "loss": torch.tensor(0.25),
        }
    )
    assert list(found) == ["", "state.optimizer", "scheduler", "scaler"]
    assert found[""].facts == {"epoch": 3, "loss": 0.25}
    assert found["scaler"].facts["growth_tracker"] == 7


def test_values_without_a_training_state_have_none():
    assert training_states(torch.nn.Linear(2, 3)) == {}
    assert training_states(torch.nn.Linear(2, 3).state_dict()) == {}
    assert training_states({"lr": 0.1, "epochs": 3}) == {}
    assert training_states({i: i for i in range(20_000)}) == {}
