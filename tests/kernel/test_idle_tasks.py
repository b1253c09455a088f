"""Tasks in the pauses of a notebook: in a process of their own, never beside a cell, for this session only."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.schedule import kept
from nbmodelver.errors import UsageError
from nbmodelver.kernel import idle_tasks
from nbmodelver.kernel.cells import CellLog
from nbmodelver.kernel.idle_tasks import IdleTasks
from tests.waiting import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.shells import Shell


@pytest.fixture
def study(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A notebook with a version, whose pauses begin at once."""
    monkeypatch.setattr(idle_tasks, "IDLE_S", 0.0)
    shell.run("x = 1\n%mv_commit x")
    return shell


def notebook(shell: Shell):
    from nbmodelver.extension import load

    return load(shell.shell)


def late(shell: Shell) -> None:
    """Let every task be due: it was added long ago."""
    tasks = notebook(shell).idle_tasks
    for name in tasks._since:
        tasks._since[name] = datetime(2020, 1, 1)


def runs(shell: Shell) -> list[str]:
    return [s.run.outcome for s in kept.listed(notebook(shell).repo()) if s.run is not None]


def test_a_task_runs_in_a_pause_when_it_is_due(study: Shell) -> None:
    said = str(study.run("%mv_schedule verify hourly --idle"))
    assert said == "verify runs hourly while no cell runs, until the kernel ends"
    assert runs(study) == []  # It is due at the next hour.
    late(study)
    study.run("1")
    wait_for(lambda: runs(study) == ["done"])
    assert "verify runs hourly while no cell runs · in this notebook" in str(study.run("%mv_schedule"))
    study.run("%mv_schedule verify --remove --idle")
    assert "in this notebook" not in str(study.run("%mv_schedule --list"))


def test_the_start_of_a_cell_ends_a_running_task_and_a_later_pause_repeats_it(study: Shell, tmp_path: Path) -> None:
    study.run("%mv_schedule verify hourly --idle")
    tasks = notebook(study).idle_tasks
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    slow = ("/bin/sh", "-c", f"touch {begun}; sleep 60; touch {ended}")
    tasks._tasks["verify"] = replace(tasks._tasks["verify"], command=slow)
    late(study)
    study.run("1")
    wait_for(begun.exists)
    study.run("alive = [t.name for t in __import__('threading').enumerate()]")
    assert "nbmodelver-tasks" not in study["alive"]
    assert not ended.exists()
    begun.unlink()
    wait_for(begun.exists)  # The pause after that cell.
    tasks.stop()


def test_a_failed_or_missing_program_waits_until_it_is_due_again(study: Shell) -> None:
    study.run("%mv_schedule verify hourly --idle")
    tasks = notebook(study).idle_tasks
    for command in (("/bin/sh", "-c", "exit 3"), ("/no/such/program",)):
        plan = tasks._tasks["verify"] = replace(tasks._tasks["verify"], command=command)
        late(study)
        tasks._run(plan, threading.Event())
        assert tasks._due() is None


def test_no_thread_is_left_without_tasks_or_after_the_extension_was_unloaded(study: Shell) -> None:
    tasks = IdleTasks(CellLog({}, lambda: 0))
    tasks.cell_ended(True)
    assert [t for t in threading.enumerate() if t.name == "nbmodelver-tasks"] == []
    study.run("%mv_schedule verify hourly --idle")
    study.run("1")
    notebook(study).idle_tasks.stop()
    assert [t for t in threading.enumerate() if t.name == "nbmodelver-tasks"] == []


def test_idle_excludes_cron_and_systemd_and_deletion_needs_consent(study: Shell) -> None:
    assert isinstance(study.fails("%mv_schedule verify hourly --idle --install"), UsageError)
    assert "deletes data" in str(study.fails("%mv_schedule gc hourly --idle"))


def test_a_variable_of_the_notebook_is_monitored(study: Shell) -> None:
    study.run("import numpy as np, pandas as pd\nrng = np.random.default_rng(0)")
    study.run("df_train = pd.DataFrame({'a': rng.normal(size=400)})\n%mv_commit df_train")
    study.run("df = pd.DataFrame({'a': rng.normal(2, 1, 400)})")
    found = study.run("%mv_monitor df --model HEAD")
    assert [d.column for d in found.drifts] == ["a"]
    assert "fresh data drifted from df_train" in str(study.run("%mv_status"))
    assert "without --fail-on" in str(study.fails("%mv_monitor df --model HEAD --fail-on drift"))
