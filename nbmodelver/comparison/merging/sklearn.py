"""The mean of the coefficients of two linear models of scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.names import class_name
from nbmodelver.kinds.static import attribute, instance_dict, module_of, root_of

if TYPE_CHECKING:
    from nbmodelver.comparison.merging.weights import Averaged

LINEAR = ("sklearn.linear_model.", "sklearn.svm._classes")
"""Modules whose estimators predict from `coef_` and `intercept_` alone, if they have both and no support vectors."""
WEIGHTS = ("coef_", "intercept_")
MUST_AGREE = ("classes_", "n_features_in_", "feature_names_in_")
OF_TREES = ("tree_", "estimators_", "_predictors")


def average(path: str, ours: Any, theirs: Any, found: Averaged) -> Any:
    """Return ours with the mean of the coefficients of both. Everything else stays that of ours.

    Raises NotMergeable for other estimators, and if classes, features or shapes differ.
    """
    cls = type(ours)
    if any(attribute(ours, name) is not None for name in OF_TREES):
        raise NotMergeable(f"trees have no mean: its class is {class_name(cls)}")
    is_linear = root_of(cls) == "sklearn" and module_of(cls).startswith(LINEAR)
    if not is_linear or attribute(ours, "support_vectors_") is not None:
        raise NotMergeable(f"{class_name(cls)} is no linear model of scikit-learn, so it has no mean")
    sides = instance_dict(ours), instance_dict(theirs)
    for name in MUST_AGREE:
        a, b = (side.get(name) for side in sides)
        if (a is None) != (b is None) or not np.array_equal(np.asarray(a), np.asarray(b)):
            raise NotMergeable(f"its {name} differs between ours and theirs")
    means = {name: _mean(name, *(side.get(name) for side in sides)) for name in WEIGHTS}
    vars(ours).update(means)
    found.tensors += len(means)
    found.from_ours.append(f"the other attributes of {path}" if path else "its other attributes")
    return ours


def _mean(name: str, ours: Any, theirs: Any) -> Any:
    if ours is None or theirs is None:
        raise NotMergeable(f"it is not fitted: it has no {name}")
    if any(type(side) is not np.ndarray and not isinstance(side, int | float | np.number) for side in (ours, theirs)):
        raise NotMergeable(f"its {name} is a {class_name(type(ours))}")
    if np.shape(ours) != np.shape(theirs):
        raise NotMergeable(f"the shape of its {name} differs between ours and theirs")
    mean = np.asarray(ours, np.float64) / 2 + np.asarray(theirs, np.float64) / 2
    return mean.astype(ours.dtype) if type(ours) is np.ndarray and ours.dtype.kind == "f" else mean[()]
