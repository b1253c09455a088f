"""Charts of a comparison as a picture file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Chart, Diff


def charts_of(found: Diff) -> list[Chart]:
    """Return the charts of a diff in the order of its sections, each titled with the title of its section."""
    return [
        chart if chart.title.startswith(section.title) else replace(chart, title=f"{section.title} · {chart.title}")
        for section in found.sections
        for chart in section.charts
    ]


def write_pictures(path: str, charts: Sequence[Chart]) -> tuple[Path, int]:
    """Write charts to one file, and return its path and the number of charts. The suffix says the format.

    Raises UsageError without charts, without Matplotlib, for an unknown format and if the file cannot be written.
    """
    if not charts:
        raise UsageError("there is nothing to draw", "compare versions whose metrics or data differ")
    try:
        from nbmodelver.comparison import matplotlib
    except ImportError as error:
        raise UsageError("pictures need Matplotlib", "install it: pip install matplotlib") from error
    target = Path(path).expanduser()
    try:
        return target, matplotlib.write(charts, target)
    except ValueError as error:
        raise UsageError(f"{target.name}: {error}", "name a file that ends with .png, .svg or .pdf") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}", "name another file") from error
