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

    def has_servers(self) -> None:
        """OpenSSH's server, and ministack and Azurite where they are put."""
        self.has("sshd")
        self.has_ministack()
        program = self.folder / "build" / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
        program.parent.mkdir(parents=True)
        program.touch()

    def has_ministack(self) -> None:
        (self.folder / "build" / "ministack" / "bin").mkdir(parents=True)
        self.has("build/ministack/bin/ministack")

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
    for demand in (
        "NBMODELVER_BROWSER",
        "NBMODELVER_FRONTEND",
        "NBMODELVER_INSTALL",
    ):
        monkeypatch.delenv(demand, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(machine, "SYSTEM_COMMANDS", "")
    monkeypatch.setattr(machine, "BUILD", tmp_path / "build")
    monkeypatch.setattr(machine, "make_environment", lambda _folder, _requirements: None)
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


def test_azurite_is_brought_by_npm_into_the_build_folder_also_by_nobody(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    here.has_node()
    assert machine.bring([machine.AZURITE]) == [machine.AZURITE]
    place = here.folder / "build" / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob"
    here.has("npm", f'echo "$@" >> {here.folder}/asked', f"/bin/mkdir -p {place}", f"echo > {place}/main.js")
    assert machine.bring([machine.AZURITE]) == []
    assert machine.AZURITE.path == str(place / "main.js")
    assert here.asked[0].endswith(f"--prefix {here.folder}/build/azurite {machine.AZURITE_RELEASE}")


def test_ministack_has_an_environment_of_its_own(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(machine, "make_environment", lambda *given: (asked.append(given), here.has_ministack()))
    assert machine.bring([machine.S3]) == []
    assert asked == [(here.folder / "build" / "ministack", machine.MINISTACK)]
    assert "ministack==" in machine.MINISTACK.read_text()


def test_nothing_is_brought_where_that_is_forbidden(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBMODELVER_INSTALL", "no")
    here.has_apt()
    assert machine.bring([machine.CHROMIUM, machine.S3]) == [machine.CHROMIUM, machine.S3]
    assert here.asked == []


def test_the_server_of_openssh_is_a_package(here: Machine) -> None:
    here.has_apt()
    assert machine.bring([machine.SSHD]) == [machine.SSHD]
    assert here.asked[1].endswith("openssh-server openssh-client")
    here.has("sshd")
    assert machine.SSHD.path == str(here.folder / "sshd")


def run(here: Machine, capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit status of `make test`, and the lines that it prints."""
    status = everything.main(str(here.folder / "make"))
    return status, capfd.readouterr().out.splitlines()


def test_everything_runs_where_nothing_is_missing(here: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    here.has_make()
    here.has_servers()
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
    here.has_servers()
    here.has_node()
    status, lines = run(here, capfd)
    assert status == 0
    assert lines[0] == lines[-1]
    assert lines[0].startswith("NOT RUN: the browser tests, without Chromium.")
    assert "apt-get install chromium" in lines[0]
    assert [line.split()[1] for line in lines[1:-1]] == ["lint", "test-frontend", "test-python"]


def test_a_missing_server_is_said_and_the_other_tests_run(here: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    here.has_make()
    here.has_node()
    here.has("chromium")
    status, lines = run(here, capfd)
    assert status == 0
    assert lines[-1].startswith(
        "NOT RUN: the tests of S3 remotes and the tests of Azure remotes and the tests of SSH remotes"
    )
    assert "apt-get install openssh-server" in lines[-1]
    assert [line.split()[1] for line in lines if line.startswith("--no")] == list(everything.TARGETS)


def test_without_node_the_python_tests_run_and_do_not_demand_the_front_end(
    here: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    here.has_make()
    here.has_ministack()
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
    here.has_servers()
    here.has_node()
    status, lines = run(here, capfd)
    assert status == 1
    assert all(line.startswith("NOT RUN") for line in lines)


def test_a_part_that_fails_ends_the_run_with_its_status_and_the_last_line_still_stands(
    here: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    here.has_make(fails_at="test-python")
    here.has_ministack()
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
        env={"PATH": "", "NBMODELVER_BROWSER": "required", "NBMODELVER_INSTALL": "no"},
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("NOT RUN: ")
