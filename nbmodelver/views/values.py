"""JSON values as short text, for parameters, statistics and cells of a diff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbmodelver.views.blocks import Cell, HistogramBars
from nbmodelver.views.figures import number

MAX_TEXT = 160
NARROW, AROUND = 38, 12
"""Characters of each of two values side by side in a terminal, and how many of them precede the difference."""


def value_text(value: Any) -> str:
    """A JSON value in one line."""
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
    """A cell of a diff: a histogram becomes a chart, None is empty, anything else text."""
    if isinstance(value, Mapping) and isinstance(value.get("counts"), list):
        return chart(value)
    return "" if value is None else value_text(value)


def chart(histogram: Mapping[str, Any]) -> HistogramBars:
    """The chart of a histogram in a profile; counts that are not numbers are zero."""
    counts = tuple(c if isinstance(c, int) and c >= 0 else 0 for c in histogram["counts"][:100])
    return HistogramBars(counts, value_text(histogram.get("low")), value_text(histogram.get("high")))


def value_pair(before: Any, after: Any) -> tuple[str, str]:
    """Two different values, shortened so that the difference stays visible."""
    sides = value_text(before), value_text(after)
    if sides[0] != sides[1] and max(map(len, sides)) <= NARROW:
        return sides
    whole = _whole(before), _whole(after)
    at = next((i for i, (a, b) in enumerate(zip(*whole, strict=False)) if a != b), min(map(len, whole)))
    start = max(at - AROUND, 0)
    cut = [f"{'…' if start else ''}{text[start : start + NARROW]}" for text in whole]
    cut = [f"{c}…" if start + NARROW < len(w) else c for c, w in zip(cut, whole, strict=True)]
    return cut[0], cut[1]


def _whole(value: Any) -> str:
    """The value in one line, not shortened."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_whole(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_whole, value)) + "]"
    return repr(value) if isinstance(value, float) else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
