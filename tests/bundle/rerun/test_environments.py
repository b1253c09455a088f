"""Environments are made once per list of releases, by uv or pip; a failure leaves nothing half-made."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from nbmodelver.bundle.rerun import environments, installers
from nbmodelver.bundle.rerun.environments import COMPLETE, WantedEnvironment, made, wanted
from nbmodelver.errors import RerunFailed

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def environment(**releases: str) -> WantedEnvironment:
    return WantedEnvironment(f"{HERE}.9", tuple(releases), releases)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would run; making an environment creates its interpreter."""
    ran: list[list[str]] = []

    def run(command: list[str]) -> None:
        ran.append(command)
        if "venv" in command:
            (Path(command[-1]) / "bin").mkdir(parents=True, exist_ok=True)
            (Path(command[-1]) / "bin" / "python").touch()

    monkeypatch.setattr(installers, "run", run)
    monkeypatch.setattr(installers, "uv", list)
    return ran


def test_equal_lists_have_one_environment(tmp_path: Path, commands: list[list[str]]) -> None:
    first = made(environment(numpy="2.4.6"), lambda _text: None, tmp_path)
    assert first == tmp_path / environment(numpy="2.4.6").key / "bin" / "python"
    assert len(commands) == 2
    assert commands[1][1:4] == ["-m", "pip", "install"]
    place = first.parents[1]
    assert (place / "requirements.txt").read_text() == "numpy==2.4.6\n"
    assert made(environment(numpy="2.4.6"), lambda _text: None, tmp_path) == first
    assert len(commands) == 2
    assert made(environment(numpy="2.4.5"), lambda _text: None, tmp_path) != first


def test_uv_is_preferred(tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installers, "uv", lambda: ["uv"])
    said: list[str] = []
    made(environment(numpy="2.4.6"), said.append, tmp_path)
    assert [c[:2] for c in commands] == [["uv", "venv"], ["uv", "pip"]]
    assert said == ["installing 1 packages with uv"]


def test_a_failure_leaves_nothing_and_is_not_cached(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_command: list[str]) -> None:
        raise RerunFailed("no such release")

    with monkeypatch.context() as patch:
        patch.setattr(installers, "run", fail)
        with pytest.raises(RerunFailed, match="no such release"):
            made(environment(numpy="0.0"), lambda _text: None, tmp_path)
    assert [p.suffix for p in tmp_path.iterdir()] == [".lock"]
    made(environment(numpy="0.0"), lambda _text: None, tmp_path)
    assert commands


def test_a_python_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(RerunFailed, match=r"no Python 3\.99"):
        made(WantedEnvironment("3.99.1", (), {}), lambda _text: None, tmp_path)


def test_the_oldest_environments_go(tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "KEPT", 2)
    monkeypatch.setattr(environments, "IN_USE_S", -1.0)
    for number in range(4):
        made(environment(numpy=f"2.{number}"), lambda _text: None, tmp_path)
    assert len(list(tmp_path.glob(f"*/{COMPLETE}"))) == 2
    assert commands


def test_local_builds_are_taken_from_the_public_index() -> None:
    found = wanted("3.11.7", ["torch"], {"torch": "2.13.0+cpu", "nbmodelver": "0.1"})
    assert found.constraints == {"torch": "2.13.0"}
    assert "torch" in found.requirements
    assert found.minor == "3.11"


def test_an_environment_that_may_be_in_use_stays(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "KEPT", 1)
    for number in range(3):
        made(environment(numpy=f"2.{number}"), lambda _text: None, tmp_path)
    assert len(list(tmp_path.glob(f"*/{COMPLETE}"))) == 3
    assert commands


def test_two_at_once_make_one_environment(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "POLL_S", 0.01)
    waits = threading.Event()
    said: list[str] = []
    quick = installers.run

    def slow(command: list[str]) -> None:
        if "pip" in command:
            assert waits.wait(60)
        quick(command)

    monkeypatch.setattr(installers, "run", slow)

    def say(text: str) -> None:
        said.append(text)
        if text.startswith("waiting for another process"):
            waits.set()

    found: list[Path] = []
    both = [threading.Thread(target=lambda: found.append(made(environment(numpy="3"), say, tmp_path))) for _ in "ab"]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert found[0] == found[1]
    assert len(commands) == 2
    assert "waiting for another process that makes the same environment" in said


def test_a_lock_is_installed_with_its_hashes_before_what_nbmodelver_needs(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    locked = replace(environment(numpy="2.4.6"), lock="numpy==2.4.6 --hash=sha256:aa\n")
    assert locked.key != environment(numpy="2.4.6").key
    place = made(locked, lambda _text: None, tmp_path).parents[1]
    _, of_lock, further = commands
    assert of_lock[-4:] == ["--require-hashes", "--no-deps", "-r", str(place / "lock.txt")]
    assert (place / "lock.txt").read_text() == "numpy==2.4.6 --hash=sha256:aa\n"
    assert further[-2:] == ["-c", str(place / "constraints.txt")]


def test_wheels_need_no_index(tmp_path: Path, commands: list[list[str]]) -> None:
    inside = replace(environment(numpy="2.4.6"), lock="numpy==2.4.6 --hash=sha256:aa\n", wheels=tmp_path / "wheels")
    made(inside, lambda _text: None, tmp_path)
    assert commands[1][-3:] == ["--no-index", "--find-links", str(tmp_path / "wheels")]
    assert len(commands) == 2
