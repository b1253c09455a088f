"""Runs a model on a dataset: the only place of the comparison that runs code of models.

The caller decides whether the model may run, passes data that nothing else uses, and restores the random state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.inside import rows_of
from nbmodelver.comparison.predictions.predictions import Predictions
from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.errors import NotPredictable
from nbmodelver.kinds.libraries import library_of
from nbmodelver.kinds.static import root_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from nbmodelver.comparison.predictions.predictions import PredictionDiff
    from nbmodelver.comparison.tables.tables import TableData

FRAMES = frozenset({"pandas", "polars"})
MAX_NAMED = 5
MAX_ERROR = 200
REPEATED = 1e-6
"""Relative difference of two runs below which a number is the same: sums of several threads vary by rounding."""


def predicted(model: Any, data: Any) -> Predictions:
    """What the model predicts, with probabilities if it has them. Raises NotPredictable.

    A network of torch is called in evaluation mode.
    """
    run = _predict_of(model)
    rows = _aligned(model, data)
    try:
        return run(rows)
    except NotPredictable:
        raise
    except Exception as error:
        raise NotPredictable(f"{type(error).__name__}: {str(error)[:MAX_ERROR]}") from error


def _predict_of(model: Any) -> Callable[[Any], Predictions]:
    """The function that predicts. Raises NotPredictable."""
    if callable(getattr(model, "predict", None)):
        return lambda rows: _of_estimator(model, rows)
    if getattr(library_of(type(model)), "__name__", "").endswith(".torch"):
        from nbmodelver.comparison.models import torch as networks

        return lambda rows: _of_values(np.asarray(networks.predict(model, rows)))
    raise NotPredictable(f"a {type(model).__name__} has no method predict")


def _of_estimator(model: Any, rows: Any) -> Predictions:
    found = _of_values(np.asarray(model.predict(rows)))
    known = getattr(model, "classes_", None)
    if known is None or np.ndim(known) != 1:
        return found
    classes = tuple(np.asarray(known).tolist())
    probabilities = None
    if callable(getattr(model, "predict_proba", None)):
        probabilities = np.asarray(model.predict_proba(rows), dtype=np.float64)
    if probabilities is not None and probabilities.shape != (len(found.values), len(classes)):
        probabilities = None
    return replace(found, probabilities=probabilities, classes=classes, is_numeric=False)


def _of_values(values: NDArray[Any]) -> Predictions:
    """Predictions without classes: floats are numbers, anything else labels. Raises NotPredictable."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise NotPredictable(
            f"it predicts an array of shape {list(values.shape)}, and only one value a row is compared"
        )
    return Predictions(values, is_numeric=values.dtype.kind == "f")


def _aligned(model: Any, data: Any) -> Any:
    """The columns of a frame that the model was fitted on, in their order. Raises NotPredictable if one is missing."""
    names = _feature_names(model)
    if root_of(type(data)) not in FRAMES or not names or not hasattr(data, "columns"):
        return data
    has = list(data.columns)
    missing = [name for name in names if name not in has]
    if missing:
        more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
        raise NotPredictable(f"it was fitted on columns that are not there: {', '.join(missing[:MAX_NAMED])}{more}")
    return data if has == names else data[names]


def _feature_names(model: Any) -> list[str]:
    try:
        found = model.feature_names_in_
    except AttributeError:  # Also the answer of a pipeline whose first step has none.
        return []
    return [str(name) for name in np.asarray(found).ravel().tolist()]


def changed_place(before: Any, after: Any) -> str:
    """The first place where two values differ that should be equal: "a[3]"; "" if they are equal."""
    places, _ = rows_of(before, after)
    return str(places[0].cells[0]) if places else ""


def differing(first: Predictions, second: Predictions) -> int:
    """The number of rows whose prediction or probability differs between two runs of one model."""
    if len(first.values) != len(second.values):
        return max(len(first.values), len(second.values))
    differs = _unequal(first.values, second.values)
    sides = first.probabilities, second.probabilities
    if sides[0] is not None and sides[1] is not None and sides[0].shape == sides[1].shape:
        differs |= _unequal(sides[0], sides[1]).any(axis=1)
    return int(differs.sum())


def _unequal(old: NDArray[Any], new: NDArray[Any]) -> NDArray[np.bool_]:
    if old.dtype.kind in "fc" and new.dtype.kind in "fc":
        return np.asarray(~np.isclose(old, new, rtol=REPEATED, atol=1e-12, equal_nan=True))
    pairs = zip(old.ravel().tolist(), new.ravel().tolist(), strict=True)
    return np.array([a != b and not (a is None and b is None) for a, b in pairs], np.bool_).reshape(old.shape)


def target_of(value: Any, data: Any = None, column: str = "") -> NDArray[Any]:
    """The target as a (rows,) array, a copy. value: None to take a column of the data. Raises NotPredictable."""
    if value is None:
        value = data[column]
    found = np.array(value)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise NotPredictable(f"a target has one value a row, and this has the shape {list(found.shape)}")
    return found


def has_column(data: Any, column: str) -> bool:
    """True for a frame with this column."""
    return root_of(type(data)) in FRAMES and hasattr(data, "columns") and column in list(data.columns)


def row_labels(data: Any) -> TableData | None:
    """The data as a table, from which `labelled` takes the labels of rows; None if it is none."""
    return table_of(data)


def labelled(found: PredictionDiff, table: TableData | None) -> PredictionDiff:
    """The comparison with the labels of the data's index in place of positions."""
    if table is None or not table.index or not found.examples:
        return found
    labels = table.labels(np.array([e.label for e in found.examples], np.intp))
    named = (replace(e, label=label) for e, label in zip(found.examples, labels, strict=True))
    return replace(found, examples=tuple(named))
