"""Answers about remotes, as the command line prints them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyrage
import pytest

from nbmodelver.errors import Diverged, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture
def team(repo: Repo, ask: Ask, tmp_path: Path) -> Path:
    """The folder of a remote with one version."""
    repo.commit({"x": 1}, "first", metrics={"acc": 0.5})
    ask(f"remote add origin {tmp_path / 'team'}")
    ask("push")
    return tmp_path / "team"


def test_a_store_without_a_remote_says_how_to_add_one(ask: Ask) -> None:
    assert str(ask("remote")) == "no remote yet: %mv_remote add origin ADDRESS"


def test_a_remote_that_was_added_says_what_it_can_do(repo: Repo, ask: Ask, tmp_path: Path) -> None:
    repo.commit({"x": 1})
    said = str(ask(f"remote add origin {tmp_path / 'team'}"))
    assert said == f"remote origin is {tmp_path / 'team'} · read and write · concurrent pushes are safe"
    assert "1 version not pushed" in str(ask("remote"))
    assert "only here" in str(ask("remote"))


def test_an_encrypted_remote_says_who_can_read_it(
    repo: Repo, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NBMODELVER_AGE_KEY", raising=False)
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _app: str(tmp_path / "config"))
    repo.commit({"x": 1})
    own = str(ask("remote key"))
    assert own.startswith("age1")
    said = " ".join(str(ask(f"remote add origin {tmp_path / 'team'} --encrypt")).split())
    assert " · encrypted · concurrent pushes are safe" in said
    assert f"keep a copy of {tmp_path / 'config' / 'encryption-key.json'}" in said
    assert " · encrypted · " in " ".join(str(ask("remote")).split())
    assert str(ask("remote share origin")) == f"origin can be read with 1 key\n  {own} · you"
    other = str(pyrage.x25519.Identity.generate().to_public())
    assert str(ask(f"remote share origin {other}")) == (
        f"origin can be read with 2 keys\n  {own} · you\n  {other} · added"
    )
    ask(f"remote add plain {tmp_path / 'plain'}")
    with pytest.raises(UsageError, match="not encrypted"):
        ask("remote share plain")
    with pytest.raises(UsageError, match="--recipient is for encrypted remotes"):
        ask(f"remote add third {tmp_path / 'third'} --recipient {other}")


def test_a_push_says_in_one_line_what_it_sent(repo: Repo, ask: Ask, team: Path) -> None:
    assert str(ask("push")) == "origin has everything"
    repo.commit({"x": 2}, "second")
    assert str(ask("push --dry-run")).startswith("would send origin: v2 · ")
    said = str(ask("push"))
    assert said.startswith("to origin: v2 · ")
    assert "branch main" in said
    assert "\n" not in said
    assert json.loads(str(ask("push --json")))["versions"] == []


def test_a_fetch_says_what_it_brought(repo: Repo, ask: Ask, team: Path) -> None:
    assert str(ask("fetch")) == "origin has nothing new"
    assert json.loads(str(ask("fetch --json")))["remote"] == "origin"
    assert str(ask("pull")) == "main is up to date"
    repo.commit({"x": 3})
    assert str(ask("pull")) == "main is 1 version ahead of origin: %mv_push"


def test_the_list_has_every_branch_and_a_form_for_programs(repo: Repo, ask: Ask, team: Path) -> None:
    repo.branch("side")
    assert "main" in str(ask("remote"))
    (found,) = json.loads(str(ask("remote --json")))
    assert found["name"] == "origin"
    assert {b["branch"]: b["relation"] for b in found["branches"]} == {"main": "same", "side": "only here"}


def test_a_forced_push_names_what_it_forced(repo: Repo, ask: Ask, team: Path) -> None:
    repo.history.set_head(None, "main")
    repo.commit({"y": 1}, "other history")
    with pytest.raises(Diverged):
        ask("push")
    assert "forced: heads/main" in str(ask('push --force -m "main was wrong"'))


def test_what_is_missing_in_a_line_is_named(ask: Ask, team: Path) -> None:
    for line in ("remote add", "remote add other", "remote remove origin /x", "remote check nothere", "push nothere"):
        with pytest.raises(UsageError):
            ask(line)


def test_a_gc_and_a_removal_answer_in_one_line(ask: Ask, team: Path) -> None:
    assert str(ask("remote gc origin")) == "origin has nothing to remove · 1 version"
    assert str(ask("remote check origin")).startswith("remote origin is ")
    assert str(ask("remote remove origin")) == "remote origin removed; nothing changed there"


def test_a_purge_at_a_remote_names_what_it_cannot_reach(repo: Repo, ask: Ask, team: Path) -> None:
    said = str(ask("purge x --remote origin"))
    assert "would be removed from v1" in said
    assert "not reached: bundles and backups" in said
    repo.commit({"x": 1, "y": 2})
    assert "deleted" in str(ask("purge x --remote origin --yes"))
