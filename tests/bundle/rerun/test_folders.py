"""A run has folders and an environment of its own, and cells see their files only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nbmodelver.bundle.rerun.folders import RunFolders, new_folders, place, prepare
from nbmodelver.bundle.rerun.planning import planned
from nbmodelver.errors import RerunFailed
from tests.bundle.rerun.samples import committed

if TYPE_CHECKING:
    from pathlib import Path


def test_the_folder_of_the_notebook_has_its_files_and_nothing_else(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "data.csv").write_text("1,2")
    repo, version = committed(tmp_path / "store", "name = 'data.csv'")
    plan = planned(repo, version, here=True, folder=study)
    first, second = (new_folders(plan, tmp_path / "scratch", number) for number in (1, 2))
    for folders in (first, second):
        prepare(repo, plan, folders)
        assert [p.name for p in folders.notebook.iterdir()] == ["data.csv"]
    assert first.library == second.library
    assert (first.library / "nbmodelver" / "errors.py").is_file()
    assert not (first.library / "nbmodelver" / "labextension").exists()


def test_a_path_that_leads_out_of_the_folders_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "notebook"
    folder.mkdir(parents=True)
    assert place(folder, "../shared/a.csv", depth=1) == tmp_path / "above" / "shared" / "a.csv"
    for path, depth in (("../a.csv", 0), ("../../a.csv", 1), ("/etc/a.csv", 1)):
        with pytest.raises(RerunFailed, match="outside of the folder"):
            place(folder, path, depth)


def test_variables_of_the_environment_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    found = RunFolders(tmp_path / "notebook", tmp_path / "own", tmp_path / "library").environment(["src"])
    assert "MY_TOKEN" not in found
    assert found["PYTHONPATH"] == os.pathsep.join([str(tmp_path / "library"), str(tmp_path / "notebook" / "src")])
    assert found["XDG_CONFIG_HOME"].startswith(str(tmp_path / "own"))
