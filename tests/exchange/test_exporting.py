"""Runs of an export: a plan, again only what is new, conflicts and secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.exchange import ExportToRequest, export_to
from nbmodelver.errors import NotPushed, UsageError
from nbmodelver.repo.transfer import portable
from tests.exchange.places import exported, new_repo, statuses

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def test_a_dry_run_says_the_same_and_writes_nothing(repo: Repo, tmp_path: Path) -> None:
    done = exported(repo, tmp_path / "out", dry_run=True)
    assert statuses(done) == ["would write"] * 3
    assert not (tmp_path / "out").exists()
    sizes = [one.size_bytes for one in done.versions]
    assert sizes == [one.size_bytes for one in exported(repo, tmp_path / "out").versions]


def test_a_second_export_writes_only_what_is_new(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path)
    assert statuses(exported(repo, tmp_path)) == ["again"] * 3
    repo.commit({"x": 4}, "fourth")
    repo.tag("best", repo["v4"], move=True)
    done = exported(repo, tmp_path)
    assert statuses(done) == ["again"] * 3 + ["written"]
    assert json.loads((tmp_path / "labels.json").read_text())["tags"] == {"best": "v4"}
    assert not [path for path in tmp_path.rglob("*") if ".nbmodelver-" in path.name]


def test_a_version_that_is_there_with_other_content_is_a_conflict(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path, names=frozenset({"df"}))
    with pytest.raises(NotPushed, match="v1 with other content"):
        exported(repo, tmp_path)


def test_another_release_of_a_library_is_no_conflict(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(repo, tmp_path)
    monkeypatch.setattr(portable, "in_open_format", lambda _value: None)  # The same values in other bytes.
    assert statuses(exported(repo, tmp_path)) == ["again"] * 3
    repo.commit({"x": 1}, "fourth")
    assert statuses(exported(repo, tmp_path)) == ["again"] * 3 + ["written"]


def test_a_conflict_is_found_before_a_new_version_is_written(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path, names=frozenset({"df"}))
    repo.commit({"df": 1}, "fourth")
    with pytest.raises(NotPushed, match="v1 with other content"):
        exported(repo, tmp_path)
    assert not (tmp_path / "v4").exists()


def test_a_secret_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    repo = new_repo()
    repo.commit({"note": "x"}, "first")
    repo.commit({"password": "hunter2-hunter2", "x": 1}, "second", allow_secrets=["password"])
    with pytest.raises(UsageError, match="may hold a secret") as caught:
        exported(repo, tmp_path)
    assert "--allow-secret password" in caught.value.hint
    assert not (tmp_path / "v2").exists()
    assert statuses(exported(repo, tmp_path, allow_secrets=frozenset({"password"})))[-1] == "written"


def test_a_store_without_versions_and_an_unknown_system_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no version to export"):
        exported(new_repo(), tmp_path)
    with pytest.raises(UsageError, match="nope") as caught:
        export_to(new_repo(), ExportToRequest("nope", "x"))
    assert "files" in caught.value.hint
