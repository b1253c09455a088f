"""Pointers in a Git repository: written, staged, checked, offered, merged and followed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.actions import git
from nbmodelver.actions.remote_transfers import PushRequest, push_to
from nbmodelver.actions.remotes import AddRequest, add_remote
from nbmodelver.errors import RemoteMissing, UsageError
from nbmodelver.remote import pointers

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def run(folder: Path, *words: str) -> str:
    """Run Git as a person with a name."""
    who = ["-c", "user.name=ana", "-c", "user.email=ana@example.org"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of Git with a store of one version."""
    folder = tmp_path / "study"
    folder.mkdir()
    run(folder, "init", "-q", "-b", "main")
    mv.open(folder, create=True).commit({"a": 1}, "first", metrics={"acc": 0.5})
    return folder


def opened(checkout: Path) -> Repo:
    return mv.open(checkout)


def shared(checkout: Path) -> Path:
    """The folder of a remote that has everything."""
    repo = opened(checkout)
    add_remote(repo, AddRequest("origin", str(checkout.parent / "team")))
    push_to(repo, PushRequest())
    return checkout.parent / "team"


def committed(checkout: Path, message: str) -> None:
    git.write_pointer(opened(checkout))
    run(checkout, "commit", "-q", "-m", message)


def test_a_pointer_is_written_beside_the_store_and_staged(checkout: Path) -> None:
    path = git.write_pointer(opened(checkout))
    assert path == checkout / "main.nbmv"
    assert run(checkout, "diff", "--cached", "--name-only") == "main.nbmv\n"
    assert pointers.read(path).metrics == {"acc": 0.5}
    assert pointers.read(path).remote == ""


def test_a_pointer_is_named_after_the_notebook(checkout: Path) -> None:
    repo = opened(checkout)
    repo.work_for("../deep.ipynb")
    repo.commit({"a": 2})
    assert git.write_pointer(repo).name == "deep.nbmv"


def test_without_a_version_or_a_repository_nothing_is_written(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    with pytest.raises(UsageError, match="no version"):
        git.write_pointer(repo)
    repo.commit({"a": 1})
    with pytest.raises(UsageError, match="git"):
        git.write_pointer(repo)


def test_a_pointer_that_others_cannot_follow_is_warned_of(checkout: Path) -> None:
    committed(checkout, "one")
    assert list(git.warnings(opened(checkout), checkout)) == ["main.nbmv points to v1, which is not pushed: %mv_push"]
    shared(checkout)
    assert list(git.warnings(opened(checkout), checkout)) == []
    (checkout / "main.nbmv").write_text("broken")
    assert "not a pointer" in next(git.warnings(opened(checkout), checkout))


def test_a_checkout_offers_the_version_of_its_commit(checkout: Path) -> None:
    committed(checkout, "one")
    version = opened(checkout).commit({"a": 2}, "second")
    committed(checkout, "two")
    assert list(git.offers(opened(checkout), checkout)) == []
    run(checkout, "checkout", "-q", "HEAD~1")
    first = opened(checkout)["v1"]
    assert list(git.offers(opened(checkout), checkout)) == [
        f"main.nbmv: this commit has v1 first: %mv_rollback {first.id[:12]}"
    ]
    assert version.name == "v2"
    (state,) = git.states(opened(checkout), checkout)
    assert git.described([state]) == [("main.nbmv", "v1", "not pushed")]


def test_hooks_are_written_and_those_of_others_stay(checkout: Path) -> None:
    foreign = checkout / ".git" / "hooks" / "pre-commit"
    foreign.write_text("#!/bin/sh\nexit 0\n")
    done = git.install(checkout)
    assert done.written == ("pre-push", "post-checkout", "post-merge")
    assert done.foreign == (("pre-commit", "nbmodelver git check || true"),)
    assert foreign.read_text() == "#!/bin/sh\nexit 0\n"
    assert git.install(checkout).written == done.written
    assert (checkout / ".git" / "hooks" / "pre-push").stat().st_mode & 0o111


def test_a_pointer_in_another_clone_brings_store_and_version(checkout: Path) -> None:
    shared(checkout)
    committed(checkout, "one")
    other = checkout.parent / "ci"
    run(checkout.parent, "clone", "-q", str(checkout), str(other))
    repo, version = git.follow_pointer(other / "main.nbmv")
    assert version.message == "first"
    assert repo.load(version) == {"a": 1}
    opened(checkout).commit({"a": 2}, "second")
    push_to(opened(checkout), PushRequest())
    committed(checkout, "two")
    run(other, "pull", "-q")
    assert git.follow_pointer(other / "main.nbmv")[1].message == "second"


def test_a_pointer_to_a_version_that_nobody_has_is_named(checkout: Path) -> None:
    committed(checkout, "one")
    other = checkout.parent / "ci"
    run(checkout.parent, "clone", "-q", str(checkout), str(other))
    with pytest.raises(RemoteMissing, match="names no remote"):
        git.follow_pointer(other / "main.nbmv")
    shared(checkout)
    opened(checkout).commit({"a": 2}, "second")
    committed(checkout, "two")
    run(other, "pull", "-q")
    with pytest.raises(RemoteMissing, match=r"v2 .*which no remote here has"):
        git.follow_pointer(other / "main.nbmv")


def test_a_merge_keeps_the_newer_of_two_versions(checkout: Path, tmp_path: Path) -> None:
    repo = opened(checkout)
    older, newer = tmp_path / "older", tmp_path / "newer"
    git.write_pointer(repo, older, stage=False)
    repo.commit({"a": 2})
    git.write_pointer(repo, newer, stage=False)
    text = newer.read_text()
    assert git.merge_files(repo, newer, older)
    assert newer.read_text() == text
    assert git.merge_files(repo, older, newer)
    assert older.read_text() == text


def test_versions_that_diverged_are_a_conflict(checkout: Path, tmp_path: Path) -> None:
    repo = opened(checkout)
    first = repo["v1"]
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    repo.commit({"a": 2})
    git.write_pointer(repo, ours, stage=False)
    repo.history.set_head(first.id, "side")
    repo.commit({"a": 3})
    git.write_pointer(repo, theirs, stage=False)
    assert not git.merge_files(repo, ours, theirs)
