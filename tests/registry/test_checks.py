"""The result of a check belongs to one version, and the newest one counts."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.errors import BadName, UsageError
from nbmodelver.model.cards import Figure
from nbmodelver.registry import checks
from tests.registry.samples import study


def test_the_newest_result_of_a_version_is_found():
    repo = study()
    assert checks.latest(repo, repo["v1"].id, "bias") is None
    checks.record(repo, repo["v1"], "bias", passed=False, message="AssertionError", source="assert False")
    checks.record(repo, repo["v1"], "bias", passed=True, message="", source="assert True")
    checks.record(repo, repo["v1"], "speed", passed=False, message="slow", source="")
    found = checks.latest(repo, repo["v1"].id, "bias")
    assert found is not None
    assert (found.data["outcome"], found.private["source"]) == ("pass", "assert True")
    assert checks.latest(repo, repo["v2"].id, "bias") is None


def test_long_texts_are_cut_and_bad_names_refused():
    repo = study()
    event = checks.record(repo, repo["v1"], "bias", passed=False, message="x" * 9999, source="y" * 99_999)
    assert (len(str(event.private["message"])), len(str(event.private["source"]))) == (500, 20_000)
    with pytest.raises(BadName):
        checks.record(repo, repo["v1"], "a b", passed=True, message="", source="")


def test_a_check_can_measure_with_intervals_and_slices():
    repo = study()
    value = {"f1": {"women": (0.8, 0.7, np.float64(0.9)), "men": 1}, "acc": (0.9, 0.85, 0.95, 500)}
    event = checks.record(
        repo, repo["v1"], "bias", passed=True, message="", source="", figures=checks.figures_in(value)
    )
    assert checks.figures(event) == (
        Figure("f1", "women", "0.8", "0.7", "0.9", "", "bias"),
        Figure("f1", "men", "1.0", check="bias"),
        Figure("acc", "", "0.9", "0.85", "0.95", "500", "bias"),
    )
    assert checks.newest(repo, repo["v1"].id) == {"bias": event}


@pytest.mark.parametrize(
    "value", [None, True, 0.8, "f1", {}, {"f1": "good"}, [0.8], {"f1": 0.8, "ok": True}, {"f1": 0.8, "note": "x"}]
)
def test_other_values_measure_nothing(value: object):
    assert checks.figures_in(value) == ()


@pytest.mark.parametrize(
    "value",
    [{"f1": (0.8, 0.9, 0.7)}, {"f1": (0.8, 0.9)}, {"f1": {"women": (1, 2)}}, {1: 0.8}, {"x" * 200: 1.0},
     {"f1": (0.8, float("nan"), 0.9)}],
)  # fmt: skip
def test_figures_in_another_form_are_refused(value: object):
    with pytest.raises(UsageError, match="form that cannot be kept"):
        checks.figures_in(value)


def test_too_many_figures_are_refused():
    with pytest.raises(UsageError, match="the limit is 200"):
        checks.figures_in({f"m{n}": n for n in range(201)})
