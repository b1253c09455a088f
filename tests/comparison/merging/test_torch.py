"""The mean of two networks, and what has none."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.merging.weights import Averaged
from nbmodelver.errors import NotMergeable

torch = pytest.importorskip("torch")


def average(ours, theirs) -> Averaged:
    from nbmodelver.comparison.merging.torch import average as average_of

    found = Averaged()
    assert average_of("", ours, theirs, found) is ours
    for write in found.writes:
        write()
    return found


def net(value: float, *, width: int = 2):
    made = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.BatchNorm1d(width))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.fill_(value)
    return made


def test_parameters_and_float_buffers_are_means_and_counters_are_ours():
    ours, theirs = net(1.0), net(4.0)
    theirs[1].num_batches_tracked.fill_(9)
    theirs[1].running_mean.fill_(3.0)
    found = average(ours, theirs)
    assert {p.item() for parameter in ours.parameters() for p in parameter.flatten()} == {2.5}
    assert ours[1].running_mean.tolist() == [1.5, 1.5]
    assert ours[1].num_batches_tracked.item() == 0
    assert (found.tensors, found.from_ours) == (6, ["1.num_batches_tracked"])


def test_nothing_is_written_before_all_means_are_known():
    from nbmodelver.comparison.merging.torch import average as average_of

    ours = torch.tensor([1.0])
    found = Averaged()
    average_of("", ours, torch.tensor([3.0]), found)
    assert ours.item() == 1.0
    found.writes[0]()
    assert ours.item() == 2.0


def test_half_precision_does_not_overflow():
    ours = torch.tensor([60_000.0], dtype=torch.float16)
    average(ours, ours.clone())
    assert ours.item() == 60_000.0


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        (lambda: net(1.0), lambda: net(1.0, width=3), "its shape differs at 0.weight"),
        (lambda: net(1.0), lambda: net(1.0)[:1], "its layers differ at the top"),
        (lambda: torch.nn.Sequential(torch.nn.ReLU()), lambda: torch.nn.Sequential(torch.nn.Tanh()), "differ at 0"),
        (lambda: torch.eye(2).to_sparse(), lambda: torch.eye(2).to_sparse(), "is sparse, quantized"),
        (lambda: torch.float32, lambda: torch.float32, "have no mean"),
    ],
)
def test_what_has_no_mean_is_refused(ours, theirs, message):
    with pytest.raises(NotMergeable, match=message):
        average(ours(), theirs())
