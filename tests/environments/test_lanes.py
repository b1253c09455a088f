"""What the lanes install, and where they find Pythons."""

from __future__ import annotations

import stat
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.environments import bounds, lanes, lock, pythons

PROJECT = {
    "name": "ours",
    "dependencies": ["numpy>=1.26", "backports.zstd>=1.0; python_version < '3.14'"],
    "optional-dependencies": {
        "kernel": ["ipykernel>=6.29"],
        "data": ["ours[frames]", "scipy>=1.12"],
        "frames": ["pandas>=2.1"],
    },
}


def test_the_lower_bounds_become_exact_versions() -> None:
    assert bounds.oldest(PROJECT) == [
        "backports.zstd==1.0; python_version < '3.14'",
        "ipykernel==6.29",
        "numpy==1.26",
        "pandas==2.1",
        "scipy==1.12",
    ]


@pytest.mark.parametrize("line", ["numpy", "numpy~=1.26", "numpy>=1.26,<3"])
def test_what_states_no_plain_lower_bound_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="write"):
        bounds.oldest({**PROJECT, "dependencies": [line]})


def test_every_dependency_of_this_project_states_a_lower_bound() -> None:
    assert len(bounds.oldest(bounds.read())) > len(bounds.read()["dependencies"])


def test_the_lanes_are_the_bounds_and_the_last_pandas_2() -> None:
    exact, last = lanes.oldest()
    assert set(exact.constraints) == set(bounds.oldest(bounds.read()))
    assert last.constraints == ("pandas==2.3.3",)


@pytest.mark.parametrize(
    ("minors", "newest", "middle", "rest"),
    [
        ([], None, None, []),
        ([12], 12, None, []),
        ([12, 13], 13, 12, []),
        ([12, 13, 14, 15], 15, 14, ["python3.12", "python3.13"]),
    ],
)
def test_each_python_is_used_by_one_lane(
    monkeypatch: pytest.MonkeyPatch, minors: list[int], newest: int | None, middle: int | None, rest: list[str]
) -> None:
    found = {(3, minor): Path(f"python3.{minor}") for minor in minors}
    monkeypatch.setattr(pythons, "found", lambda: {sys.version_info[:2]: lanes.THIS, **found})
    assert [lane.python for lane in lanes.newest()] == [found[3, newest] if newest else lanes.THIS]
    assert [lane.python for lane in lanes.oldest()] == [lanes.THIS, found[3, middle] if middle else lanes.THIS]
    assert [lane.name for lane in lanes.other_pythons()] == rest


def test_the_tests_of_the_lanes_are_there() -> None:
    assert [test for test in (*lanes.TESTS, *lanes.OF_PYTHON) if not (lanes.ROOT / test).exists()] == []


def test_no_lane_installs_torch_or_jupyterlab() -> None:
    project = bounds.read()
    names = {line.partition("=")[0] for line in bounds.oldest(project, ("kernel", "data"))}
    assert not names & {"torch", "jupyterlab", "notebook"}
    assert "nbmodelver[kernel,data]" in project["optional-dependencies"]["test"]


def script(place: Path, *, says: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{says}\n")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return place


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Python."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    return tmp_path


def test_pythons_are_found_on_the_path_and_where_pyenv_and_uv_keep_them(nowhere: Path) -> None:
    first = script(nowhere / "bin" / "python3.12", says="echo cpython False 3 12 9")
    made = script(nowhere / "pyenv" / "versions" / "3.13.0" / "bin" / "python3", says="echo cpython False 3 13 0")
    brought = script(nowhere / "uv" / "cpython-3.14" / "bin" / "python3", says="echo cpython False 3 14 1")
    assert pythons.found() == {(3, 12): first, (3, 13): made, (3, 14): brought}


def test_of_two_patches_of_one_minor_version_the_later_is_taken(nowhere: Path) -> None:
    script(nowhere / "bin" / "python3.12", says="echo cpython False 3 12 1")
    later = script(nowhere / "pyenv" / "versions" / "3.12.9" / "bin" / "python3", says="echo cpython False 3 12 9")
    assert pythons.found() == {(3, 12): later}


@pytest.mark.parametrize(
    "says",
    ["echo cpython False 3 10 13", "echo cpython True 3 14 0", "echo pypy False 3 11 0", "exit 127", "echo what"],
)
def test_what_is_too_old_or_no_ordinary_python_is_left_out(nowhere: Path, says: str) -> None:
    script(nowhere / "bin" / "python3.11", says=says)
    assert pythons.found() == {}


def test_this_python_is_one() -> None:
    assert pythons.version_of(Path(sys.executable)) == sys.version_info[:3]


def test_the_lock_holds_names_and_versions_only() -> None:
    lines = [line for line in lock.FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == sorted(lines, key=lambda line: line.partition("=")[0])
    for line in lines:
        name, _, version = line.partition("==")
        assert name
        assert name == name.lower()
        assert version.replace(".", "").isalnum(), line
    assert "torch==2.13.0" in lines


def test_each_locked_release_supports_every_3_11() -> None:
    """Debian 12 has Python 3.11.2: a lock of releases for 3.11.5 and later could not be installed there."""
    refused = {}
    for name, release in lock.read(lock.FILE).items():
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # In a lane without this extra.
            continue
        needs = found.metadata.get("Requires-Python", "")
        if found.version.partition("+")[0] == release and "3.11.0" not in SpecifierSet(needs):
            refused[name] = needs
    assert refused == {}


def test_the_lock_holds_every_dependency_of_the_tests() -> None:
    project = bounds.read()
    names = {
        line.partition("=")[0].lower()
        for line in bounds.oldest(project, ("kernel", "data", "test", "test-page", "terminal", "lint", "docs"))
        if "!= 'linux'" not in line
    }
    assert {name.replace(".", "-") for name in names} - set(lock.read(lock.FILE)) == set()


def test_a_renewed_lock_says_what_came_went_and_changed() -> None:
    said = lock.changes(
        {"numpy": "2.3.1", "pytz": "2026.1", "torch": "2.13.0"},
        {"numpy": "2.4.6", "tzdata": "2026.6", "torch": "2.13.0"},
    )
    assert [line.split() for line in said] == [
        ["numpy", "2.3.1", "->", "2.4.6"],
        ["pytz", "2026.1", "->", "-"],
        ["tzdata", "-", "->", "2026.6"],
    ]  # fmt: skip


def test_local_versions_and_installers_do_not_get_into_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "torch 2.13.0+cpu\nbackports.zstd 1.8.0\nJinja2 3.1.6\npip 24.0\nnbmodelver 0.1.0\n"
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_options: subprocess.CompletedProcess((), 0, stdout=said))
    assert lock.installed(Path("python")) == {"backports-zstd": "1.8.0", "jinja2": "3.1.6", "torch": "2.13.0"}


def test_every_lane_says_how_it_went_also_when_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = {
        "oldest": (1, "oldest: 1 failed"),
        "pandas-2": (0, "pandas-2: 9 passed"),
        "newest": (0, "newest: 9 passed"),
    }
    monkeypatch.setattr(lanes, "run", lambda lane, _workers: outcomes[lane.name])
    assert lanes.main(["oldest", "newest"]) == 1
    assert capsys.readouterr().out.split("\n")[-4:-1] == ["oldest: 1 failed", "pandas-2: 9 passed", "newest: 9 passed"]
