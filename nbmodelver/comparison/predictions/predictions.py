"""Predictions of two models on the same rows: where they agree, which rows flipped, and how metrics changed.

A flip that matters most is a negative flip: right before, wrong now (Yan et al., CVPR 2021). Pure functions of arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbmodelver.comparison.predictions.calibration import brier_change, calibration_change
from nbmodelver.comparison.predictions.metric_tests import (
    auc_change,
    log_losses,
    mean_change,
    number_changes,
    table_changes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.predictions.calibration import CalibrationChange
    from nbmodelver.comparison.predictions.metric_tests import MetricChange
    from nbmodelver.model import Json

Turn = Literal["wrong", "right", "other wrong", "other"]

MAX_EXAMPLES = 5
BARELY = 0.05
"""A flip is bare if both probabilities lie this close to one half."""
MAX_CLASSES = 20
"""More classes have no metrics of a confusion table and no rows of their own."""
NOTABLE = 0.01
"""A number is called changed if it moved by more than this share of the standard deviation of the target."""


@dataclass(frozen=True)
class Predictions:
    """What a model predicts for some rows.

    values: (rows,) labels or numbers. probabilities: (rows, classes), in the order of `classes`; None if the model has
    none. classes: sorted labels; () for numbers. is_numeric: the values are numbers and not labels; None: judged from
    the values.
    """

    values: NDArray[Any]
    probabilities: NDArray[Any] | None = None
    classes: tuple[Any, ...] = ()
    is_numeric: bool | None = None


@dataclass(frozen=True)
class ChangedRow:
    """One row with another prediction. turned: "other" without a truth.

    label: of the row. margin: for labels, how much more probable the new one is to the later model than the old one;
    0 without probabilities. For numbers, the difference.
    """

    label: Json
    before: Json
    after: Json
    truth: Json
    turned: Turn
    margin: float


@dataclass(frozen=True)
class ClassChange:
    """One class: its rows by the truth, how many of them are right, and how many turned."""

    name: str
    rows: int
    right_before: int
    right_after: int
    turned_wrong: int
    turned_right: int


@dataclass(frozen=True)
class PredictionDiff:
    """The predictions of two models on the same rows.

    equal: rows with the same label, or with a number that moved by at most 1 % of the target's standard deviation.
    turned: number of rows by how they turned. barely: flips where both models were undecided. largest_step: of a
    probability. examples: changed rows, those that turned wrong and have the largest margin first. calibration: None
    without probabilities or truth, and for few rows.
    """

    rows: int
    equal: int
    has_truth: bool
    is_numeric: bool
    turned: dict[Turn, int]
    examples: tuple[ChangedRow, ...]
    metrics: tuple[MetricChange, ...] = ()
    classes: tuple[ClassChange, ...] = ()
    barely: int = 0
    largest_step: float = 0.0
    calibration: CalibrationChange | None = None


def prediction_diff(
    before: Predictions, after: Predictions, truth: NDArray[Any] | None = None, labels: Sequence[Json] | None = None
) -> PredictionDiff:
    """Compare two models' predictions of the same rows.

    truth: (rows,) of the target. labels: of the rows; default: their positions. Raises ValueError if the lengths
    differ, or without rows.
    """
    lengths = {len(before.values), len(after.values), *([len(truth)] if truth is not None else [])}
    if len(lengths) != 1:
        raise ValueError(f"the predictions have different lengths: {', '.join(map(str, sorted(lengths)))}")
    if lengths == {0}:
        raise ValueError("there are no rows to predict")
    names = range(len(before.values)) if labels is None else labels
    if _is_numeric(before) and _is_numeric(after):
        return _numbers(before, after, truth, names)
    return _labels(before, after, truth, names)


def _is_numeric(side: Predictions) -> bool:
    """True for numbers, as a regression predicts them; labels may be whole numbers."""
    values = side.values
    if side.is_numeric is not None:
        return side.is_numeric and values.dtype.kind in "biuf"
    return not side.classes and values.dtype.kind == "f" and not bool(np.all(values == np.round(values)))


# -- numbers


def _numbers(
    before: Predictions, after: Predictions, truth: NDArray[Any] | None, names: Sequence[Json]
) -> PredictionDiff:
    old, new = before.values.astype(np.float64), after.values.astype(np.float64)
    step = np.abs(new - old)
    target = old if truth is None else truth.astype(np.float64)
    changed = step > NOTABLE * float(target.std())
    metrics: tuple[MetricChange, ...] = ()
    if truth is not None:
        missing = int(np.isnan(target).sum())
        if missing:
            raise ValueError(f"{missing:,} of the {len(target):,} values of the target are missing")
        metrics = tuple(number_changes(target, old, new))
    most = np.argsort(-step, kind="stable")[:MAX_EXAMPLES]
    examples = [
        ChangedRow(
            names[i], float(old[i]), float(new[i]), None if truth is None else float(target[i]), "other", step[i]
        )
        for i in most.tolist()
        if changed[i]
    ]
    turned: dict[Turn, int] = {"other": int(changed.sum())}
    equal = len(old) - turned["other"]
    return PredictionDiff(len(old), equal, truth is not None, True, turned, tuple(examples), metrics)


# -- labels


@dataclass(frozen=True)
class _Coded:
    """The labels of both models and the truth as codes: (rows,) positions in `known`."""

    known: list[Any]
    old: NDArray[np.intp]
    new: NDArray[np.intp]
    true: NDArray[np.intp] | None


def _labels(
    before: Predictions, after: Predictions, truth: NDArray[Any] | None, names: Sequence[Json]
) -> PredictionDiff:
    coded = _code(before, after, truth)
    how = _turns(coded)
    margins = _margins(coded, after)
    order: tuple[Turn, ...] = ("wrong", "other wrong", "other", "right")
    found = [(i, turn) for turn in order for i in _most(how == turn, margins)][:MAX_EXAMPLES]
    return PredictionDiff(
        len(how),
        int((coded.old == coded.new).sum()),
        truth is not None,
        False,
        {turn: count for turn in order if (count := int((how == turn).sum()))},
        tuple(_example(coded, i, names[i], turn, margins[i]) for i, turn in found),
        tuple(_metrics(coded, before, after)),
        tuple(_classes(coded)) if len(coded.known) <= MAX_CLASSES else (),
        _barely(coded, before, after),
        _largest_step(before, after),
        _calibration(coded, before, after),
    )


def _code(before: Predictions, after: Predictions, truth: NDArray[Any] | None) -> _Coded:
    """The labels as codes of all labels, sorted; labels that have no order are sorted by their text. NaN is None."""
    flat = [_plain(side) for side in (before.values, after.values, *(() if truth is None else (truth,)))]
    found = {*before.classes, *after.classes, *(label for one in flat for label in one)}
    try:
        known = sorted(found)
    except TypeError:
        known = sorted(found, key=str)
    codes = {label: i for i, label in enumerate(known)}
    coded = [np.array([codes[label] for label in one], np.intp) for one in flat]
    return _Coded(known, coded[0], coded[1], coded[2] if truth is not None else None)


def _plain(values: NDArray[Any]) -> list[Any]:
    return [None if isinstance(v, float) and v != v else v for v in values.tolist()]  # noqa: PLR0124  # NaN


def _turns(coded: _Coded) -> NDArray[Any]:
    """(rows,) how each row turned, "" if it did not."""
    old, new, true = coded.old, coded.new, coded.true
    how = np.full(len(old), "", dtype="U11")
    changed = old != new
    if true is None:
        how[changed] = "other"
        return how
    how[changed & (old == true)] = "wrong"
    how[changed & (new == true)] = "right"
    how[changed & (old != true) & (new != true)] = "other wrong"
    return how


def _margins(coded: _Coded, after: Predictions) -> NDArray[Any]:
    """How much more probable the new label is to the later model than the old one; zeros without probabilities."""
    rows = np.arange(len(coded.old))
    probabilities = after.probabilities
    if probabilities is None or not after.classes:
        return np.zeros(len(rows))
    column = {label: i for i, label in enumerate(after.classes)}
    places = np.array([column.get(label, -1) for label in coded.known])
    sides = (np.where(places[c] < 0, 0.0, probabilities[rows, places[c]]) for c in (coded.old, coded.new))
    old, new = sides
    return np.asarray(new - old)


def _most(mask: NDArray[np.bool_], margins: NDArray[Any]) -> list[int]:
    rows = np.flatnonzero(mask)
    found: list[int] = rows[np.argsort(-margins[rows], kind="stable")[:MAX_EXAMPLES]].tolist()
    return found


def _example(coded: _Coded, row: int, label: Json, turned: Turn, margin: float) -> ChangedRow:
    truth = None if coded.true is None else coded.known[coded.true[row]]
    return ChangedRow(label, coded.known[coded.old[row]], coded.known[coded.new[row]], truth, turned, float(margin))


def _classes(coded: _Coded) -> Iterator[ClassChange]:
    if coded.true is None:
        return
    for code, label in enumerate(coded.known):
        of = coded.true == code
        right = (coded.old == code) & of, (coded.new == code) & of
        sums = (of, *right, right[0] & ~right[1], ~right[0] & right[1])
        yield ClassChange(str(label), *(int(one.sum()) for one in sums))


def _metrics(coded: _Coded, before: Predictions, after: Predictions) -> Iterator[MetricChange]:
    """Yield the metrics that labels and, if both models have them, probabilities allow."""
    true, known = coded.true, coded.known
    if true is None:
        return
    if 2 <= len(known) <= MAX_CLASSES:
        yield from table_changes(true, coded.old, coded.new, len(known))
    sides = _probabilities(coded, before, after)
    if sides is None:
        return
    if len(known) == 2:
        area = auc_change(true == 1, sides[0][:, 1], sides[1][:, 1])
        if area is not None:
            yield area
    yield mean_change("log_loss", log_losses(true, sides[0]), log_losses(true, sides[1]))
    yield brier_change(true, *sides)
    calibration = _calibration(coded, before, after)
    if calibration is not None:
        yield calibration.metric


def _probabilities(coded: _Coded, before: Predictions, after: Predictions) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """The probabilities of both models if they are about the same classes, which are those of the truth; else None."""
    sides = before.probabilities, after.probabilities
    if sides[0] is None or sides[1] is None or not coded.known == list(before.classes) == list(after.classes):
        return None
    return sides[0], sides[1]


def _calibration(coded: _Coded, before: Predictions, after: Predictions) -> CalibrationChange | None:
    sides = _probabilities(coded, before, after)
    return None if coded.true is None or sides is None else calibration_change(coded.true, *sides)


def _barely(coded: _Coded, before: Predictions, after: Predictions) -> int:
    """The flips of a model with two classes for which both probabilities are close to one half."""
    sides = [p.probabilities for p in (before, after)]
    close = [np.abs(p[:, 1] - 0.5) <= BARELY for p in sides if p is not None and p.shape[1] == 2]
    return int((close[0] & close[1] & (coded.old != coded.new)).sum()) if len(close) == 2 else 0


def _largest_step(before: Predictions, after: Predictions) -> float:
    sides = before.probabilities, after.probabilities
    if sides[0] is None or sides[1] is None or before.classes != after.classes:
        return 0.0
    return float(np.abs(sides[1] - sides[0]).max(initial=0.0))
