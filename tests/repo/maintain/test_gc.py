"""Garbage collection as a whole: parts, records, small files and kept comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import InUse
from nbmodelver.repo.maintain import upkeep
from nbmodelver.repo.maintain.gc import gc

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def three(repo: Repo) -> Repo:
    for number in range(3):
        repo.commit({"x": np.random.default_rng(number).bytes(100_000)})
    return repo


def test_parts_and_records_of_forgotten_versions_go(three: Repo) -> None:
    three.forget("v2")
    report = gc(three, 0)
    assert report.freed_bytes > 90_000
    assert three.history.records.count() == len(three.history.records.present()) == 2
    assert three.verify(full=True) == []
    assert [v.name for v in three.log()] == ["v3", "v1"]


def test_what_was_forgotten_a_moment_ago_stays_for_the_grace_period(three: Repo) -> None:
    three.forget("v2")
    assert gc(three, 3600).freed_bytes == 0
    assert [v.name for v in three.take_back("v2")] == ["v2"]
    assert three.verify(full=True) == []


def test_small_packs_are_merged(three: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.store.merging.MANY_PACKS", 1)
    assert len(list(three.backend.list("packs/"))) == 3
    gc(three, 0)
    assert len(list(three.backend.list("packs/"))) == 1
    assert three.verify(full=True) == []


def test_kept_comparisons_of_versions_that_are_gone_are_removed(three: Repo) -> None:
    three.diff("v1", "v2")
    assert list(three.backend.list("comparisons/"))
    three.forget("v2")
    gc(three, 0)
    assert list(three.backend.list("comparisons/")) == []


def test_a_file_that_another_program_has_open_is_no_error(three: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(*_args: object) -> None:
        raise InUse("open elsewhere")

    three.forget("v2")
    monkeypatch.setattr(upkeep, "everything", in_use)
    assert gc(three, 0).freed_bytes > 90_000
