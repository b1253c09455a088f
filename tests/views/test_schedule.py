"""Schedules as text."""

from __future__ import annotations

import pytest

from nbmodelver import views
from nbmodelver.model.schedules import Schedule, ScheduleChange, ScheduledRun

ONE = Schedule("0a0b0c0d", "backup", "backup", "daily", "cron", ("/copy",), "Ada", "lab", is_mine=True)
RUN = ScheduledRun("failed", "disk full", "2026-11-30T03:20:00Z", "2026-11-30T03:17:00", 2.0)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")


def test_the_list_shows_the_newest_run_and_what_was_missed():
    named = Schedule(
        "1", "thin", "forget", "weekly", "hand", by="Grace", host="lab2", run=RUN, missed="thin is missing"
    )
    said = str(views.schedules([ONE, named]))
    assert "backup" in said
    assert "never ran" in said
    assert "Grace on lab2" in said
    assert "failed: disk full" in said
    assert "thin is missing" in said


def test_a_schedule_that_lost_its_line_is_marked():
    from dataclasses import replace

    assert "no longer in cron" in str(views.schedules([replace(ONE, is_installed=False)]))
    assert "by hand" in str(views.schedules([replace(ONE, how="hand")]))


def test_an_empty_list_says_how_to_begin_and_idle_tasks_are_named():
    assert "nothing is scheduled" in str(views.schedules([]))
    assert "verify runs hourly · in this notebook" in str(views.schedules([], ["verify runs hourly"]))


def test_lines_to_install_are_whole_and_say_where_they_go():
    long = "17 3 * * * " + "x" * 300
    said = str(views.schedule_change(ScheduleChange(ONE, (long,), ("crontab -e",)), is_installed=False))
    assert long in said
    assert "add it with: crontab -e" in said
    assert "nothing is installed · --install does it" in said


def test_an_installation_and_a_removal_are_one_line():
    done = ScheduleChange(ONE, ("x",), ("crontab",))
    assert str(views.schedule_change(done, is_installed=True)) == "backup runs daily · in the crontab"
    removed = ScheduleChange(ONE, (), ("crontab",), is_removed=True)
    assert str(views.schedule_change(removed, is_installed=False)) == "backup removed from crontab"
    assert str(views.scheduled_run(ONE, RUN)) == "backup failed in 2.0 s · disk full"
