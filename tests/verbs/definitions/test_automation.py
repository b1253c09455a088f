"""The verbs that run without a person."""

from __future__ import annotations

import pytest

from nbmodelver.answers import schedule
from nbmodelver.verbs import VERBS, help_text
from nbmodelver.verbs.definitions.automation import CI, SCHEDULE, TASKS


def test_the_tasks_of_a_schedule_are_verbs_of_the_command_line():
    assert set(SCHEDULE.wraps) == set(TASKS) == set(schedule.TASKS)
    assert not any(VERBS[task].kernel for task in TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_no_option_means_one_thing_for_a_schedule_and_another_for_its_task(task: str):
    own = {spelling for a in SCHEDULE.options for spelling in a.spellings}
    assert own.isdisjoint(spelling for a in VERBS[task].options for spelling in a.spellings)


def test_the_help_says_which_exit_status_means_what():
    assert "3 if another process moved the stage" in " ".join(help_text(CI, command=True).split())
