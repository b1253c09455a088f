"""A new folder has all its files, or does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.bundle import new_folder
from nbmodelver.errors import FileExists, StoreFull

if TYPE_CHECKING:
    from pathlib import Path


def test_the_folder_appears_at_the_end(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a" / "b") as draft:
        (draft / "file").write_text("1")
        assert not (tmp_path / "a" / "b").exists()
    assert (tmp_path / "a" / "b" / "file").read_text() == "1"
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]


def test_after_an_error_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(StoreFull), new_folder(tmp_path / "out") as draft:
        draft.write_text("a folder is no file")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(FileExists, match="already exists"), new_folder(tmp_path / "out"):
        pass
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreFull, match="cannot be written"), new_folder(tmp_path / "file" / "out"):
        pass
    assert (tmp_path / "file").read_text() == "mine"
