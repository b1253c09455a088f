"""Coefficients of linear models of scikit-learn, alone or at the end of a pipeline or of a search.

Attributes are read without running code of user classes. The names of features behind a transformer come from its
method `get_feature_names_out`, which is called only if the transformer and all that it holds are of scikit-learn.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.models.linear_models import LinearModel, made
from nbmodelver.kinds.static import attribute, instance_dict, module_of, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

INSIDE = ("best_estimator_", "regressor_")
"""Attributes of a search, and of a regression of a transformed target, that hold the fitted model."""
KNOWN = frozenset({"builtins", "numpy", "pandas", "scipy"})
"""Libraries whose values run no code of users when names of features are made."""
UNCALLED = frozenset({"func", "inverse_func", "tokenizer", "analyzer", "preprocessor", "score_func"})
"""Attributes that hold functions which `get_feature_names_out` does not call."""
SCALER = "StandardScaler"
DEPTH = 8


def linear_model(value: Any) -> LinearModel | None:
    """The coefficients of a fitted linear model; None for other models."""
    steps, model = _unwrapped(value)
    weights = attribute(model, "coef_")
    if type(weights) is not np.ndarray or weights.dtype.kind != "f" or weights.ndim not in (1, 2) or not weights.size:
        return None
    weights = weights[None] if weights.ndim == 1 else weights
    scaler = _scaler(steps)
    scales = attribute(scaler, "scale_")
    return made(
        _names(steps, model),
        _outputs(model, len(weights)),
        weights,
        attribute(model, "intercept_"),
        scaler=SCALER if scaler is not None else "",
        scales=scales if type(scales) is np.ndarray and scales.shape == weights.shape[1:] else None,
    )


def _unwrapped(value: Any) -> tuple[list[Any], Any]:
    """The transformers before the last step, in order, and the last step."""
    before: list[Any] = []
    for _ in range(DEPTH):
        steps = attribute(value, "steps")
        inner = next((held for name in INSIDE if (held := attribute(value, name)) is not None), None)
        if type(steps) is list and steps and all(type(s) is tuple and len(s) == 2 for s in steps):
            before += [step for _, step in steps[:-1] if step is not None and type(step) is not str]
            value = steps[-1][1]
        elif inner is not None:
            value = inner
        else:
            break
    return before, value


def _outputs(model: Any, count: int) -> tuple[str, ...]:
    classes = attribute(model, "classes_")
    if count == 1:
        return ("",)
    if type(classes) is np.ndarray and classes.shape == (count,) and _is_safe(classes, ""):
        return tuple(f"class {label}" for label in classes.tolist())
    return tuple(f"target {i}" for i in range(count))


def _scaler(steps: Iterable[Any]) -> Any:
    """The last step that scales features to a standard deviation of one; None if there is none."""
    found = [s for s in steps if qualname_of(type(s)) == SCALER and attribute(s, "scale_") is not None]
    return found[-1] if found else None


# -- names of features


def _names(steps: Iterable[Any], model: Any) -> list[str] | None:
    """The names of the features of the last step; None if they are not known."""
    own = _entering(model)
    if own is not None:
        return own
    names: list[str] | None = None
    for step in steps:
        names = names if names is not None else _entering(step)
        names = _leaving(step, names)
    return names


def _entering(step: Any) -> list[str] | None:
    found = attribute(step, "feature_names_in_")
    return [str(n) for n in found.tolist()] if type(found) is np.ndarray and _is_safe(found, "") else None


def _leaving(step: Any, names: list[str] | None) -> list[str] | None:
    if not _is_safe(step, "") or not hasattr(step, "get_feature_names_out"):
        return None
    try:
        takes = None if names is None else np.array(names, dtype=object)
        return [str(n) for n in step.get_feature_names_out(takes)]
    except Exception:  # It is not fitted, or the number of features differs.
        return None


def _is_safe(value: Any, held_as: str, depth: int = DEPTH) -> bool:
    """True if the value and all that it holds are plain or of the libraries themselves. held_as: its attribute."""
    cls = type(value)
    if held_as in UNCALLED:
        return True
    if isinstance(value, types.FunctionType | types.MethodType):
        return False
    if cls is np.ndarray:
        return value.dtype.kind != "O" or _are_plain(value)
    if depth == 0 or not _is_importable(cls):
        return False
    if cls is dict:
        return all(_is_safe(one, "", depth - 1) for pair in dict.items(value) for one in pair)
    if cls in (list, tuple, set, frozenset):
        return all(_is_safe(one, held_as, depth - 1) for one in value)
    if root_of(cls) == "sklearn":
        return all(_is_safe(one, name, depth - 1) for name, one in instance_dict(value).items())
    return root_of(cls) in KNOWN


def _are_plain(values: NDArray[Any]) -> bool:
    return all(root_of(cls) in ("builtins", "numpy") for cls in {type(v) for v in values.ravel().tolist()})


def _is_importable(cls: type) -> bool:
    """True for a class that its module has under its name: a class of the library, and none that pretends to be."""
    return getattr(sys.modules.get(module_of(cls)), qualname_of(cls), None) is cls or cls is type(None)
