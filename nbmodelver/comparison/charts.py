"""Charts made from profiles, with one series per side: distributions of columns, importances, training curves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbmodelver.model import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Profile

MAX_HISTOGRAMS = 24
MAX_CURVES = 12
MAX_BARS = 15


def charts_of(sides: Mapping[str, Profile]) -> tuple[Chart, ...]:
    """The charts for the profiles of one value.

    sides: label of a side ("v3") -> its profile. A distribution that is equal on all sides is drawn once.
    """
    return (*_histograms(sides), *_importances(sides), *_curves(sides))


def _histograms(sides: Mapping[str, Profile]) -> list[Chart]:
    columns = {label: _columns(profile) for label, profile in sides.items()}
    names = dict.fromkeys(name for found in columns.values() for name in found)
    drawn = []
    for name in names:
        series = [s for label, found in columns.items() if (s := _bins(label, found.get(name))) is not None]
        if series and (len(sides) == 1 or any((s.x, s.y) != (series[0].x, series[0].y) for s in series)):
            drawn.append(Chart("histogram", name or "values", tuple(series), (), name or "values", "rows"))
    return drawn[:MAX_HISTOGRAMS]


def _columns(profile: Profile) -> dict[str, Any]:
    entries = profile.get("columns")
    found = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    return {str(e.get("name", "")): e.get("histogram") for e in found}


def _bins(label: str, histogram: Any) -> Series | None:
    """The counts of a histogram with numeric edges; None for dates and for a missing histogram."""
    if not isinstance(histogram, dict):
        return None
    low, high, counts = histogram.get("low"), histogram.get("high"), histogram.get("counts")
    if (
        low is None
        or high is None
        or not (_is_number(low) and _is_number(high) and isinstance(counts, list) and counts)
    ):
        return None
    step = (high - low) / len(counts)
    return Series(label, tuple(counts), (*(low + i * step for i in range(len(counts))), high))


def _importances(sides: Mapping[str, Profile]) -> Iterator[Chart]:
    found = {label: _pairs(profile) for label, profile in sides.items()}
    weights: dict[str, float] = {}
    for pairs in found.values():
        for name, weight in pairs.items():
            weights[name] = max(weights.get(name, 0.0), abs(weight))
    names = sorted(weights, key=lambda n: -weights[n])[:MAX_BARS]
    if names:
        series = tuple(Series(label, tuple(p.get(n) for n in names)) for label, p in found.items() if p)
        yield Chart("bars", "importances", series, tuple(names), "feature", "importance")


def _pairs(profile: Profile) -> dict[str, float]:
    listed = profile.get("importances")
    pairs = listed if isinstance(listed, list) else []
    return {str(p[0]): p[1] for p in pairs if isinstance(p, list) and len(p) == 2 and _is_number(p[1])}  # type: ignore[misc]


def _curves(sides: Mapping[str, Profile]) -> list[Chart]:
    """One chart per curve ("loss", "validation rmse") with one line per side. x counts from 1."""
    found = {label: _mapping(profile.get("curves")) for label, profile in sides.items()}
    names = dict.fromkeys(name for curves in found.values() for name in curves)
    drawn = []
    for name in names:
        series = [s for label, c in found.items() if (s := _curve(label, c.get(name))) is not None]
        if series:
            drawn.append(Chart("line", name, tuple(series), (), "step", name))
    return drawn[:MAX_CURVES]


def _curve(label: str, curve: Any) -> Series | None:
    if not isinstance(curve, dict) or not isinstance(curve.get("values"), list):
        return None
    values, every = curve["values"], curve.get("every", 1)
    return Series(
        label, tuple(v if _is_number(v) else None for v in values), tuple(1 + i * every for i in range(len(values)))
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
