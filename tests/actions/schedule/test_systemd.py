"""Units of systemd: valid, marked by their names, and all or nothing."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess

import pytest

from nbmodelver.actions.schedule import systemd, times
from nbmodelver.errors import StoreError
from tests.actions.schedule.programs import installed

COMMAND = ["/bin/true", "--store", '/my "store"/100% $HOME', "back\\slash"]
ANALYZE = shutil.which("systemd-analyze")


def made(when: str = "daily") -> dict[str, str]:
    return systemd.files(times.parsed(when), COMMAND, "0a0b0c0d", "backup")


def test_a_missed_run_is_caught_up_and_the_command_is_quoted():
    service, timer = made().values()
    assert "Persistent=true" in timer
    assert "OnCalendar=*-*-* 03:17:00" in timer
    assert r'ExecStart="/bin/true" "--store" "/my \"store\"/100%% $$HOME" "back\\slash"' in service


@pytest.mark.parametrize("when", ["hourly", "weekly@04:00", "0 6 13 * 5"])
def test_systemd_accepts_the_units(tmp_path, when):
    for name, text in made(when).items():
        (tmp_path / name).write_text(text)
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
        parser.read_string(text)
        assert {"Unit", "Timer", "Install"} == {*parser} - {"DEFAULT"} or {"Unit", "Service"} == {*parser} - {"DEFAULT"}
    if ANALYZE:
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
        units = [str(tmp_path / name) for name in made(when)]
        command = [ANALYZE, "--user", "verify", *units]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")


def test_installing_twice_is_the_same_and_removing_leaves_others(tmp_path, monkeypatch):
    programs = installed(tmp_path, monkeypatch, "systemctl")
    programs.units.mkdir(parents=True)
    (programs.units / "other.timer").write_text("theirs")
    for _ in range(2):
        systemd.install(made(), "0a0b0c0d")
    assert sorted(p.name for p in programs.units.iterdir()) == [
        "nbmodelver-0a0b0c0d.service", "nbmodelver-0a0b0c0d.timer", "other.timer",
    ]  # fmt: skip
    assert programs.calls[:2] == ["--user daemon-reload", "--user enable --now nbmodelver-0a0b0c0d.timer"]
    assert systemd.has("0a0b0c0d")
    assert systemd.remove("0a0b0c0d")
    assert [p.name for p in programs.units.iterdir()] == ["other.timer"]
    assert programs.calls[-2:] == ["--user disable --now nbmodelver-0a0b0c0d.timer", "--user daemon-reload"]
    assert not systemd.remove("0a0b0c0d")


def test_without_a_session_of_systemd_no_unit_is_left(tmp_path, monkeypatch):
    programs = installed(tmp_path, monkeypatch, "systemctl")
    programs.write("no-bus")
    with pytest.raises(StoreError, match="cannot be reached: Failed to connect to bus") as caught:
        systemd.install(made(), "0a0b0c0d")
    assert "--cron" in caught.value.hint
    assert [*programs.units.iterdir()] == []


def test_a_failed_change_leaves_the_former_units(tmp_path, monkeypatch):
    programs = installed(tmp_path, monkeypatch, "systemctl")
    systemd.install(made("daily"), "0a0b0c0d")
    programs.write("no-bus")
    with pytest.raises(StoreError):
        systemd.install(made("hourly"), "0a0b0c0d")
    assert {p.name: p.read_text() for p in programs.units.iterdir()} == made("daily")


def test_without_the_program_the_error_names_the_way_out(tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch)
    with pytest.raises(StoreError, match="there is no program 'systemctl'"):
        systemd.install(made(), "0a0b0c0d")
