"""Answers about pointer files in Git."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import MergeConflict, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Repo) -> Path:
    """A repository of Git, as working directory, and a store with one version."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    repo.commit({"x": 1}, "first")
    return tmp_path


def test_pointers_are_written_and_listed(ask: Ask, checkout: Path) -> None:
    assert str(ask("git")) == "no pointer yet: %mv_git write"
    assert str(ask("git write")) == "main.nbmv points to v1"
    assert str(ask("git")).split() == ["main.nbmv", "v1", "the", "notebook", "stands", "here", "·", "not", "pushed"]
    assert json.loads(str(ask("git --json")))[0]["file"] == "main.nbmv"
    assert (checkout / "main.nbmv").exists()


def test_checks_and_offers_say_what_to_do(repo: Repo, ask: Ask) -> None:
    ask("git write")
    assert str(ask("git check")) == "main.nbmv points to v1, which is not pushed: %mv_push"
    assert str(ask("git offer")) == "the notebook stands where this commit of Git points"
    repo.commit({"x": 2}, "second")
    assert str(ask("git offer")).startswith("main.nbmv: this commit has v1 first: %mv_rollback ")


def test_hooks_are_installed(ask: Ask) -> None:
    assert str(ask("git install")) == "hooks written: pre-commit, pre-push, post-checkout, post-merge"


def test_a_merge_takes_three_files(repo: Repo, ask: Ask) -> None:
    ask("git write ours.nbmv")
    repo.commit({"x": 2}, "second")
    ask("git write theirs.nbmv")
    assert str(ask("git merge base ours.nbmv theirs.nbmv")) == "merged"
    repo.history.set_head(repo["v1"].id, "side")
    repo.commit({"x": 3})
    ask("git write theirs.nbmv")
    with pytest.raises(MergeConflict):
        ask("git merge base ours.nbmv theirs.nbmv")
    for line in ("git merge ours.nbmv", "git check ours.nbmv", "git nothing"):
        with pytest.raises(UsageError):
            ask(line)
