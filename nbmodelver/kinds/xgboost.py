"""Kinds and profiles of xgboost: boosters are models, matrices are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.estimators import importances

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"Booster": "model", "XGBModel": "model", "DMatrix": "dataset"}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Rounds, features and importances (gain) of a fitted booster; the shape of a matrix."""
    import xgboost

    if kind == "dataset":
        return {"shape": [int(value.num_row()), int(value.num_col())]}
    fitted = not isinstance(value, xgboost.XGBModel) or value.__sklearn_is_fitted__()
    if not fitted:
        return {"is_fitted": False}
    booster = value.get_booster() if isinstance(value, xgboost.XGBModel) else value
    gains = booster.get_score(importance_type="gain")
    found: dict[str, Json] = {"is_fitted": True, "rounds": int(booster.num_boosted_rounds())}
    return found | {"features": int(booster.num_features())} | importances(list(gains), list(gains.values()))
