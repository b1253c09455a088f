"""Predictions on some rows that are kept with a version, and their comparison with what the model predicts now."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.predictions.predicting import predicted
from nbmodelver.errors import NotPredictable
from nbmodelver.kinds.static import root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.predictions.predictions import Predictions
    from nbmodelver.model import Json

MOST_ROWS = 500
SEED = 0
"""The rows of a larger dataset are drawn with this seed."""
ROUNDING = 1e-6
"""Relative to the largest number: another build of a library rounds differently."""
BY_POSITION = frozenset({"pandas"})


def rows_to_probe(total: int) -> list[int]:
    """Return the positions of at most MOST_ROWS rows, in order."""
    return sorted(random.Random(SEED).sample(range(total), min(total, MOST_ROWS)))  # noqa: S311  # not for security


def length_of(data: Any) -> int:
    """Return the number of rows. Raises NotPredictable."""
    shape = getattr(data, "shape", None)
    try:
        return int(shape[0]) if shape else len(data)
    except (TypeError, IndexError) as error:
        raise NotPredictable(f"a {type(data).__name__} has no rows") from error


def rows_of(data: Any, rows: Sequence[int]) -> Any:
    """Return some rows of a frame, array or sequence, as a copy. Raises NotPredictable."""
    try:
        if root_of(type(data)) in BY_POSITION:
            return data.iloc[list(rows)]
        return [data[i] for i in rows] if isinstance(data, (list, tuple)) else data[list(rows)]
    except Exception as error:
        raise NotPredictable(f"the rows of a {type(data).__name__} cannot be taken: {error}") from error


def probe(model: Any, data: Any, rows: Sequence[int]) -> dict[str, Json]:
    """Return what a model predicts for some rows, as JSON: values, and probabilities if it has them.

    Raises NotPredictable.
    """
    found = predicted(model, rows_of(data, rows))
    kept: dict[str, Json] = {"values": [_json(v) for v in found.values.tolist()]}
    if found.probabilities is not None:
        kept["probabilities"] = found.probabilities.tolist()
    return kept


def differences(kept: dict[str, Any], now: Predictions) -> tuple[int, float]:
    """Return how many rows are predicted differently, and the largest difference of a number or a probability.

    Numbers are different beyond rounding.
    """
    old, new = kept["values"], [_json(v) for v in now.values.tolist()]
    if len(old) != len(new):
        return max(len(old), len(new)), float("inf")
    steps = [0.0]
    if "probabilities" in kept and now.probabilities is not None:
        before = np.asarray(kept["probabilities"], np.float64)
        steps.append(
            float(np.abs(before - now.probabilities).max(initial=0.0))
            if before.shape == now.probabilities.shape
            else np.inf
        )
    if all(isinstance(v, float) for v in (*old, *new)):
        a, b = np.asarray(old, np.float64), np.asarray(new, np.float64)
        step = np.where(np.isnan(a) & np.isnan(b), 0.0, np.abs(a - b))
        step = np.where(np.isnan(step), np.inf, step)
        finite = np.abs(a[np.isfinite(a)])
        limit = ROUNDING * float(finite.max(initial=0.0))
        return int((step > limit).sum()), max(float(step.max(initial=0.0)), *steps)
    return sum(a != b for a, b in zip(old, new, strict=True)), max(steps)


def _json(value: Any) -> Json:
    """A label or number as JSON; other labels as their text."""
    return value if value is None or type(value) in (bool, int, float, str) else str(value)
