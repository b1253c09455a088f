"""What a version says of the Git checkout, and that Git is slow once only."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo.core import environment as surroundings
from nbmodelver.repo.core.environment import GitProbe

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="Git is not installed")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("a")
    for words in (
        "init -q -b main", "add a.txt", "-c user.name=A -c user.email=a@example.com commit -q -m one",
    ):  # fmt: skip
        subprocess.run(["git", "-C", str(tmp_path), *words.split()], check=True)
    return tmp_path


def state(folder: Path) -> tuple[str, bool]:
    with GitProbe(folder) as probe:
        found = probe.state()
    assert found is not None
    return found.branch, found.dirty


def test_the_branch_and_uncommitted_changes_are_known(checkout: Path) -> None:
    assert state(checkout) == ("main", False)
    (checkout / "a.txt").write_text("b")
    assert state(checkout) == ("main", True)


def test_git_writes_its_index_once_where_it_was_slow(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a new clone every commit waited until Git had read every file again."""
    os.utime(checkout / "a.txt", (1, 1))  # Git has to read the file: its times are other than in the index.
    index = checkout / ".git" / "index"
    before = index.read_bytes()
    assert state(checkout) == ("main", False)
    assert index.read_bytes() == before
    monkeypatch.setattr(surroundings, "GIT_SLOW_S", -1.0)
    assert state(checkout) == ("main", False)
    assert index.read_bytes() == before
    assert state(checkout) == ("main", False)
    assert index.read_bytes() != before
    surroundings._slow.clear()
