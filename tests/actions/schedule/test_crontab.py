"""Lines in a crontab: ours are found by their mark, and all others stay as they are."""

from __future__ import annotations

import shlex

import pytest

from nbmodelver.actions.schedule import crontab, times
from nbmodelver.errors import StoreError, UsageError
from tests.actions.schedule.programs import installed

DAILY = times.parsed("daily")
OTHERS = "MAILTO=ada\n0 1 * * * other # nbmodelver:99999999\n# 1 2 * * * x # nbmodelver:0a0b0c0d\n"


@pytest.fixture
def programs(tmp_path, monkeypatch):
    return installed(tmp_path, monkeypatch, "crontab")


def test_a_line_has_the_time_the_quoted_command_and_the_mark():
    command = ["/usr/bin/python", "/my store/100%", "it's"]
    line = crontab.line(DAILY, command, "0a0b0c0d")
    assert line.startswith("17 3 * * * ")
    assert line.endswith(" >/dev/null # nbmodelver:0a0b0c0d")
    assert shlex.split(line.replace(r"\%", "%"))[5:8] == command
    assert "%" not in line.replace(r"\%", "")


def test_an_argument_with_a_line_break_is_refused():
    with pytest.raises(UsageError, match="line break"):
        crontab.line(DAILY, ["a\n* * * * * evil"], "0a0b0c0d")


def test_installing_twice_gives_one_line_and_other_lines_stay(programs):
    programs.write("tab", OTHERS.rstrip("\n"))  # The last line has no end.
    for when in ("daily", "hourly", "hourly"):
        crontab.install(crontab.line(times.parsed(when), ["x"], "0a0b0c0d"), "0a0b0c0d")
    assert programs.tab == OTHERS + crontab.line(times.parsed("hourly"), ["x"], "0a0b0c0d") + "\n"
    assert crontab.has("0a0b0c0d")
    assert not crontab.has("11111111")


def test_removing_gives_the_former_crontab_back(programs):
    programs.write("tab", OTHERS)
    crontab.install(crontab.line(DAILY, ["x"], "0a0b0c0d"), "0a0b0c0d")
    assert crontab.remove("0a0b0c0d")
    assert programs.tab == OTHERS
    assert not crontab.remove("0a0b0c0d")


def test_a_user_without_a_crontab_gets_one(programs):
    assert not crontab.has("0a0b0c0d")
    crontab.install("* * * * * x # nbmodelver:0a0b0c0d", "0a0b0c0d")
    assert programs.tab == "* * * * * x # nbmodelver:0a0b0c0d\n"


def test_a_crontab_that_cannot_be_read_is_not_replaced(programs):
    programs.write("tab", OTHERS)
    programs.write("broken")
    with pytest.raises(StoreError, match="cannot be read: you may not use crontab"):
        crontab.install("* * * * * x # nbmodelver:0a0b0c0d", "0a0b0c0d")
    assert programs.tab == OTHERS


def test_without_the_program_the_error_names_the_way_out(tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch)
    assert not crontab.is_there()
    assert not crontab.remove("0a0b0c0d")
    with pytest.raises(StoreError, match="there is no program 'crontab'") as caught:
        crontab.install("x", "0a0b0c0d")
    assert "--systemd" in caught.value.hint
