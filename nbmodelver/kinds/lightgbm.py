"""Kinds and profiles of lightgbm: boosters are models, its Dataset is a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.estimators import importances

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"Booster": "model", "LGBMModel": "model", "Dataset": "dataset"}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Rounds, trees and importances (gain) of a fitted booster."""
    import lightgbm

    if kind == "dataset":
        return {}
    wrapped = isinstance(value, lightgbm.LGBMModel)
    if wrapped and not value.__sklearn_is_fitted__():
        return {"is_fitted": False}
    booster = value.booster_ if wrapped else value
    found: dict[str, Json] = {
        "is_fitted": True,
        "rounds": int(booster.current_iteration()),
        "trees": int(booster.num_trees()),
        "features": int(booster.num_feature()),
    }
    return found | importances(booster.feature_name(), booster.feature_importance("gain"))
