"""The diff names the input files that differ, and leaves out equal ones."""

from __future__ import annotations

from nbmodelver.comparison.code.input_files import inputs_section
from nbmodelver.model import InputFile, ObjectId, Version, VersionId

ONE, OTHER = ObjectId("a" * 40), ObjectId("b" * 40)


def version(*files: InputFile) -> Version:
    return Version(VersionId(""), 1, inputs=files)


def test_files_that_differ_are_named_and_equal_ones_left_out() -> None:
    before = version(InputFile("same", 1, ONE, is_kept=True), InputFile("x.csv", 1000, ONE), InputFile("gone", 1, ONE))
    after = version(InputFile("same", 1, ONE), InputFile("x.csv", 1001, OTHER), InputFile("new", 2, OTHER))
    found = inputs_section(before, after)
    assert [(r.cells, r.status) for r in found.rows] == [
        (("x.csv", "1,000 bytes, aaaaaaaa", "1,001 bytes, bbbbbbbb"), "changed"),
        (("gone", "1 bytes, aaaaaaaa", None), "removed"),
        (("new", None, "2 bytes, bbbbbbbb"), "added"),
    ]


def test_a_file_whose_content_is_not_known_differs_from_one_that_is() -> None:
    found = inputs_section(version(InputFile("x", 1, ONE)), version(InputFile("x", 1, reason="changed")))
    assert found.rows[0].cells == ("x", "1 bytes, aaaaaaaa", "1 bytes, content not known")
    assert not inputs_section(version(InputFile("x", 1, reason="r")), version(InputFile("x", 1, reason="r"))).rows
