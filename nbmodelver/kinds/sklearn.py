"""Kinds and profiles of scikit-learn: estimators are models, bunches of data are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.estimators import fitted, importances_of
from nbmodelver.kinds.jsonable import short
from nbmodelver.kinds.names import type_name
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"BaseEstimator": "model", "Bunch": "dataset"}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Fitted attributes, steps of a pipeline, size of a forest or tree, and importances or coefficients."""
    if kind == "dataset":
        return {"members": {str(k): short(v) if type(v) is list else f"{type_name(v)}" for k, v in value.items()}}
    found = fitted(value)
    steps = attribute(value, "steps")
    if type(steps) is list:
        found["steps"] = [f"{name}: {type_name(step)}" for name, step in steps]
        found["is_fitted"] = any(fitted(step)["is_fitted"] for _, step in steps)
        return found
    trees = attribute(value, "estimators_")
    if type(trees) is list and trees and hasattr(trees[0], "tree_"):
        found |= {"trees": len(trees), "nodes": sum(int(t.tree_.node_count) for t in trees)}
    return found | (importances_of(value, "feature_importances_", "coef_") if found["is_fitted"] else {})
