"""Charts as picture files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from nbmodelver.model import Chart, Series

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("matplotlib")

CHARTS = (
    Chart("bars", "acc", (Series("acc", (0.5, None, 0.7)),), ("v1", "v2", "v3"), "version", "acc", "higher"),
    Chart("scatter", "acc against depth", (Series("acc", (0.5, 0.7), (1.0, 2.0)),), (), "depth", "acc"),
    Chart("line", "loss", (Series("v1", (3.0, 2.0), (0.0, 1.0)), Series("v2", (3.0, 1.0), (0.0, 1.0))), (), "epoch"),
    Chart("histogram", "cost in $", (Series("v1", (2.0, 3.0), (0.0, 1.0, 2.0)),), (), "cost", "rows"),
)


def test_every_kind_of_chart_is_drawn_with_its_title(tmp_path: Path) -> None:
    from nbmodelver.comparison.matplotlib import write

    file = tmp_path / "charts.svg"
    assert write(CHARTS, file) == 4
    drawn = file.read_text("utf-8")
    ET.fromstring(drawn)  # our own file
    for title in ("acc (higher is better)", "acc against depth", "loss", "cost in $"):
        assert f"<!-- {title} -->" in drawn


def test_the_state_of_pyplot_is_not_touched(tmp_path: Path) -> None:
    import matplotlib.pyplot as plt

    from nbmodelver.comparison.matplotlib import write

    before = plt.get_fignums()
    write(CHARTS, tmp_path / "charts.png")
    assert plt.get_fignums() == before
    assert (tmp_path / "charts.png").read_bytes()[:4] == b"\x89PNG"


def test_many_charts_are_cut(tmp_path: Path) -> None:
    from nbmodelver.comparison.matplotlib import MOST_CHARTS, write

    assert write(CHARTS[:1] * 40, tmp_path / "charts.png") == MOST_CHARTS
