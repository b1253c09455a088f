"""Two kernels on one store: what one of them does never looks like damage to the other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.catalogue.records import Records

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def other(tmp_path: Path) -> Any:
    """Another kernel's repo, with three versions."""
    repo = mv.open(tmp_path, create=True)
    for number in range(3):
        repo.commit({"x": number, "people": ["Erika", number]})
    return repo


def test_a_purge_of_another_kernel_is_seen_at_the_present_version(other: Any, tmp_path: Path) -> None:
    repo = mv.open(tmp_path)
    assert "people" in repo.load("HEAD")
    other.purge(["people"])
    assert repo.load("HEAD") == {"x": 2}
    assert repo.load("HEAD~1") == {"x": 1}
    assert repo.commit({"x": 3}).parents == (other["v3"].id,)
    assert repo.verify(full=True) == []


def test_a_version_that_another_kernel_forgets_and_collects_is_passed_over(other: Any, tmp_path: Path) -> None:
    repo = mv.open(tmp_path)
    assert repo.history.head.name == "v3"
    other.forget(["v2"])
    other.gc(grace_s=0)
    assert repo["HEAD~1"].name == "v1"


def test_d9_verify_finds_nothing_while_another_kernel_commits(
    other: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Records.readable_ids
    values = [{"x": 10}]

    def slow(records: Records) -> Any:
        found = listed(records)
        if values:
            other.commit(values.pop(), tags=["new"])
        return found

    monkeypatch.setattr(Records, "readable_ids", slow)
    assert mv.open(tmp_path).verify() == []
    assert not values


def test_a_kernel_stays_where_it_is_after_a_purge_and_a_way_back_of_what_was_forgotten(
    other: Any, tmp_path: Path
) -> None:
    repo = mv.open(tmp_path)
    assert repo.history.head.name == "v3"
    other.history.set_head(other["v1"].id)
    repo.purge(["people"])
    assert repo.history.head.name == "v3"
    repo.forget(["v2"])
    repo.take_back(["v2"])
    assert repo.history.head.name == "v3"
    assert other.history.head.name == "v1"
    assert repo.commit({"x": 9}).parents == (repo["v3"].id,)


def test_who_looks_where_a_kernel_stands_does_not_put_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel asked from a thread of its own while the first commit was made: it had read "nowhere", and said so."""
    repo = mv.open(tmp_path, create=True)
    made = mv.open(tmp_path).commit({"x": 1})
    repo.refs.delete("HEAD")
    get, moving = repo.refs.get, threading.Thread(target=lambda: repo.history.set_head(made.id, "main"))

    def slow(name: str) -> str | None:
        found = get(name)
        if name == "HEAD" and not moving.ident:
            moving.start()
            moving.join(0.5)
        return found

    monkeypatch.setattr(repo.refs, "get", slow)
    repo.history.head  # the look
    moving.join()
    assert repo.history.head_id == made.id
