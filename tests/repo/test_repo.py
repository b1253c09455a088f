"""A repo in a script: how it is opened, and what each use case returns."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.errors import BadName, NoStore, NotKept, UnknownVersion, UsageError
from nbmodelver.repo import Repo, open_repo

if TYPE_CHECKING:
    from pathlib import Path


def test_a_store_is_found_from_its_folder_the_one_above_and_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NBMODELVER_STORE", raising=False)
    made = mv.open(tmp_path, create=True)
    made.commit({"x": 1})
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    for repo in (open_repo(tmp_path), open_repo(tmp_path / ".nbmodelver"), open_repo()):
        assert repo["v1"].names == ("x",)
    with pytest.raises(NoStore):
        open_repo(tmp_path / "a")
    assert open_repo(create=True).where == made.where, "the one above, and no new one"
    assert repr(made) == f"<nbmodelver repo at {os.fspath(tmp_path / '.nbmodelver')}, v1>"


def test_a_value_that_cannot_be_stored_warns_in_a_script(repo: Repo) -> None:
    with pytest.warns(NotKept, match="gen is not kept") as warned:
        version = repo.commit({"x": 1, "gen": (i for i in ())})
    assert warned[0].filename == __file__
    assert [s.name for s in version.skipped] == ["gen"]


def test_an_unchanged_commit_can_return_the_current_version(repo: Repo) -> None:
    first = repo.commit({"x": [1]})
    assert repo.commit({"x": [1]}, only_if_changed=True) == first
    assert repo.commit({"x": [2]}, only_if_changed=True).name == "v2"


def test_versions_are_listed_by_all_conditions(repo: Repo) -> None:
    repo.commit({"x": 1}, "first", metrics={"acc": 0.5}, tags="a")
    repo.commit({"x": 2}, "second", metrics={"acc": 0.9}, auto="auto")
    assert [v.name for v in repo.log()] == ["v2", "v1"]
    assert [v.name for v in repo.log("metrics.acc > 0.6")] == ["v2"]
    assert [v.name for v in repo.log(auto=False)] == ["v1"]
    assert [v.name for v in repo.log(tag="a", text="first")] == ["v1"]
    assert [v.name for v in repo.log(limit=1)] == ["v2"]
    assert [v.name for v in repo.best(repo.log(), "acc")] == ["v2", "v1"]
    with pytest.raises(UsageError):
        repo.best(repo.log(), "nothing")


def test_a_branch_starts_at_the_current_version_once(repo: Repo) -> None:
    with pytest.raises(UsageError, match="needs a version to start at"):
        repo.branch("trees")
    version = repo.commit({"x": 1})
    assert repo.branch("trees") == version
    with pytest.raises(UsageError, match="already exists"):
        repo.branch("trees")
    with pytest.raises(BadName):
        repo.branch("Trees")


def test_a_forgotten_version_cannot_be_tagged(repo: Repo) -> None:
    version = repo.commit({"x": 1})
    repo.commit({"x": 2})
    repo.forget("v1")
    with pytest.raises(UnknownVersion, match="was forgotten"):
        repo.tag("best", version)
    assert repo.tag("best").name == "v2"


def test_a_dry_run_changes_nothing(repo: Repo) -> None:
    repo.commit({"x": b"x" * 100_000})
    repo.commit({"x": b"y" * 100_000})
    before = {key: repo.backend.size(key) for key in repo.backend.list("")}
    assert repo.forget("v1", dry_run=True).versions
    assert repo.gc(dry_run=True, grace_s=0).dry_run
    assert repo.purge("x", dry_run=True).versions == ("v1", "v2")
    repo.repair()
    assert {key: repo.backend.size(key) for key in repo.backend.list("")} == before


@pytest.mark.parametrize("sample", [-1, 101, "half"])
def test_a_sample_is_a_percentage(repo: Repo, sample: object) -> None:
    with pytest.raises(UsageError, match="sample cannot be"):
        repo.verify(sample=sample)  # type: ignore[arg-type]


def test_kinds_of_values_are_known_by_name_and_type() -> None:
    assert (Repo.kind_of("acc", 0.5), Repo.kind_of("lr", 0.5), Repo.kind_of("_x", 1)) == (
        "metric",
        "hyperparameters",
        None,
    )
    assert Repo.is_metric("acc", 0.5)
    assert not Repo.is_metric("acc", "high")
    assert Repo.type_of([]) == "list"
