"""Parameters and metrics of several versions side by side, with charts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.associations import associations
from nbmodelver.comparison.versions import same
from nbmodelver.model import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbmodelver.comparison.associations import Association
    from nbmodelver.model import Direction, Json, Version

MAX_BARS = 12
MAX_SCATTERS = 8


@dataclass(frozen=True)
class ComparedLine:
    """One parameter or metric in several versions. values: None for a version without it. direction: of a metric."""

    name: str
    values: tuple[Json, ...]
    direction: Direction = "unknown"

    @property
    def differs(self) -> bool:
        """True if the versions have different values."""
        return any(not same(v, self.values[0]) or type(v) is not type(self.values[0]) for v in self.values)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form for the front-end."""
        return {"name": self.name, "values": list(self.values), "differs": self.differs}


@dataclass(frozen=True)
class SideBySide:
    """A comparison of several versions: a line for each parameter and metric, and charts.

    associated: the parameters that `metric` goes with.
    """

    params: tuple[ComparedLine, ...]
    metrics: tuple[ComparedLine, ...]
    charts: tuple[Chart, ...] = ()
    associated: tuple[Association, ...] = ()
    metric: str = ""

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form for the front-end."""
        return {
            "params": [line.to_dict() for line in self.params],
            "metrics": [{**line.to_dict(), "direction": line.direction} for line in self.metrics],
            "charts": [c.to_dict() for c in self.charts],
            "associated": [one.to_dict() for one in self.associated],
            "metric": self.metric,
        }


def side_by_side(
    versions: Sequence[Version], metric: str = "", directions: Mapping[str, Direction] | None = None
) -> SideBySide:
    """Compare parameters and metrics of versions, in the given order.

    metric: the metric of the scatter charts of parameters; "": the first one. directions: metric -> direction.
    """
    params = _lines(versions, lambda v: v.ordered_params)
    known = directions or {}
    metrics = tuple(replace(m, direction=known.get(m.name, "unknown")) for m in _lines(versions, lambda v: v.metrics))
    bars = [_bars(line, versions) for line in metrics[:MAX_BARS] if len(versions) > 1]
    chosen = next((m for m in metrics if m.name == metric), metrics[0] if metrics else None)
    against = [_scatter(p, chosen) for p in params if chosen is not None and len(versions) > 2 and _is_axis(p)]
    charts = (*bars, *against[:MAX_SCATTERS])
    return SideBySide(params, metrics, charts, _associated(params, chosen), chosen.name if chosen is not None else "")


def _associated(params: Sequence[ComparedLine], metric: ComparedLine | None) -> tuple[Association, ...]:
    """The parameters that a metric goes with."""
    if metric is None:
        return ()
    differing = {line.name: line.values for line in params if line.differs}
    is_higher_better = metric.direction != "lower"
    return tuple(associations([_number(v) for v in metric.values], differing, is_higher_better=is_higher_better))


def _lines(versions: Sequence[Version], of: Callable[[Version], Mapping[str, Any]]) -> tuple[ComparedLine, ...]:
    names = dict.fromkeys(n for v in versions for n in of(v))
    return tuple(ComparedLine(name, tuple(of(v).get(name) for v in versions)) for name in names)


def _bars(line: ComparedLine, versions: Sequence[Version]) -> Chart:
    series = Series(line.name, line.values)  # type: ignore[arg-type]  # of metrics: numbers, NaN too
    return Chart("bars", line.name, (series,), tuple(v.name for v in versions), "version", line.name, line.direction)


def _number(value: Json) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_number else None  # type: ignore[return-value]  # a number, as checked


def _is_axis(param: ComparedLine) -> bool:
    """Return True for a parameter that can be a chart axis: different values, all numbers or missing."""
    return param.differs and all(v is None or _number(v) is not None for v in param.values)


def _scatter(param: ComparedLine, metric: ComparedLine) -> Chart:
    pairs = [(_number(x), _number(y)) for x, y in zip(param.values, metric.values, strict=True)]
    both = [(x, y) for x, y in pairs if x is not None and y is not None]
    series = Series(metric.name, tuple(y for _, y in both), tuple(x for x, _ in both))
    return Chart(
        "scatter", f"{metric.name} against {param.name}", (series,), (), param.name, metric.name, metric.direction
    )
