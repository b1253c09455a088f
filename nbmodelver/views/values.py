"""JSON values as short text: how a parameter, a statistic or a diff's cell is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbmodelver.views.blocks import Cell, Chart
from nbmodelver.views.figures import number

MAX_TEXT = 160


def value_text(value: Any) -> str:
    """One JSON value in one line."""
    if value is None:
        return "None"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return number(value) if isinstance(value, float) or abs(value) >= 10_000 else str(value)
    if isinstance(value, Mapping):
        return _cut("{" + ", ".join(f"{k}: {value_text(v)}" for k, v in value.items()) + "}")
    if isinstance(value, list | tuple):
        return _cut("[" + ", ".join(value_text(v) for v in value) + "]")
    return _cut(str(value))


def value_cell(value: Any) -> Cell:
    """A diff's cell: a histogram as a chart, None as nothing, all else as text."""
    if isinstance(value, Mapping) and isinstance(value.get("counts"), list):
        return chart(value)
    return "" if value is None else value_text(value)


def chart(histogram: Mapping[str, Any]) -> Chart:
    """The chart of a profile's histogram; counts that are no numbers count nothing."""
    counts = tuple(c if isinstance(c, int) and c >= 0 else 0 for c in histogram["counts"][:100])
    return Chart(counts, value_text(histogram.get("low")), value_text(histogram.get("high")))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
