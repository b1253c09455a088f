"""Coefficients of results of statsmodels, with their standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.models.linear_models import LinearModel, made
from nbmodelver.kinds.static import mro, root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERCEPTS = frozenset({"const", "Intercept"})


def linear_model(value: Any) -> LinearModel | None:
    """The parameters of a result; None for an unfitted model, and for a result of a class of the user."""
    if not _is_of_the_library(value) or not hasattr(value, "params") or not hasattr(value, "bse"):
        return None
    model = getattr(value, "model", None)
    if model is None or not _is_of_the_library(model):
        return None
    weights = np.asarray(value.params)
    if weights.dtype.kind != "f" or weights.ndim not in (1, 2) or not weights.size:
        return None
    errors = np.asarray(value.bse)
    named = getattr(value.params, "index", None)
    names = [str(n) for n in (named if named is not None else getattr(model, "exog_names", None) or ())]
    weights, errors = (one.reshape(len(one), -1).T for one in (weights, errors))
    outputs = tuple(f"outcome {i + 1}" for i in range(len(weights))) if len(weights) > 1 else ("",)
    return _without_constant(names, outputs, weights, errors if errors.shape == weights.shape else None)


def _is_of_the_library(value: Any) -> bool:
    return all(root_of(cls) in ("statsmodels", "builtins") for cls in mro(type(value)))


def _without_constant(names: Sequence[str], outputs: tuple[str, ...], weights: Any, errors: Any) -> LinearModel:
    """The model with its constant as the intercept."""
    constant = [i for i, name in enumerate(names) if name in INTERCEPTS and len(names) == weights.shape[1]]
    rest = [i for i in range(weights.shape[1]) if i not in constant]
    if len(constant) != 1 or not rest:
        return made(list(names), outputs, weights, errors=errors)
    kept = [names[i] for i in rest]
    return made(
        kept,
        outputs,
        weights[:, rest],
        weights[:, constant[0]],
        errors=errors[:, rest] if errors is not None else None,
    )
