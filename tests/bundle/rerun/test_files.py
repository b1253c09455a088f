"""A re-run gets the files of the record; what is not in it is taken as it is now, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbmodelver as mv
from nbmodelver.bundle.rerun.files import planned_files
from nbmodelver.model import Cell, InputFile, ObjectId, Version, VersionId
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ID = ObjectId("a" * 40)


def version(*files: InputFile) -> Version:
    return Version(VersionId(""), 1, inputs=files)


def test_stored_files_come_from_the_record_also_above_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("changed since")
    found = planned_files(
        version(InputFile("a.csv", 1, ID, is_kept=True), InputFile("../../up.csv", 1, ID, is_kept=True)), [], tmp_path
    )
    assert found.stored == {"a.csv": ID, "../../up.csv": ID}
    assert (found.beside, found.differs, found.lacks, found.depth) == ({}, (), (), 2)


def test_a_file_that_is_not_stored_is_compared_with_its_hash(tmp_path: Path) -> None:
    for name in ("same", "other", "unknown"):
        (tmp_path / name).write_text(name)
    digest = portable.id_of_file(str(tmp_path / "same"))
    record = version(
        InputFile("same", 4, digest), InputFile("other", 5, digest), InputFile("unknown", 7, reason="changed"),
        InputFile("gone", 1, digest),
    )  # fmt: skip
    found = planned_files(record, [], tmp_path)
    assert set(found.beside) == {"same", "other", "unknown"}
    assert found.differs == ("other was changed since it was read",)
    assert found.lacks == (
        "the content of unknown as it was read, so that it is used as it is now",
        "the file gone, of which the version has no content",
    )


def test_a_bundle_gets_no_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    found = planned_files(version(InputFile("a.csv", 1)), [Cell("open('a.csv')")], None)
    assert (found.stored, found.beside) == ({}, {})
    assert len(found.lacks) == 1


def test_a_path_that_is_not_safe_is_never_placed(tmp_path: Path) -> None:
    for path in ("/etc/passwd", "../../../../x", "~/x", "con.txt"):
        assert not planned_files(version(InputFile(path, 1, ID, is_kept=True)), [], tmp_path).stored


def test_names_in_cells_are_used_if_the_record_has_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    assert planned_files(version(), [Cell("open('a.csv')")], tmp_path).beside == {"a.csv": tmp_path / "a.csv"}
    repo = mv.open(tmp_path / "store", create=True)
    assert not planned_files(repo.commit({"a": 1}), [], tmp_path).beside


def test_of_a_bundle_no_file_of_this_machine_is_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "private").write_text("1")
    monkeypatch.setattr(portable, "id_of_file", None)
    found = planned_files(version(InputFile(str(tmp_path / "private"), 1, ID)), [], None)
    assert found.differs == ()
    assert "of which the version has no content" in found.lacks[0]


def test_a_stored_file_elsewhere_is_named_as_such(tmp_path: Path) -> None:
    found = planned_files(version(InputFile("/absent/x.csv", 1, ID, is_kept=True)), [], tmp_path)
    assert found.lacks == (
        "the file /absent/x.csv, which is stored, and lies outside of the folders that a re-run makes",
    )
