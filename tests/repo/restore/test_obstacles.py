"""Reasons why values cannot be loaded, known without loading them."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.repo.restore.obstacles import Obstacles, _missing_package

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


class Place:
    """A class of a test: its instances need pickle."""


@pytest.fixture(autouse=True)
def one(repo: Repo) -> None:
    repo.commit({"plain": [1], "place": Place()})


def obstacles(repo: Repo, **more: Any) -> Obstacles:
    return repo.rollback("v1", {}, **more).obstacles


def test_nothing_is_in_the_way_of_ordinary_values(repo: Repo) -> None:
    for name in ("plain", "place"):
        assert obstacles(repo).of(repo["v1"].group_of(name)) == ""


def test_a_pickled_value_needs_trust_and_plain_data_does_not(repo: Repo) -> None:
    untrusted = obstacles(repo, trusted=False)
    assert "not trusted" in untrusted.of(repo["v1"].group_of("place"))
    assert untrusted.of(repo["v1"].group_of("plain")) == ""


def test_a_missing_package_is_named(repo: Repo) -> None:
    group = replace(repo["v1"].group_of("place"), classes=("no_such_package.inner:Net", "json:JSONDecoder"))
    assert obstacles(repo).of(group) == "needs the package no_such_package"


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        ("json:x", ""), ("no_such_package.a:B", "no_such_package"), ("__main__:Net", ""), ("builtins:list", ""),
        ("None:remove", ""), (":x", ""),
    ],
)  # fmt: skip
def test_only_packages_that_cannot_be_imported_are_missing(place: str, missing: str) -> None:
    assert _missing_package(place) == missing


def test_imports_search_the_folders_of_the_version_within_the_block_only(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = obstacles(repo)
    monkeypatch.setattr(Obstacles, "paths", [str(tmp_path)])
    before = list(sys.path)
    with found.searching():
        assert sys.path == [*before, str(tmp_path)]
    assert sys.path == before


def test_there_is_no_way_out_before_the_releases_are_compared(repo: Repo) -> None:
    assert obstacles(repo).way_out(["sklearn.svm:SVC"]) == ""
    assert obstacles(repo).lacking_modules(["own:Net"]) == ""
