"""The sections about the coefficients of a linear model: one sentence, the largest changes, and the rest folded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbmodelver.comparison.models.linear_models import linear_diff, linear_model_of
from nbmodelver.model import Chart, Row, Section, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.comparison.models.linear_models import CoefficientChange, LinearDiff
    from nbmodelver.comparison.sides import Side

COLUMNS = ("coefficient", "before", "after", "change", "how")
MAX_ROWS = 10
"""Coefficients in the first section: those that changed most. The rest is in a folded one."""
FEW = 3
"""So few more coefficients are not worth a section of their own."""
MAX_REST = 2_000
MAX_BARS = 15


def coefficients(name: str, before: Side, after: Side) -> Sequence[Section]:
    """The sections about the coefficients; none if one of the values is no linear model. Reads both values."""
    old, new = linear_model_of(before.load()), linear_model_of(after.load())
    if old is None or new is None:
        return ()
    return tuple(sections(name, linear_diff(old, new), (before.label or "before", after.label or "after")))


def sections(name: str, found: LinearDiff, labels: tuple[str, str]) -> Iterator[Section]:
    """Yield "coefficients.NAME", and "more-coefficients.NAME" folded. labels: of the sides in the chart."""
    title = f"{name} · coefficients"
    if not found.is_comparable:
        sizes = len(found.before.features), len(found.after.features)
        row = Row(("features", *sizes, sizes[1] - sizes[0], None))
        yield Section(f"coefficients.{name}", title, COLUMNS, (row,), note=summary(found))
        return
    ranked = sorted((p for p in found.pairs if p.differs), key=lambda p: -p.size)
    same = [_row(p) for p in found.pairs if not p.differs]
    count = MAX_ROWS if len(ranked) > MAX_ROWS + FEW else len(ranked)
    rows = [*(_row(p) for p in ranked[:count]), *_only_one_side(found), *(_row(p) for p in found.intercepts)]
    rest = [*(_row(p) for p in ranked[count:]), *_only_one_side(found, rest=True)]
    yield Section(
        f"coefficients.{name}",
        title,
        COLUMNS,
        (*rows, *([] if rest else same[:MAX_REST])),
        note=summary(found),
        charts=_charts(ranked, labels),
    )
    if rest:
        more = f"{len(rest) - MAX_REST:,} more are not listed" if len(rest) > MAX_REST else ""
        rows = [*rest, *same][:MAX_REST]
        yield Section(
            f"more-coefficients.{name}", f"{name} · other coefficients", COLUMNS, tuple(rows), note=more, folded=True
        )


def summary(found: LinearDiff) -> str:
    """The difference in one line: "30 coefficients: all changed, 9 with another sign · largest: …"."""
    if not found.is_comparable:
        sizes = f"{len(found.before.features):,} → {len(found.after.features):,}"
        return f"{sizes} features without names: the coefficients are not comparable one by one"
    changed = [p for p in found.pairs if p.differs]
    phrases = [_counted(found, changed)]
    if changed:
        most = max(changed, key=lambda p: p.size)
        phrases.append(f"largest: {most.name} {_short(most.before)} → {_short(most.after)}")
        if len(found.pairs) > 1 and math.isfinite(found.cosine):
            phrases.append(f"direction of the whole vector: cosine {found.cosine:.2f}")
    for outputs, word in zip(found.outputs, ("added", "removed"), strict=True):
        phrases += [f"{', '.join(outputs[:5])} {word}"] if outputs else []
    phrases += _units(found) if changed else []
    return " · ".join(phrases)


def _counted(found: LinearDiff, changed: list[CoefficientChange]) -> str:
    count = len(found.pairs)
    if not count:
        return "no coefficient in common"
    how = "all equal" if not changed else "all changed" if len(changed) == count else f"{len(changed):,} changed"
    flipped = sum(p.is_flipped for p in changed)
    how += f", {flipped:,} with another sign" if flipped else ""
    for features, word in ((found.added, "added"), (found.removed, "removed")):
        how += f", {len(features):,} {word}" if features else ""
    return f"{count:,} coefficient{'s' if count > 1 else ''}: {how}"


def _units(found: LinearDiff) -> Iterator[str]:
    """Yield what a coefficient is measured in, which says whether sizes of two features can be compared."""
    scalers = found.before.scaler, found.after.scaler
    if scalers[0] and scalers[1]:
        yield f"per standard deviation of the feature ({scalers[1]})"
        if found.is_scaled_otherwise:
            yield "the standard deviations differ too"
    elif scalers[0] or scalers[1]:
        yield f"only one side is per standard deviation of the feature ({scalers[0] or scalers[1]}): not comparable"
    elif found.before.errors is not None:
        yield "largest in standard errors"
    elif len(found.pairs) > 1:
        yield "per unit of the feature: sizes of different features are not comparable"


def _row(pair: CoefficientChange) -> Row:
    sides = _number(pair.before), _number(pair.after)
    if not pair.differs:
        return Row((pair.name, *sides, None, None), "same")
    how = ["sign flipped"] if pair.is_flipped else []
    how += ["to zero"] if pair.after == 0 else ["from zero"] if pair.before == 0 else []
    how += [f"{pair.size:.1f} standard errors"] if pair.error > 0 and math.isfinite(pair.size) else []
    return Row((pair.name, *sides, _number(pair.step), ", ".join(how) or None))


def _only_one_side(found: LinearDiff, *, rest: bool = False) -> Iterator[Row]:
    """Yield the features that one side has: the largest ones, or the rest."""
    for features, is_new in ((found.added, True), (found.removed, False)):
        ranked = sorted(features, key=lambda pair: -abs(pair[1]))
        for name, weight in ranked[MAX_ROWS:] if rest else ranked[:MAX_ROWS]:
            sides = (None, _number(weight)) if is_new else (_number(weight), None)
            yield Row((name, *sides, None, None), "added" if is_new else "removed")


def _charts(ranked: list[CoefficientChange], labels: tuple[str, str]) -> tuple[Chart, ...]:
    shown = ranked[:MAX_BARS]
    if len(shown) < 2:
        return ()
    series = (
        Series(label, tuple(_number(getattr(p, side)) for p in shown))
        for label, side in zip(labels, ("before", "after"), strict=True)
    )
    names = tuple(p.name for p in shown)
    return (Chart("bars", "largest changes of coefficients", tuple(series), names, "feature", "coefficient"),)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _short(value: float) -> str:
    return f"{value:.3g}"
