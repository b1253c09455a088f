"""Trees and weights of fitted scikit-learn models."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.models.layer_diff import TensorData
from nbmodelver.comparison.models.tree_diff import DIGITS, TreeData, TreeEnsemble
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAF = -2
"""The feature of a leaf in `tree_.feature`."""


def tensors(value: Any) -> dict[str, TensorData] | None:
    """The weights of a multi-layer perceptron, layer by layer; None for other models."""
    weights, biases = attribute(value, "coefs_"), attribute(value, "intercepts_")
    if type(weights) is not list or type(biases) is not list:
        return None
    found = {}
    for i, pair in enumerate(zip(weights, biases, strict=False)):
        for name, array in zip(("weights", "biases"), pair, strict=True):
            if type(array) is np.ndarray:
                found[f"layer {i + 1}.{name}"] = _tensor(array)
    return found


def _tensor(array: NDArray[Any]) -> TensorData:
    return TensorData(array.shape, str(array.dtype), "cpu", lambda: array)


def trees(value: Any) -> TreeEnsemble | None:
    """The trees of a tree, a forest, or a boosted model; None for other models."""
    names = attribute(value, "feature_names_in_")
    features = [str(n) for n in names] if type(names) is np.ndarray else []
    rounds = attribute(value, "_predictors")
    if type(rounds) is list:  # Histogram-based boosting: a list of trees, one for each class, in each round.
        return TreeEnsemble(tuple(_histogram_tree(t, features) for one in rounds for t in one), is_boosted=True)
    members = attribute(value, "estimators_")
    is_boosted = type(members) is np.ndarray  # (rounds, classes)
    if members is None:
        members = [value]
    flat = members.ravel().tolist() if is_boosted else members
    if type(flat) is not list or not all(attribute(m, "tree_") is not None for m in flat):
        return None
    boosted = is_boosted or attribute(value, "estimator_weights_") is not None
    drawn = attribute(value, "estimators_features_")  # Bagging: the columns that each tree was fitted on.
    columns = drawn if type(drawn) is list and len(drawn) == len(flat) else [None] * len(flat)
    found = (_tree(attribute(m, "tree_"), features, of) for m, of in zip(flat, columns, strict=True))
    return TreeEnsemble(tuple(found), is_boosted=boosted)


def _tree(tree: Any, features: list[str], columns: NDArray[np.intp] | None) -> TreeData:
    """One tree. columns: the feature of each column of the tree; None if they are the same."""
    used = tree.feature
    if columns is not None:
        used = np.where(used == LEAF, LEAF, np.asarray(columns)[np.maximum(used, 0)])
    parts = (tree.children_left, tree.children_right, used, tree.threshold, tree.value)
    splits = _splits(used[used != LEAF], features)
    return TreeData(_key(*parts), int(tree.n_leaves), int(tree.max_depth), splits)


def _histogram_tree(tree: Any, features: list[str]) -> TreeData:
    nodes = tree.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    parts = (nodes["left"], nodes["right"], nodes["feature_idx"], nodes["num_threshold"], nodes["value"] * is_leaf)
    splits = _splits(nodes["feature_idx"][~is_leaf], features)
    categories = (tree.raw_left_cat_bitsets, nodes["is_categorical"])
    return TreeData(_key(*parts, *categories), int(is_leaf.sum()), int(nodes["depth"].max(initial=0)), splits)


def _key(*parts: NDArray[Any]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        plain = np.round(part, DIGITS) + 0.0 if part.dtype.kind == "f" else part
        digest.update(f"{part.shape}".encode())
        digest.update(np.ascontiguousarray(plain).tobytes())
    return digest.digest()


def _splits(used: NDArray[Any], features: list[str]) -> dict[str, int]:
    numbers, counts = np.unique(used, return_counts=True)
    named = [features[n] if n < len(features) else f"feature {n}" for n in numbers.tolist()]
    return dict(zip(named, counts.tolist(), strict=True))
