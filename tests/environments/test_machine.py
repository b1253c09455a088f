"""What `make test` runs on a machine, and what it says about the rest."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments import everything, machine

ROOT = Path(__file__).parents[2]


class Machine:
    """A PATH of its own, with programs that say what they are given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str, *lines: str) -> None:
        place = self.folder / name
        place.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        place.chmod(place.stat().st_mode | stat.S_IXUSR)

    def has_node(self, version: str = "v20.19.0") -> None:
        self.has("node", f"echo {version}")
        self.has("npm")

    def has_apt(self, candidate: str = "18.20.4+dfsg-1~deb12u1") -> None:
        """An apt-get that writes what it was given beside it, and brings a program for each package."""
        bring = "for word; do case $word in chromium|npm|firefox-esr) printf '#!/bin/sh\\n' > $D/$word; "
        bring += (
            "/bin/chmod +x $D/$word;; nodejs) printf '#!/bin/sh\\necho v20.1.0\\n' > $D/node; /bin/chmod +x $D/node;; "
        )
        self.has("apt-get", f"D={self.folder}", 'echo "$@" >> $D/asked', bring + "esac; done")
        self.has("apt-cache", f"echo '  Candidate: {candidate}'")

    def has_make(self, fails_at: str = "none") -> None:
        run = 'echo "$@" frontend=$NBMODELVER_FRONTEND'
        self.has("make", run, f"case $* in *{fails_at}*) exit 3;; esac")

    @property
    def asked(self) -> list[str]:
        """What apt-get was asked for."""
        place = self.folder / "asked"
        return place.read_text().splitlines() if place.exists() else []


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing on it, and root's rights."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for demand in ("NBMODELVER_BROWSER", "NBMODELVER_FRONTEND"):  # as set around the run of these tests
        monkeypatch.delenv(demand, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    return Machine(tmp_path)


def test_root_on_debian_gets_what_is_missing(here: Machine) -> None:
    here.has_node()
    here.has_apt()
    assert machine.bring([machine.NPM, machine.CHROMIUM]) == []
    assert here.asked == ["-qq update", "-qq install -y --no-install-recommends chromium fonts-dejavu-core"]


def test_nothing_is_installed_where_everything_is_there(here: Machine) -> None:
    here.has_node()
    here.has_apt()
    here.has("chromium")
    assert machine.bring([machine.NPM, machine.CHROMIUM]) == []
    assert here.asked == []


def test_nobody_but_root_installs(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    here.has_apt()
    assert machine.bring([machine.CHROMIUM]) == [machine.CHROMIUM]
    assert here.asked == []


def test_a_system_without_apt_is_left_as_it_is(here: Machine) -> None:
    assert machine.bring([machine.NPM, machine.CHROMIUM]) == [machine.NPM, machine.CHROMIUM]


def test_a_node_that_is_too_old_is_missing_and_no_other_old_one_is_installed(here: Machine) -> None:
    here.has_node("v18.20.4")
    here.has_apt("18.20.4+dfsg-1~deb12u1")
    assert machine.bring([machine.NPM]) == [machine.NPM]
    assert here.asked == []


def test_npm_is_installed_after_a_node_that_comes_without_it(here: Machine) -> None:
    here.has_apt("20.19.2+dfsg-1")
    assert machine.bring([machine.NPM]) == []
    assert [line.split()[-1] for line in here.asked if "install" in line] == ["nodejs", "npm"]


def run(here: Machine, capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit status of `make test`, and the lines that it prints."""
    status = everything.main(str(here.folder / "make"))
    return status, capfd.readouterr().out.splitlines()


def test_everything_runs_where_nothing_is_missing(here: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    here.has_make()
    here.has_node()
    here.has("chromium")
    status, lines = run(here, capfd)
    assert status == 0
    assert [line.split()[1] for line in lines] == list(everything.TARGETS)
    assert all(line.endswith("frontend=required") for line in lines)


def test_the_first_and_the_last_line_say_what_is_not_run_and_how_to_get_it(
    here: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    here.has_make()
    here.has_node()
    status, lines = run(here, capfd)
    assert status == 0
    assert lines[0] == lines[-1]
    assert lines[0].startswith("NOT RUN: the browser tests, without Chromium.")
    assert "apt-get install chromium" in lines[0]
    assert [line.split()[1] for line in lines[1:-1]] == ["lint", "test-frontend", "test-python"]


def test_without_node_the_python_tests_run_and_do_not_demand_the_front_end(
    here: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    here.has_make()
    here.has("chromium")
    status, lines = run(here, capfd)
    assert status == 0
    assert "without Node with npm" in lines[0]
    assert [line.split()[1:] for line in lines[1:-1]] == [["lint", "frontend="], ["test-python", "frontend="]]


def test_where_the_browser_is_demanded_nothing_runs_without_it(
    here: Machine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBMODELVER_BROWSER", "required")
    here.has_make()
    here.has_node()
    status, lines = run(here, capfd)
    assert status == 1
    assert all(line.startswith("NOT RUN") for line in lines)


def test_a_part_that_fails_ends_the_run_with_its_status_and_the_last_line_still_stands(
    here: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    here.has_make(fails_at="test-python")
    here.has_node()
    here.has_apt()
    here.has("chromium")
    status, lines = run(here, capfd)
    assert status == 3
    assert "test-browser" not in "".join(lines)


def test_every_part_is_a_target_of_the_makefile() -> None:
    said = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in everything.TARGETS if f"\n{target}:" not in said] == []


def test_continuous_integration_demands_the_browser() -> None:
    assert "export NBMODELVER_BROWSER=required" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_script_runs_with_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "tests.environments.everything", "true"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "", "NBMODELVER_BROWSER": "required"},
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("NOT RUN: ")
