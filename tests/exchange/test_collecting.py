"""The files of a version: formats, and what is left out with its reason."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from sklearn.linear_model import Ridge

from nbmodelver.exchange import collecting
from nbmodelver.exchange.collecting import FileOptions
from tests.exchange.places import exported, imported, new_repo

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def test_a_pickled_value_of_an_untrusted_version_stays_away(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "model_v1.pkl").write_bytes(pickle.dumps(Ridge()))
    other = new_repo()
    imported(other, folder)
    done = exported(other, tmp_path / "out")
    assert [(one.what, one.why) for one in done.left_out] == [
        ("model", "it is pickled and comes from elsewhere: %mv_trust v1")
    ]


def test_each_value_has_the_first_format_that_holds_it_exactly(repo: Repo) -> None:
    with collecting.contents(repo, repo["v2"], FileOptions()) as files:
        found = {one.path: (one.role, one.format, one.exact) for one in files.members}
        assert all(one.file.stat().st_size == one.size_bytes for one in files.members)
        places = [one.file for one in files.members]
    assert found["data/df.parquet"] == ("dataset", "parquet", "value")
    assert found["models/model/model.skops"] == ("model", "skops", "state")
    assert found["values/alpha.json"] == ("hyperparameters", "json", "value")
    assert found["environment.json"] == ("environment", "json", "copy")
    assert not any(place.exists() for place in places)


def test_names_become_distinct_files_without_regard_to_case() -> None:
    repo = new_repo()
    repo.commit({"A": 1, "a": 2, "é": 3, "x" * 200: 4})
    with collecting.contents(repo, repo["v1"], FileOptions()) as files:
        paths = [one.path for one in files.members if one.name]
    assert len({path.lower() for path in paths}) == 4
    assert all(path.isascii() and len(path) < 120 for path in paths)


def test_only_some_names_and_further_documents(repo: Repo) -> None:
    options = FileOptions(frozenset({"df"}), documents=lambda _version: {"notes/x.txt": b"hello"})
    with collecting.contents(repo, repo["v1"], options) as files:
        assert {one.name for one in files.members if one.name} == {"df"}
        assert next(one for one in files.members if one.path == "notes/x.txt").file.read_bytes() == b"hello"
