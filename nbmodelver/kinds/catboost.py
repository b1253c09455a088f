"""Kinds and profiles of catboost: its models are models, pools are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.curves import curves
from nbmodelver.kinds.estimators import importances

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"CatBoost": "model", "Pool": "dataset"}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Trees and importances of a fitted model, or the shape of a pool."""
    if kind == "dataset":
        return {"shape": [int(n) for n in value.shape]}
    if not value.is_fitted():
        return {"is_fitted": False}
    found: dict[str, Json] = {"is_fitted": True, "trees": int(value.tree_count_)} | curves(value.evals_result_)
    return found | importances(value.feature_names_, value.feature_importances_)
