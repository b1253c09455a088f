"""`schedule`: the arguments of the task are checked and made absolute, and a run answers like the task."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbmodelver.actions.schedule import kept
from nbmodelver.actions.schedule.running import TaskFailed
from nbmodelver.answers import ANSWERS, has_failed, schedule
from nbmodelver.errors import UsageError
from nbmodelver.model import Problem
from nbmodelver.verbs import parse
from nbmodelver.views import Shown
from nbmodelver.views.blocks import Document
from tests.actions.schedule.programs import installed
from tests.actions.watched import fresh, watched


@pytest.fixture
def store(tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch, "crontab", "systemctl")
    monkeypatch.chdir(tmp_path)
    return watched(tmp_path)


def ask(store, line):
    return ANSWERS["schedule"](store, parse("schedule", line), None)


def test_paths_of_a_task_are_absolute(store, tmp_path):
    assert f"'{tmp_path}/my copy'" in str(ask(store, 'backup daily "my copy" --cron'))
    lines = ask(store, 'monitor daily sqlite:///a.db --query "select 1" --cron').lines
    assert f"sqlite:///{tmp_path}/a.db --query 'select 1'" in lines[0]
    assert "postgresql://host/db" in ask(store, 'monitor daily postgresql://host/db --query "x" --cron').lines[0]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("backup daily", "backup needs folder"),
        ("backup daily x --ful", "has no option --ful"),
        ("backup nightly x", "is no time of a schedule"),
        ("backup", "the task or its time is missing"),
        ("--install", "the task is missing"),
        ("monitor daily", "the data to watch is missing"),
        ("forget daily --yes", "a scheduled forget needs rules"),
        ("forget daily v2 --yes", "versions by name are forgotten once"),
        ("forget daily --keep-last 3", "a scheduled forget deletes data"),
        ("verify daily --install --remove", "--install and --remove cannot be combined"),
        ("verify daily --cron --systemd", "--cron and --systemd cannot be combined"),
        ("verify daily --idle", "--idle runs a task in the pauses of a notebook"),
        ("verify daily -- --help", "help is no task"),
        ("backup --remove", "you have no schedule 'backup' here"),
    ],
)
def test_what_cannot_be_scheduled_is_said_before_anything_is_installed(store, line, says):
    with pytest.raises(UsageError, match=says):
        ask(store, line)
    assert kept.listed(store) == []


def test_a_schedule_is_installed_listed_and_removed(store):
    assert "verify runs hourly" in str(ask(store, "verify hourly --sample 5% --install"))
    assert "--sample 5.0" in str(ask(store, ""))
    assert "verify removed from systemd" in str(ask(store, "verify --remove"))
    assert "nothing is scheduled" in str(ask(store, "--list"))


@pytest.mark.parametrize("line", ["verify daily --run", "gc daily --yes --run", "backup daily copy --full --run"])
def test_a_run_does_the_task_and_keeps_the_outcome(store, line):
    assert " done in " in str(ask(store, line))
    (found,) = kept.listed(store)
    assert found.run is not None
    assert (found.run.outcome, found.how) == ("done", "hand")
    assert Path("copy/format").exists() == line.startswith("backup")


@pytest.mark.parametrize("condition", ["", " --fail-on drift:0.2"])
def test_drift_is_a_failed_run(store, condition):
    fresh(income=2.0).to_csv("fresh.csv", index=False)
    with pytest.raises(TaskFailed, match="monitor: "):
        ask(store, f"monitor daily fresh.csv{condition} --run")
    assert "the last run failed" in kept.listed(store)[0].missed
    assert "the last run failed" in str(ANSWERS["status"](store, parse("status", ""), None))


def test_bad_news_are_damage_and_drift():
    def shown(value):
        return Shown(Document(()), value)

    class Report:
        problems = (Problem("x", "y"),)
        failed = ()

    assert has_failed("verify", shown([Problem("x", "y")]))
    assert has_failed("backup", shown(Report()))
    assert not has_failed("monitor", shown(Report()))
    assert not has_failed("log", shown([1]))
    assert set(schedule.TASKS) <= set(ANSWERS)
