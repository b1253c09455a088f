"""Kinds and profiles of statsmodels: models and their results are models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.estimators import importances
from nbmodelver.kinds.jsonable import scalar
from nbmodelver.kinds.names import type_name

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"ResultsWrapper": "model", "Results": "model", "Model": "model"}
FIGURES = ("nobs", "rsquared", "rsquared_adj", "aic", "bic", "llf")


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Coefficients and fit statistics of a result; the variable names of an unfitted model."""
    del kind
    model = getattr(value, "model", value)
    found: dict[str, Json] = {"formula": scalar(getattr(model, "formula", None))}
    if model is value:
        return {"is_fitted": False}
    figures: dict[str, Json] = {f: scalar(getattr(value, f, None)) for f in FIGURES}
    found |= {"is_fitted": True, "model": type_name(model), "fit": {f: v for f, v in figures.items() if v is not None}}
    return found | importances(getattr(model, "exog_names", None), value.params)
