"""Charts of a comparison as a picture file, for hosts that show no panel. No state of pyplot is used or changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nbmodelver.model import Chart

COLUMNS = 2
INCHES = (5.0, 3.2)
"""Width and height of one chart."""
MOST_CHARTS = 24
MOST_MARKED = 60
"""A longer line has no marks at its points."""


def write(charts: Sequence[Chart], path: Path) -> int:
    """Write charts to a file whose suffix says the format (png, svg, pdf), and return how many were drawn.

    Raises OSError, and ValueError for an unknown format.
    """
    shown = charts[:MOST_CHARTS]
    rows = max(1, math.ceil(len(shown) / COLUMNS))
    columns = min(COLUMNS, max(1, len(shown)))
    figure = Figure(figsize=(INCHES[0] * columns, INCHES[1] * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for i, chart in enumerate(shown):
        _draw(figure.add_subplot(rows, columns, i + 1), chart)
    figure.savefig(path, dpi=120)
    return len(shown)


def _draw(axes: Any, chart: Chart) -> None:
    draw = {"bars": _bars, "histogram": _histogram, "line": _lines, "scatter": _points}[chart.kind]
    draw(axes, chart)
    better = f" ({chart.better} is better)" if chart.better in ("higher", "lower") else ""
    axes.set_title(_plain(f"{chart.title}{better}"), fontsize=10)
    axes.set_xlabel(_plain(chart.x_label), fontsize=8)
    axes.set_ylabel(_plain(chart.y_label), fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if len(chart.series) > 1:
        axes.legend(fontsize=8, frameon=False)


def _plain(text: str) -> str:
    """A text without mathematical notation: a dollar sign in a name is a dollar sign."""
    return text.replace("$", r"\$")


def _bars(axes: Any, chart: Chart) -> None:
    width = 0.8 / max(1, len(chart.series))
    for s, one in enumerate(chart.series):
        at = [i + s * width for i in range(len(one.y))]
        axes.bar(at, [_number(y) for y in one.y], width, label=_plain(one.label))
    labels = [_plain(label) for label in chart.labels]
    middle = width * (len(chart.series) - 1) / 2
    axes.set_xticks([i + middle for i in range(len(labels))], labels, rotation=90 if len(labels) > 8 else 0)


def _histogram(axes: Any, chart: Chart) -> None:
    for one in chart.series:
        axes.stairs([_number(y) for y in one.y], list(one.x), label=_plain(one.label), fill=len(chart.series) == 1)


def _lines(axes: Any, chart: Chart) -> None:
    for one in chart.series:
        axes.plot(
            list(one.x), [_number(y) for y in one.y], label=_plain(one.label), marker="." if len(one.y) < 60 else ""
        )


def _points(axes: Any, chart: Chart) -> None:
    for one in chart.series:
        axes.scatter(list(one.x), [_number(y) for y in one.y], s=18, label=_plain(one.label))


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
