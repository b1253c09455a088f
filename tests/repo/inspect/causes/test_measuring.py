"""Measurements of a metric: equal ones run once, and random ones several times."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo.inspect.causes.measuring import REPEATS, Measuring, equal, step
from nbmodelver.repo.inspect.causes.scratch import ScratchResult
from nbmodelver.repo.inspect.causes.trials import Trial
from tests.repo.inspect.causes.programs import commit, worlds

if TYPE_CHECKING:
    from nbmodelver.repo import Repo
    from nbmodelver.repo.inspect.causes.scratch import ScratchRun
    from nbmodelver.repo.inspect.causes.worlds import Worlds


@pytest.fixture
def found(repo: Repo) -> Worlds:
    for n in (1, 2):
        commit(repo, f"a = [{n}]", "total = sum(a)")
    return worlds(repo)


def measuring(repo: Repo, found: Worlds, *answers: object) -> tuple[Measuring, list[ScratchRun]]:
    """Measurements that give these answers, one for each run."""
    ran: list[ScratchRun] = []

    def run(_store: object, wanted: ScratchRun) -> ScratchResult:
        ran.append(wanted)
        answer = answers[len(ran) - 1]
        return ScratchResult(error=answer) if isinstance(answer, str) else ScratchResult(answer)  # type: ignore[arg-type]

    return Measuring(repo, found, "total", run), ran


def test_equal_trials_run_once(repo: Repo, found: Worlds) -> None:
    one, ran = measuring(repo, found, 5)
    assert one.value(Trial(found.after)) == one.value(Trial(found.after)) == 5.0
    assert (len(ran), one.count) == (1, 1)
    assert one.recorded(found.after) == 2


def test_an_error_and_a_value_that_is_no_number_are_said(repo: Repo, found: Worlds) -> None:
    one, _ = measuring(repo, found, "it failed", None)
    assert one.value(Trial(found.after)) == "it failed"
    assert one.value(Trial(found.before)) == "total gives no number"


def test_a_metric_that_is_reproduced_is_measured_once(repo: Repo, found: Worlds) -> None:
    one, ran = measuring(repo, found, 2, 7)
    trial = Trial(found.after, values={"a": found.before.version}, again=frozenset({"total"}))
    made = one.compare(trial)
    assert (made.control, made.changed, made.noise) == (2.0, 7.0, 0.0)
    assert len(ran) == 2
    assert not one.notes


def test_a_random_metric_is_the_mean_of_several_seeds_with_its_range(repo: Repo, found: Worlds) -> None:
    one, ran = measuring(repo, found, 1.0, 4.0, 2.5, 5.0, 3.0, 6.0)
    trial = Trial(found.after, values={"a": found.before.version}, again=frozenset({"total"}))
    made = one.compare(trial)
    assert (made.control, made.changed, made.noise) == (pytest.approx(6.5 / 3), 5.0, 2.0)
    assert {r.seed for r in ran} == set(range(REPEATS))
    assert list(one.notes) == ["computing total of v2 again gives 1 to 3, recorded: 2: it depends on the random state"]
    assert one.repeated == 1.0


def test_a_failed_test_says_what_was_computed(repo: Repo, found: Worlds) -> None:
    one, _ = measuring(repo, found, "NameError: x", 1)
    made = one.compare(Trial(found.after, again=frozenset({"total"})))
    assert made.error == "computing total again failed: NameError: x"


def test_rounding_is_no_step() -> None:
    assert step(1.0, 1.0 + 1e-12) == 0.0
    assert step(1.0, 1.5) == 0.5
    assert equal(math.nan, math.nan)
    assert not equal(1.0, 1.001)
