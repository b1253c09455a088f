"""The file of a card: its default name, its format, and what is in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import card_files
from nbmodelver.actions.card_files import CardFileRequest
from nbmodelver.errors import FileExists, UnknownModel, UsageError
from tests.registry.samples import three

if TYPE_CHECKING:
    from pathlib import Path


def test_the_default_file_has_the_name_and_number_of_the_version(tmp_path: Path):
    done = card_files.write(three(), CardFileRequest("churn", folder=tmp_path))
    assert (done.title, done.path) == ("churn/2.0.0", tmp_path / "churn-2.0.0-card.md")
    assert done.path.stat().st_size == done.size_bytes
    assert [p.name for p in tmp_path.iterdir()] == ["churn-2.0.0-card.md"]


def test_the_end_of_the_name_says_the_format(tmp_path: Path):
    repo = three()
    for name, start in (("a.html", "<!doctype html>"), ("a.json", "{"), ("a", "---"), ("a.txt", "---")):
        card_files.write(repo, CardFileRequest("churn", name, tmp_path))
        assert (tmp_path / name).read_text().startswith(start), name


def test_what_is_in_the_way_is_named_and_nothing_is_written(tmp_path: Path):
    repo = three()
    (tmp_path / "mine.md").write_text("mine")
    (tmp_path / "folder").mkdir()
    for path, error in (("mine.md", FileExists), ("folder", UsageError), ("no/x.md", UsageError), ("a\0", UsageError)):
        with pytest.raises(error):
            card_files.write(repo, CardFileRequest("churn", path, tmp_path))
    with pytest.raises(UnknownModel):
        card_files.file_of(repo, CardFileRequest("other", folder=tmp_path))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "mine.md"]
    assert (tmp_path / "mine.md").read_text() == "mine"
    card_files.write(repo, CardFileRequest("churn", "mine.md", tmp_path, overwrite=True))
    assert (tmp_path / "mine.md").read_text().startswith("---")
