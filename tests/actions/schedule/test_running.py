"""One run of a scheduled task: its outcome is an event, whatever happens."""

from __future__ import annotations

import pytest

from nbmodelver.actions.schedule import kept
from nbmodelver.actions.schedule.installing import ScheduleRequest, planned
from nbmodelver.actions.schedule.running import TaskFailed, run
from nbmodelver.errors import StoreFull, StoreLocked
from tests.registry.samples import on_disk


@pytest.fixture
def repo(tmp_path):
    return on_disk(tmp_path)


@pytest.fixture
def plan(repo):
    return planned(repo, ScheduleRequest("verify", "daily"))


def only_run(repo):
    (found,) = kept.listed(repo)
    return found.run


def test_a_run_is_kept_with_its_outcome_duration_and_due_time(repo, plan):
    found = run(repo, plan, lambda: (True, "no problems\nat all"))
    assert (found.outcome, found.said) == ("done", "no problems at all")
    assert found.due.endswith("T03:17:00")
    assert only_run(repo).said == "no problems at all"
    assert only_run(repo).due == found.due


def fails(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: (False, "3 problems"), "3 problems"),
        (fails(StoreFull("the disk is full", "make room")), "the disk is full"),
        (fails(ZeroDivisionError("a bug")), "ZeroDivisionError: a bug"),
    ],
)
def test_a_failed_run_is_kept_and_raised(repo, plan, work, said):
    with pytest.raises(TaskFailed, match=f"verify: {said}") as caught:
        run(repo, plan, work)
    assert (only_run(repo).outcome, only_run(repo).said) == ("failed", said)
    assert caught.value.hint == ("make room" if "disk" in said else "")


def test_a_run_does_not_start_beside_the_one_before(repo, plan):
    def inner():
        with pytest.raises(StoreLocked, match="verify: the run before has not ended"):
            run(repo, plan, lambda: (True, "second"))
        return True, "first"

    run(repo, plan, inner)
    assert only_run(repo).said == "first"


def test_what_a_run_said_is_cut_for_the_log(repo, plan):
    run(repo, plan, lambda: (True, "x" * 5000))
    assert len(only_run(repo).said) == kept.MOST_SAID
