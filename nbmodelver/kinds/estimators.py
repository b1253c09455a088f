"""What fitted models of all libraries have in common: fitted attributes and importances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.jsonable import short
from nbmodelver.kinds.names import type_name
from nbmodelver.kinds.static import instance_dict

if TYPE_CHECKING:
    from nbmodelver.model import Json

MAX_FEATURES = 50


def fitted(value: Any) -> dict[str, Json]:
    """The attributes that `fit` sets (with a trailing underscore): the shape of arrays, the length of lists."""
    names = [n for n in instance_dict(value) if n.endswith("_") and not n.startswith("_")]
    return {"fitted": {n: _brief(instance_dict(value)[n]) for n in sorted(names)}, "is_fitted": bool(names)}


def _brief(value: Any) -> Json:
    shape = getattr(value, "shape", None) if type_name(value).startswith(("numpy.", "pandas.", "scipy.")) else None
    if shape:
        return f"{value.dtype if hasattr(value, 'dtype') else type_name(value)} {list(shape)}"
    if type(value) is list or type(value) is tuple or type(value) is dict:
        return f"{len(value)} {type_name(value)} items"
    return short(value)


def importances(names: Any, weights: Any) -> dict[str, Json]:
    """Importances of features, largest first. names: of the features, or None."""
    import numpy as np

    weights = np.asarray(weights, dtype="float64")
    if weights.ndim > 1:
        weights = np.abs(weights).mean(axis=tuple(range(weights.ndim - 1)))
    labels = [f"x{i}" for i in range(len(weights))] if names is None else [str(n) for n in names]
    order = np.argsort(-np.abs(weights), kind="stable")[:MAX_FEATURES]
    pairs: list[Json] = [[labels[i], float(weights[i])] for i in order if i < len(labels)]
    return {"importances": pairs} if pairs else {}


def importances_of(value: Any, *attributes: str) -> dict[str, Json]:
    """The importances in the first of these attributes that the fitted model has."""
    for name in attributes:
        weights = getattr(value, name, None)
        if weights is not None:
            return importances(getattr(value, "feature_names_in_", None), weights)
    return {}
