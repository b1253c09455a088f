"""What goes into a bundle: variables, datasets, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.bundle import BundleOptions
from nbmodelver.errors import UnknownName, UsageError
from nbmodelver.model import ReadFile
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Version
    from nbmodelver.repo import Repo


@pytest.fixture
def study(tmp_path: Path) -> tuple[Repo, Version]:
    repo = mv.open(tmp_path / "store", create=True)
    (tmp_path / "a.csv").write_text("a\n1\n")
    stat = (tmp_path / "a.csv").stat()
    read = [ReadFile("a.csv", str(tmp_path / "a.csv"), stat.st_size, stat.st_mtime_ns)]
    shared = np.arange(3.0)
    values = {"df": pd.DataFrame({"a": [1, 2]}), "rate": 0.5, "one": [shared], "two": [shared]}
    return repo, repo.commit(values, around=CommitContext(read=read))


def test_everything_goes_by_default(study: tuple[Repo, Version]) -> None:
    assert BundleOptions().chosen(study[1]) is study[1]


def test_names_bring_those_that_share_objects_along(study: tuple[Repo, Version]) -> None:
    found = BundleOptions(names=["one"]).chosen(study[1])
    assert set(found.kept) == {"one", "two"}
    assert "exported without df, rate" in found.note
    with pytest.raises(UnknownName):
        BundleOptions(names=["rat"]).chosen(study[1])


def test_datasets_and_files_can_stay_here(study: tuple[Repo, Version], tmp_path: Path) -> None:
    repo, version = study
    found = BundleOptions(without_data=True).chosen(version)
    assert "df" not in found.kept
    assert not any(i.is_kept for i in found.inputs)
    path = bundle.write(repo, version, tmp_path / "x.nbmv.zip", options=BundleOptions(without_files=True))
    inside = bundle.inspect(path)
    assert not any(name.startswith("files/") for name in inside.members)
    assert "df" in inside.version.kept
    assert inside.version.inputs[0].reason == "it was left out of the bundle"


def test_nothing_left_is_an_error(study: tuple[Repo, Version], tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "other", create=True)
    version = repo.commit({"df": pd.DataFrame({"a": [1]})})
    with pytest.raises(UsageError, match="nothing of v1 would be left"):
        BundleOptions(without_data=True).chosen(version)


def test_a_reduced_bundle_is_imported_beside_the_whole_version(study: tuple[Repo, Version], tmp_path: Path) -> None:
    repo, version = study
    path = bundle.write(repo, version, tmp_path / "x.nbmv.zip", options=BundleOptions(names=["rate"]))
    found = bundle.bring_in(repo, path)
    assert not found.again
    assert repo.load(found.version) == {"rate": 0.5}
    assert bundle.bring_in(repo, path).again
