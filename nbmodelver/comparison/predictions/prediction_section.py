"""The section about the predictions of two models: one sentence, the metrics, the rows that flipped, the classes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.model import Chart, Row, Section, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.comparison.predictions.metric_tests import MetricChange
    from nbmodelver.comparison.predictions.predictions import ChangedRow, PredictionDiff
    from nbmodelver.model import Json

WORDS = {"wrong": "turned wrong", "right": "turned right", "other wrong": "wrong in another way", "other": "changed"}


@dataclass(frozen=True)
class Evaluated:
    """Two models on one dataset. data: its name and version, "X_test of v2"."""

    data: str
    found: PredictionDiff


@dataclass(frozen=True)
class TwoByTwo:
    """One metric of two models on two versions of the data: did the data matter, or the model?"""

    metric: str
    on_former: MetricChange
    on_latter: MetricChange

    @property
    def data_effect(self) -> float:
        """The earlier model on the later data, minus the same model on the earlier data."""
        return self.on_latter.before - self.on_former.before

    @property
    def model_effect(self) -> float:
        """The later model minus the earlier one, both on the later data."""
        return self.on_latter.step


def two_by_two(former: PredictionDiff, latter: PredictionDiff) -> TwoByTwo | None:
    """The first metric that both comparisons have; None without a truth on both sides."""
    on_former = {m.name: m for m in former.metrics}
    for metric in latter.metrics:
        if metric.name in on_former:
            return TwoByTwo(metric.name, on_former[metric.name], metric)
    return None


def section(
    name: str, versions: tuple[str, str], latter: Evaluated, former: Evaluated | None = None, notes: Sequence[str] = ()
) -> Section:
    """The section "predictions.NAME". latter: on the data that matters. former: on the data of the earlier version."""
    found = latter.found
    phrases = [f"{latter.data}: {summary(found)}"]
    metrics = {m.name: m for m in found.metrics}
    effects = two_by_two(former.found, found) if former is not None else None
    if former is not None and effects is not None:
        phrases.append(_effects(effects))
        sides = {_on(effects, former): effects.on_former, _on(effects, latter): effects.on_latter}
        metrics = {**sides, **{name: m for name, m in metrics.items() if name != effects.metric}}
    rows = [_metric(name, m) for name, m in metrics.items()]
    rows += [*_turned(found), *_classes(found), *(_example(e, found) for e in found.examples)]
    directions = {name: m.direction for name, m in metrics.items()}
    columns = ("what", versions[0], versions[1], "change", "how")
    title = f"{name} · predictions"
    note = "; ".join([*phrases, *notes])
    charts = tuple(_reliability(found, versions))
    return Section(f"predictions.{name}", title, columns, tuple(rows), note=note, charts=charts, directions=directions)


def _reliability(found: PredictionDiff, versions: tuple[str, str]) -> Iterator[Chart]:
    """Yield the chart of both reliability curves and of the diagonal, on which a calibrated model lies."""
    both = found.calibration
    if both is None:
        return
    curves = zip(versions, (both.before, both.after), strict=True)
    series = [Series(label, curve.observed, curve.predicted) for label, curve in curves]
    diagonal = Series("calibrated", (0.0, 1.0), (0.0, 1.0))
    what = "of the second class" if len(found.classes) == 2 else "of the predicted class"
    yield Chart("line", "calibration", (*series, diagonal), (), f"probability {what}", "share of rows")


def summary(found: PredictionDiff) -> str:
    """The difference in one line: "500 rows, 451 the same (90.2 %) · 38 turned wrong, 11 turned right"."""
    phrases = [f"{found.rows:,} rows, {found.equal:,} the same ({100 * found.equal / found.rows:.1f} %)"]
    if found.turned and not found.is_numeric:
        phrases.append(", ".join(f"{count:,} {WORDS[turn]}" for turn, count in found.turned.items()))
    if found.barely:
        phrases.append(f"{found.barely:,} of them barely")
    if found.metrics:
        first = found.metrics[0]
        beyond = "" if first.judgement == "within noise" else " beyond noise"
        phrases.append(f"{first.name} {first.judgement}{beyond}{_but(found) if not beyond else ''}")
    return " · ".join(phrases)


def _but(found: PredictionDiff) -> str:
    """The other metrics that changed by more than noise: ", but precision, log_loss worse"."""
    judged = {j: [m.name for m in found.metrics[1:] if m.judgement == j] for j in ("worse", "better")}
    words = [f"{', '.join(names)} {judgement}" for judgement, names in judged.items() if names]
    return f", but {' and '.join(words)}" if words else ""


def _effects(effects: TwoByTwo) -> str:
    return f"{effects.metric}: data alone {effects.data_effect:+.3g}, model {effects.model_effect:+.3g}"


def _on(effects: TwoByTwo, side: Evaluated) -> str:
    return f"{effects.metric} on {side.data} ({side.found.rows:,} rows)"


def _metric(name: str, metric: MetricChange) -> Row:
    sides = _number(metric.before), _number(metric.after)
    if metric.before == metric.after:
        return Row((name, *sides, None, None), "same")
    how: str = metric.judgement
    if math.isfinite(metric.low) and math.isfinite(metric.high):
        how = f"{how} (95 %: {metric.low:+.3g} to {metric.high:+.3g})"
    return Row((name, *sides, _number(metric.step), how))


def _number(value: float) -> Json:
    return value if math.isfinite(value) else None


def _turned(found: PredictionDiff) -> Iterator[Row]:
    for turn, count in found.turned.items():
        if count:
            yield Row((f"rows {WORDS[turn]}", None, None, None, f"{count:,} of {found.rows:,}"))


def _classes(found: PredictionDiff) -> Iterator[Row]:
    """Yield the recall of each class."""
    for one in found.classes:
        if not one.rows:
            continue
        old, new = one.right_before / one.rows, one.right_after / one.rows
        turned = ((one.turned_wrong, "turned wrong"), (one.turned_right, "turned right"))
        how = ", ".join(f"{count:,} {word}" for count, word in turned if count)
        step = new - old if new != old else None
        yield Row((f"recall of {one.name}", old, new, step, how or None), "changed" if how else "same")


def _example(row: ChangedRow, found: PredictionDiff) -> Row:
    phrases = [] if found.is_numeric else [WORDS[row.turned]]
    phrases += [f"truth {_json(row.truth)}"] if found.has_truth else []
    phrases += [f"margin {row.margin:.2f}"] if row.margin and not found.is_numeric else []
    step = row.after - row.before if found.is_numeric and _are_numbers(row) else None  # type: ignore[operator]
    return Row((f"row {row.label}", _json(row.before), _json(row.after), step, ", ".join(phrases) or None))


def _are_numbers(row: ChangedRow) -> bool:
    return isinstance(row.before, float) and isinstance(row.after, float)


def _json(value: object) -> Json:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
