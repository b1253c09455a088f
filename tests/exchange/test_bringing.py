"""Runs of an import: equal values, parents, tags and models; again only what is new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.errors import Damaged
from nbmodelver.exchange import sidecar
from nbmodelver.registry import reading
from tests.exchange.places import FRAME, exported, imported, new_repo, statuses

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def test_what_was_exported_comes_in_with_parents_tags_and_models(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path)
    other = new_repo()
    done = imported(other, tmp_path)
    assert statuses(done) == ["new"] * 3
    versions = {v.message: v for v in other.log()}
    assert versions["version 2"].parents == (versions["version 1"].id,)
    assert versions["version 3"].metrics == {"acc": 0.3}
    assert other.history.tags_by_version() == {versions["version 2"].id: ("best",)}
    assert [v.number for v in reading.versions(other, "churn")] == ["1.0.0"]
    other.trusted = True
    loaded = other.load(versions["version 3"])
    assert loaded["df"].equals(FRAME)
    assert loaded["model"].alpha == 0.3
    assert {n: k.digest for n, k in versions["version 3"].kept.items()} == {
        n: k.digest for n, k in repo["v3"].kept.items()
    }
    assert other.verify(full=True) == []


def test_a_second_import_brings_nothing_and_an_export_back_is_recognised(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path)
    other = new_repo()
    imported(other, tmp_path)
    assert statuses(imported(other, tmp_path)) == ["again"] * 3
    assert statuses(imported(repo, tmp_path)) == ["again"] * 3
    assert statuses(exported(other, tmp_path)) == ["again"] * 3
    other.commit({"x": 1}, "more")
    done = exported(other, tmp_path / "more")
    assert statuses(done) == ["written"] * 4


def test_an_import_without_the_bundle_gives_equal_values(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path)
    for place in tmp_path.glob("v*"):
        (place / "version.nbmv.zip").unlink()
        data = json.loads((place / sidecar.NAME).read_text())
        data["members"] = [one for one in data["members"] if one["role"] != "record"]
        (place / sidecar.NAME).write_text(json.dumps(data))
    other = new_repo()
    imported(other, tmp_path)
    version = next(v for v in other.log() if v.message == "version 3")
    assert version.author == repo["v3"].author
    assert version.saved_at_utc == repo["v3"].saved_at_utc
    assert version.parents == (next(v.id for v in other.log() if v.message == "version 2"),)
    with pytest.raises(mv.errors.NeedsTrust):
        other.load(version, "model")
    other.trusted = True
    loaded = other.load(version)
    assert loaded["df"].equals(FRAME)
    assert loaded["alpha"] == 0.3
    assert loaded["model"].predict(FRAME[["a"]]).tolist() == pytest.approx(
        repo.load("v3")["model"].predict(FRAME[["a"]]).tolist()
    )
    assert other.environment(version) == repo.environment("v3")


def test_a_changed_file_of_an_export_is_named(repo: Repo, tmp_path: Path) -> None:
    exported(repo, tmp_path)
    (tmp_path / "v1/version.nbmv.zip").write_bytes(b"other")
    other = new_repo()
    with pytest.raises(Damaged, match=r"version.nbmv.zip' has another content"):
        imported(other, tmp_path)
    assert other.log() == []
    (tmp_path / "v1/version.nbmv.zip").unlink()
    with pytest.raises(Damaged, match="missing"):
        imported(other, tmp_path)
    (tmp_path / "v1" / sidecar.NAME).write_text("{}")
    with pytest.raises(Damaged, match="malformed"):
        imported(other, tmp_path)
