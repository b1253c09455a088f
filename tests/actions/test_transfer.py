"""Init, export and import as actions: which file or folder is meant, and what is refused before anything is written."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.actions import transfer
from nbmodelver.actions.transfer import ExportRequest, ImportRequest
from nbmodelver.errors import FileExists, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


class Point:
    """A class of a test: its instances need pickle."""

    def __init__(self) -> None:
        self.x = 1


def test_a_store_is_created_once_and_opened_afterwards(tmp_path: Path) -> None:
    made = transfer.init(None, tmp_path)
    assert (made.existed, made.versions) == (False, 0)
    assert (tmp_path / ".nbmodelver" / "format").is_file()
    made.repo.commit({"a": 1})
    found = transfer.init(None, tmp_path)
    assert (found.existed, found.versions) == (True, 1)
    assert transfer.init(str(tmp_path), tmp_path / "elsewhere").existed


def test_a_relative_path_starts_at_the_folder_and_the_default_is_named_after_the_version(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({"a": 1})
    done = transfer.export(repo, ExportRequest("HEAD", folder=tmp_path))
    assert done.path == tmp_path / "notebook-v1.nbmv.zip"
    assert (done.version.name, done.size_bytes) == ("v1", done.path.stat().st_size)
    named = transfer.export(repo, ExportRequest("v1", " mine.zip ", tmp_path))
    assert named.path == tmp_path / "mine.zip"
    assert zipfile.is_zipfile(named.path)


@pytest.mark.parametrize("text", ["a\0b", "~nobody-of-this-name/x.zip"])
def test_a_text_that_names_no_file_is_refused(repo: Repo, tmp_path: Path, text: str) -> None:
    repo.commit({"a": 1})
    with pytest.raises(UsageError):
        transfer.export(repo, ExportRequest("v1", text, tmp_path))


def test_an_existing_file_is_replaced_only_on_request(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": 1})
    file = tmp_path / "mine.zip"
    file.write_text("mine")
    for check_first in (False, True):
        with pytest.raises(FileExists):
            transfer.export(repo, ExportRequest("v1", "mine.zip", tmp_path, check_first=check_first))
    assert file.read_text() == "mine"
    transfer.export(repo, ExportRequest("v1", "mine.zip", tmp_path, overwrite=True, check_first=True))
    assert zipfile.is_zipfile(file)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.zip", "store"]


def test_the_check_comes_before_the_bundle_is_made(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a": 1})
    monkeypatch.setattr("nbmodelver.bundle.write", lambda *_args, **_more: pytest.fail("a bundle was made"))
    for path in ("no/folder/x.zip", "store", "x" * 300):
        with pytest.raises(UsageError):
            transfer.export(repo, ExportRequest("v1", path, tmp_path, check_first=True))


def test_an_import_names_the_variables_that_need_trust(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"plain": [1], "point": Point()})
    done = transfer.export(repo, ExportRequest("v1", "x.zip", tmp_path))
    other = mv.open(tmp_path / "other", create=True)
    first = transfer.import_(other, ImportRequest(str(done.path)))
    assert (first.path, first.version.name, first.again, first.untrusted) == (done.path, "v1", False, ("point",))
    assert transfer.import_(other, ImportRequest(str(done.path))).again
    assert transfer.import_(repo, ImportRequest(str(done.path))).untrusted == ()


def test_some_variables_are_imported_alone(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"plain": [1], "point": Point()})
    transfer.export(repo, ExportRequest("v1", "x.zip", tmp_path))
    other = mv.open(tmp_path / "other", create=True)
    done = transfer.import_(other, ImportRequest("x.zip", tmp_path, only=["plain"]))
    assert (set(done.version.kept), done.untrusted) == ({"plain"}, ())
