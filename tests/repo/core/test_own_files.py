"""Files in the user's own configuration: read only if nobody else can write them, and replaced as a whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import StoreError
from nbmodelver.repo.core import own_files
from nbmodelver.repo.core.own_files import OwnFile

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_written_is_read(tmp_path: Path):
    file = OwnFile("x.json", "the list", tmp_path / "new")
    assert file.read() == {}
    file.write({"b": 1, "a": [2]})
    assert file.read() == {"a": [2], "b": 1}
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["x.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "\x00", '{"a": ' * 5000])
def test_anything_else_than_an_object_reads_as_empty(tmp_path: Path, text: str):
    (tmp_path / "x.json").write_text(text)
    assert OwnFile("x.json", "the list", tmp_path).read() == {}


def test_a_file_that_others_can_write_reads_as_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = OwnFile("x.json", "the list", tmp_path)
    file.write({"a": 1})
    monkeypatch.setattr(type(own_files.system.port), "others_can_write", lambda *_: "can be written by others")
    assert file.read() == {}
    assert file.read(also_shared=True) == {"a": 1}


def test_a_link_and_a_large_file_read_as_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    OwnFile("real.json", "the list", tmp_path).write({"a": 1})
    os.symlink(tmp_path / "real.json", tmp_path / "x.json")
    assert OwnFile("x.json", "the list", tmp_path).read() == {}
    monkeypatch.setattr(own_files, "MAX_BYTES", 3)
    assert OwnFile("real.json", "the list", tmp_path).read() == {}


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = OwnFile("x.json", "the list", tmp_path)
    file.write({"a": 1})

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(own_files.system.port), "sync", full)
    with pytest.raises(StoreError, match="the list at"):
        file.write({"a": 2})
    assert file.read() == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_an_existing_file_is_not_created_again(tmp_path: Path):
    file = OwnFile("x.json", "the list", tmp_path)
    file.create({"a": 1})
    file.create({"a": 2})
    assert file.read() == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]
