"""The paths of input files that are safe to write in another folder, on every system."""

from __future__ import annotations

import pytest

from nbmodelver.model import InputFile, Version, VersionId
from nbmodelver.model.input_files import steps_up


@pytest.mark.parametrize(
    ("path", "up"),
    [("a.csv", 0), ("data/a b.csv", 0), ("../a.csv", 1), ("../../../d/a.csv", 3), (".hidden/a", 0)],
)
def test_the_steps_up_of_a_safe_path_are_counted(path: str, up: int) -> None:
    assert steps_up(path) == up
    assert InputFile(path, 1).up == up


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "~/a.csv", "../../../../a", "a/../../../../b", "", "..", "a//b", "con.txt", "a\\b", "c:/a", "a/nul",
     "a\n", "a./b", "x" * 401],
)  # fmt: skip
def test_any_other_path_is_never_written(path: str) -> None:
    assert steps_up(path) == -1


def test_a_version_with_input_files_is_restored_from_json() -> None:
    files = (InputFile("a.csv", 3, "ab" * 20, is_kept=True), InputFile("b", 1, reason="gone"))  # type: ignore[arg-type]
    version = Version(VersionId(""), 1, inputs=files)
    assert version.to_dict()["inputs"] == [
        {"path": "a.csv", "size_bytes": 3, "digest": "ab" * 20, "is_kept": True, "reason": ""},
        {"path": "b", "size_bytes": 1, "digest": "", "reason": "gone"},
    ]
    assert Version.from_dict(version.to_dict()) == version
