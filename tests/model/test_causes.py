"""Causes of a change of a metric."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nbmodelver.model import Cause, CauseStep, Explanation, Version, VersionId

V2, V3 = (Version(VersionId(c * 40), n) for n, c in ((2, "a"), (3, "b")))
TRAIN = Cause("data", ("X", "y"), ("53 rows added",), "train", 0.9, 0.8, -0.06, noise=0.01)
FOUND = Explanation("acc", "f()", V2, V3, (0.9, 0.8), (TRAIN,))


def test_a_cause_is_titled_by_its_names_or_its_kind() -> None:
    assert TRAIN.title == "X, y"
    assert Cause("environment", (), ()).title == "environment"


@pytest.mark.parametrize(("effect", "is_noise"), [(-0.06, False), (0.01, True), (-0.01, True), (None, False)])
def test_an_effect_that_a_repetition_also_has_is_noise(effect: float | None, is_noise: bool) -> None:
    assert replace(TRAIN, effect=effect).is_noise is is_noise


def test_the_share_of_a_cause_is_its_effect_over_the_change() -> None:
    assert FOUND.change == pytest.approx(-0.1)
    assert FOUND.share(TRAIN) == pytest.approx(0.6)
    assert FOUND.share(replace(TRAIN, effect=None)) is None
    assert replace(FOUND, values=(0.9, 0.9)).share(TRAIN) is None


def test_the_json_form_names_versions_and_shares() -> None:
    step = CauseStep(V3, "53 added", 0.85, -0.05)
    data = json.loads(json.dumps(replace(FOUND, causes=(replace(TRAIN, steps=(step,)),)).to_dict()))
    assert (data["before"], data["after"], data["values"]) == ("v2", "v3", [0.9, 0.8])
    (cause,) = data["causes"]
    assert cause["share"] == pytest.approx(0.6)
    assert cause["steps"] == [{"version": "v3", "what": "53 added", "value": 0.85, "effect": -0.05}]
