"""Pictures of a comparison: the file, and what prevents it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from nbmodelver import comparison
from nbmodelver.actions.pictures import write_pictures
from nbmodelver.errors import UsageError
from nbmodelver.model import Chart, Series

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("matplotlib")
CHARTS = [Chart("bars", "acc", (Series("acc", (0.5, 0.7)),), ("v1", "v2"))]


def test_the_file_and_the_number_of_charts_are_returned(tmp_path: Path) -> None:
    file, count = write_pictures(str(tmp_path / "a.png"), CHARTS)
    assert (file.is_file(), count) == (True, 1)


@pytest.mark.parametrize(
    ("name", "says"),
    [("a.docx", "a.docx: Format 'docx' is not supported"), ("no/a.png", "cannot be written: No such file")],
)
def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        write_pictures(str(tmp_path / name), CHARTS)


def test_nothing_to_draw_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to draw"):
        write_pictures(str(tmp_path / "a.png"), [])


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(comparison, "matplotlib", raising=False)
    monkeypatch.setitem(sys.modules, "nbmodelver.comparison.matplotlib", None)
    with pytest.raises(UsageError, match="pictures need Matplotlib"):
        write_pictures(str(tmp_path / "a.png"), CHARTS)
