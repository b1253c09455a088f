"""Several versions side by side: which ones, in which order, and as a table in a file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver import views
from nbmodelver.actions.compare import CompareRequest, compare, write_csv
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    found = mv.open(tmp_path, create=True)
    for i in range(12):
        found.commit({"depth": i}, f"run {i}", metrics={"acc": i / 10 if i % 5 else 0.05})
    return found


def test_versions_are_chosen_by_a_condition_and_sorted_by_a_metric(repo: Repo) -> None:
    found = compare(repo, CompareRequest(where="metrics.acc > 0.6", limit=100, sort="acc"))
    assert [v.name for v in found.versions] == ["v12", "v10", "v9", "v8"]


def test_a_direction_can_be_stated(repo: Repo) -> None:
    found = compare(repo, CompareRequest(limit=3, sort="acc:lower"))
    assert [v.name for v in found.versions] == ["v11", "v10", "v12"]


def test_versions_and_a_condition_cannot_be_combined(repo: Repo) -> None:
    with pytest.raises(UsageError, match="cannot be combined"):
        compare(repo, CompareRequest(["v1"], where="metrics.acc > 0"))


def test_a_table_has_one_row_per_version_and_full_numbers(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"depth": 1}, "=cmd()", metrics={"acc": 1 / 3}, params={"name": "-x", "flag": True, "none": None})
    file = write_csv(str(tmp_path / "all.csv"), compare(repo, CompareRequest(limit=1000)))
    with file.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 13
    last = rows[-1]
    assert (last["version"], last["message"]) == ("v13", "'=cmd()")
    assert float(last["metrics.acc"]) == 1 / 3
    assert (last["params.name"], last["params.flag"], last["params.none"]) == ("'-x", "True", "")
    assert rows[0]["params.name"] == ""
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_cannot_be_written_is_said(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        write_csv(str(tmp_path / "no" / "a.csv"), compare(repo, CompareRequest()))


def test_many_versions_are_rows(repo: Repo) -> None:
    found = compare(repo, CompareRequest(limit=12, sort="acc"))
    text = str(views.compare(found.versions, found.directions, associated=found.table.associated, metric="acc"))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == "acc depth message"
    assert lines[1] == "v12 1.1 * 11 run 11"
    assert len([line for line in lines if line.startswith("v")]) == 12


def test_parameters_that_the_metric_goes_with_are_named(repo: Repo) -> None:
    for i in range(12, 40):
        repo.commit({"depth": i}, metrics={"acc": i / 10})
    found = compare(repo, CompareRequest(limit=40))
    assert [one.param for one in found.table.associated] == ["depth"]
    text = str(views.compare(found.versions, found.directions, associated=found.table.associated, metric="acc"))
    assert "acc goes with depth · rank correlation +0." in text
