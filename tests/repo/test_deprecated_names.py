"""Names from before 0.1.0 still work, and name what replaces them (docs/deprecation.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver.repo

if TYPE_CHECKING:
    from nbmodelver.model import Version
    from nbmodelver.repo import Repo


def test_the_callback_of_a_commit_in_the_background_gets_the_version(repo: Repo) -> None:
    heard: list[Version | BaseException] = []
    version = repo.commit_later({"x": 1}, on_done=heard.append).result()
    assert heard == [version]


def test_the_old_name_of_the_callback_works_and_warns(repo: Repo) -> None:
    heard: list[Version | BaseException] = []
    with pytest.warns(DeprecationWarning, match=r"on_done=.*0\.2 removes told") as warned:
        version = repo.commit_later({"x": 1}, told=heard.append).result()
    assert heard == [version]
    assert warned[0].filename == __file__, "the warning points to the caller"


def test_the_new_name_precedes_the_old_one(repo: Repo) -> None:
    heard: list[str] = []
    with pytest.warns(DeprecationWarning, match="on_done"):
        repo.commit_later({"x": 1}, on_done=lambda _: heard.append("new"), told=lambda _: heard.append("old")).result()
    assert heard == ["new"]


def test_a_commit_in_the_background_needs_no_callback(repo: Repo) -> None:
    assert repo.commit_later({"x": 1}).result().name == "v1"


def test_the_old_name_of_the_context_works_and_warns() -> None:
    with pytest.warns(DeprecationWarning, match=r"CommitContext; 0\.2 removes"):
        assert nbmodelver.repo.Surroundings is nbmodelver.repo.CommitContext
    with pytest.raises(AttributeError, match="nothing"):
        _ = nbmodelver.repo.nothing
