"""Pictures of a comparison: the file, and what prevents it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver import comparison
from nbmodelver.actions.pictures import charts_of, write_pictures
from nbmodelver.errors import UsageError
from nbmodelver.model import Chart, Series

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("matplotlib")
CHARTS = [Chart("bars", "acc", (Series("acc", (0.5, 0.7)),), ("v1", "v2"))]


def test_the_file_and_the_number_of_charts_are_returned(tmp_path: Path) -> None:
    file, count = write_pictures(str(tmp_path / "a.png"), CHARTS)
    assert (file.is_file(), count) == (True, 1)


def test_the_charts_of_a_diff_are_titled_with_their_section(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    rows = {"age": [float(n) for n in range(100)], "name": ["a"] * 100}
    repo.commit({"people": pd.DataFrame(rows), "cars": pd.DataFrame(rows)})
    rows["age"] = [n + 500 for n in range(100)]
    repo.commit({"people": pd.DataFrame(rows), "cars": pd.DataFrame(rows)})
    found = charts_of(repo.diff("v1", "v2"))
    assert {"people", "cars"} <= {chart.title.partition(" ·")[0] for chart in found}
    assert write_pictures(str(tmp_path / "a.svg"), found)[1] == len(found)


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
