"""Modules of a version are written as files, and never over another file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import NotLoadable
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.modules import ModuleComparison, Modules
from nbmodelver.repo.core.modules_written import Written, write
from nbmodelver.repo.core.project import Project

if TYPE_CHECKING:
    from pathlib import Path

MODULES = Modules({"src/own_a.py": b"A = 1\n", "own_b.py": b"B = 1\n"}, {"own_a": "src/own_a.py", "own_b": "own_b.py"})


@pytest.fixture(autouse=True)
def _own_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


def compared(folder: Path) -> ModuleComparison:
    version = Version(VersionId("a" * 40), 7)
    return ModuleComparison(version, MODULES, Project(folder / ".nbmodelver", None), will_write=True)


def test_missing_files_are_written_and_can_be_imported(tmp_path: Path) -> None:
    found = compared(tmp_path)
    done = write(found)
    assert done == Written(("src/own_a.py", "own_b.py"))
    assert (tmp_path / "src" / "own_a.py").read_bytes() == b"A = 1\n"
    assert {str(tmp_path), str(tmp_path / "src")} <= set(sys.path)
    assert found.missing == ()
    assert list(done.sentences("v7")) == []


def test_a_different_file_stays_and_the_old_source_goes_to_a_separate_folder(tmp_path: Path) -> None:
    (tmp_path / "own_b.py").write_bytes(b"mine")
    done = write(compared(tmp_path))
    assert (done.placed, done.separate, done.folder) == (("src/own_a.py",), ("own_b.py",), "modules-v7")
    assert (tmp_path / "own_b.py").read_bytes() == b"mine"
    assert (tmp_path / "modules-v7" / "own_b.py").read_bytes() == b"B = 1\n"
    (sentence,) = done.sentences("v7")
    assert sentence.startswith("own_b.py of v7 is in modules-v7; your own file is not changed.")


def test_a_separate_folder_is_used_again_only_for_the_same_content(tmp_path: Path) -> None:
    (tmp_path / "own_b.py").write_bytes(b"mine")
    assert [write(compared(tmp_path)).folder for _ in range(2)] == ["modules-v7", "modules-v7"]
    (tmp_path / "modules-v7" / "own_b.py").write_bytes(b"edited")
    assert write(compared(tmp_path)).folder == "modules-v7-2"
    assert (tmp_path / "modules-v7" / "own_b.py").read_bytes() == b"edited"


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    project = tmp_path / "project"
    project.mkdir()
    (project / "src").symlink_to(outside)
    with pytest.raises(NotLoadable, match="is a link or a file"):
        write(compared(project))
    assert list(outside.iterdir()) == []
    (project / "src").unlink()
    (project / "own_b.py").symlink_to(outside / "made.py")
    with pytest.raises(NotLoadable, match="is a link"):
        write(compared(project))
    assert list(outside.iterdir()) == []


def test_a_file_in_place_of_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "src").write_text("mine")
    with pytest.raises(NotLoadable, match="is a link or a file"):
        write(compared(tmp_path))
    assert (tmp_path / "src").read_text() == "mine"
