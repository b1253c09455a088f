"""Exports as plain files: a folder for each version, complete or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.errors import UsageError
from nbmodelver.exchange import sidecar
from tests.exchange.places import FRAME, exported, statuses

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def test_a_folder_for_each_version_has_its_files_in_open_formats(repo: Repo, tmp_path: Path) -> None:
    done = exported(repo, tmp_path)
    assert statuses(done) == ["written"] * 3
    assert done.versions[-1].proof.endswith("files read back equal")
    place = tmp_path / "v2"
    assert pd.read_parquet(place / "data/df.parquet").equals(FRAME)
    assert np.load(place / "data/arr.npy").tolist() == [0, 1]
    assert json.loads((place / "values/alpha.json").read_text()) == 0.2
    assert json.loads((place / "metrics.json").read_text()) == {"acc": 0.2}
    assert "scikit-learn" in (place / "requirements.txt").read_text()
    assert json.loads((tmp_path / "labels.json").read_text()) == {
        "models": {"churn/1.0.0": "v2"}, "tags": {"best": "v2"},
    }  # fmt: skip
    facts, members = sidecar.decode((place / sidecar.NAME).read_bytes(), "it")
    assert (facts.name, facts.message, facts.tags) == ("v2", "version 2", ("best",))
    assert {one["path"] for one in members} >= {"version.nbmv.zip", "models/model/model.skops"}


def test_an_export_that_was_interrupted_goes_on(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed, rename = [], Path.rename

    def once(*given: Any) -> None:
        renamed.append(given)
        if len(renamed) == 2:
            raise KeyboardInterrupt
        rename(*given)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", once)
        with pytest.raises(KeyboardInterrupt):
            exported(repo, tmp_path)
    assert (tmp_path / "v1").is_dir()
    assert not (tmp_path / "v2").exists()
    assert statuses(exported(repo, tmp_path)) == ["again", "written", "written"]
    assert not (tmp_path / ".nbmodelver-v2").exists()


def test_something_else_in_the_way_is_named_before_a_byte_is_written(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "v3").mkdir()
    with pytest.raises(UsageError, match="is no export") as caught:
        exported(repo, tmp_path)
    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["v3"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        exported(repo, tmp_path / "file")
