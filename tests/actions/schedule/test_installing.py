"""A schedule is installed as a whole or not at all, and its command runs in an empty environment."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

import nbmodelver
from nbmodelver.actions.schedule import installing, kept
from nbmodelver.actions.schedule.installing import ScheduleRequest
from nbmodelver.errors import StoreError, StoreReadOnly, UsageError
from nbmodelver.registry import audit
from tests.actions.schedule.programs import installed
from tests.actions.watched import watched
from tests.registry.samples import study

SOURCE = Path(nbmodelver.__file__).parents[1]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    return installed(tmp_path, monkeypatch, "crontab", "systemctl")


@pytest.fixture
def repo(tmp_path):
    return watched(tmp_path)


def backup(tmp_path, **more):
    return ScheduleRequest("backup", "daily@03:30", (str(tmp_path / "the copy"),), **more)


def test_the_lines_are_shown_and_nothing_is_changed(repo, tmp_path, programs):
    before = repo.moves.log.count()
    done = installing.shown(installing.planned(repo, backup(tmp_path, how="cron")))
    assert done.lines[0].startswith("30 3 * * * /")
    done = installing.shown(installing.planned(repo, backup(tmp_path)))
    assert [Path(p).suffix for p in done.places] == [".service", ".timer"]
    assert (programs.tab, programs.calls, repo.moves.log.count()) == ("", [], before)


@pytest.mark.parametrize("how", ["cron", "systemd"])
def test_an_installed_schedule_is_listed_and_removed(repo, tmp_path, programs, how):
    for _ in range(2):
        installing.install(repo, installing.planned(repo, backup(tmp_path, how=how)))
    (found,) = installing.listed(repo)
    assert (found.name, found.how, found.is_installed) == ("backup", how, True)
    assert programs.tab.count("\n") == (how == "cron")
    installing.remove(repo, "backup")
    assert installing.listed(repo) == []
    assert programs.tab == ""
    assert [*programs.units.glob("*")] == []


def test_a_schedule_that_moves_to_systemd_leaves_the_crontab(repo, tmp_path, programs):
    installing.install(repo, installing.planned(repo, backup(tmp_path, how="cron")))
    installing.install(repo, installing.planned(repo, backup(tmp_path, how="systemd")))
    assert programs.tab == ""
    assert [s.how for s in installing.listed(repo)] == ["systemd"]


def test_lines_that_somebody_deleted_are_noticed(repo, tmp_path, programs):
    installing.install(repo, installing.planned(repo, backup(tmp_path, how="cron")))
    programs.write("tab", "")
    assert [s.is_installed for s in installing.listed(repo)] == [False]


def test_two_schedules_of_one_task_have_names(repo, tmp_path, programs):
    for name in ("", "second"):
        installing.install(repo, installing.planned(repo, backup(tmp_path, how="cron", name=name)))
    assert [s.name for s in installing.listed(repo)] == ["backup", "second"]
    assert "--as second" in programs.tab.splitlines()[1]


def test_a_store_that_cannot_be_written_leaves_no_line(repo, tmp_path, programs, monkeypatch):
    plan = installing.planned(repo, backup(tmp_path, how="cron"))

    def refuse(*_):
        raise StoreReadOnly("the store is read-only")

    monkeypatch.setattr(kept, "add", refuse)
    with pytest.raises(StoreReadOnly):
        installing.install(repo, plan)
    assert programs.tab == ""


def test_without_cron_the_error_names_systemd(repo, tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch)
    with pytest.raises(StoreError, match="no program 'crontab'") as caught:
        installing.install(repo, installing.planned(repo, backup(tmp_path, how="cron")))
    assert "--systemd" in caught.value.hint
    assert kept.listed(repo) == []


@pytest.mark.parametrize("task", ["forget", "gc"])
def test_a_task_that_deletes_needs_consent_which_its_command_has(repo, task, programs):
    with pytest.raises(UsageError, match=f"a scheduled {task} deletes data") as caught:
        installing.planned(repo, ScheduleRequest(task, "daily"))
    assert f"%mv_{task} --dry-run" in caught.value.hint
    assert "--yes" in installing.planned(repo, ScheduleRequest(task, "daily", is_agreed=True)).command


@pytest.mark.parametrize("name", ["a b", "x\n[Service]", "", "-x", "ü"])
def test_a_name_cannot_end_a_line_of_a_unit(repo, name, programs):
    request = ScheduleRequest("gc", "daily", is_agreed=True, name=name or " ")
    with pytest.raises(UsageError, match="cannot name a schedule"):
        installing.planned(repo, request)


def test_an_id_is_eight_digits_and_a_store_in_memory_cannot_be_scheduled(repo, programs):
    with pytest.raises(UsageError, match="is no id"):
        installing.planned(repo, ScheduleRequest("verify", "daily", id="x; rm"))
    with pytest.raises(UsageError, match="a store in memory"):
        installing.planned(study(), ScheduleRequest("verify", "daily"))


def test_an_interpreter_that_does_not_find_nbmodelver_alone_is_refused(repo, tmp_path, programs, monkeypatch):
    alone = tmp_path / "python"
    alone.write_text("#!/bin/sh\necho 'No module named nbmodelver' >&2; exit 1\n")
    alone.chmod(0o700)
    monkeypatch.setattr(installing.sys, "executable", str(alone))
    with pytest.raises(UsageError, match="does not start nbmodelver without your environment: No module"):
        installing.install(repo, installing.planned(repo, backup(tmp_path, how="cron")))
    assert programs.tab == ""


def test_the_line_of_a_crontab_runs_in_an_empty_environment(repo, tmp_path, programs):
    installing.install(repo, installing.planned(repo, backup(tmp_path, how="cron")))
    command = programs.tab.split(" ", 5)[5].replace(r"\%", "%")
    assert f"--store {tmp_path / '.nbmodelver'}" in command
    empty = [
        "env",
        "-i",
        f"PYTHONPATH={SOURCE}",
        f"HOME={tmp_path}",
        "sh",
        "-c",
        command,
    ]  # Not an installed package here.
    done = subprocess.run(
        ["/usr/bin/env", *empty[1:]], cwd="/", capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (found,) = installing.listed(repo)
    assert found.run is not None
    assert found.run.outcome == "done"
    assert found.run.said.startswith("1 version in ")
    assert nbmodelver.open(tmp_path / "the copy")["v1"].names == ("df_train", "clf")
    assert audit.verify(repo).problems == ()
    assert shlex.split(command)[-2:] == ["#", f"nbmodelver:{found.id}"]
