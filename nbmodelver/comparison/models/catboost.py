"""Trees of CatBoost models, from their JSON form. By default a tree is oblivious: one split for each of its levels."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from nbmodelver.comparison.models.tree_diff import DIGITS, TreeData, TreeEnsemble, TreeNode, tree_of


def trees(value: Any) -> TreeEnsemble | None:
    """The trees of a fitted model; None for a pool and for a model without trees."""
    import catboost

    if not isinstance(value, catboost.CatBoost) or not value.is_fitted():
        return None
    with tempfile.TemporaryDirectory() as folder:  # CatBoost writes JSON to a file only.
        path = Path(folder, "model.json")
        value.save_model(str(path), format="json")
        model = json.loads(path.read_text(encoding="utf-8"))
    names = _names(model["features_info"])
    oblivious = model.get("oblivious_trees")
    if oblivious is not None:
        return TreeEnsemble(tuple(_oblivious(tree, names) for tree in oblivious), is_boosted=True)

    def read(node: dict[str, Any]) -> TreeNode:
        if "split" not in node:
            return TreeNode(node["value"] if isinstance(node["value"], float) else repr(node["value"]))
        return TreeNode(_condition(node["split"]), _feature(node["split"], names), (node["left"], node["right"]))

    return TreeEnsemble(tuple(tree_of(tree, read) for tree in model.get("trees", ())), is_boosted=True)


def _oblivious(tree: dict[str, Any], names: dict[tuple[str, int], str]) -> TreeData:
    """A tree whose level k asks the same question in each of its 2^k nodes; each level counts as one split."""
    splits = tree["splits"] or []
    found = tree_of((0,), lambda at: _level(at, splits, names, tree["leaf_values"]))
    return TreeData(found.key, len(tree["leaf_values"]), len(splits), found.splits)


def _level(
    at: tuple[int], splits: list[dict[str, Any]], names: dict[tuple[str, int], str], leaves: list[float]
) -> TreeNode:
    if at[0] == len(splits):
        return TreeNode(repr([round(leaf, DIGITS) for leaf in leaves]))
    split = splits[at[0]]
    return TreeNode(_condition(split), _feature(split, names), ((at[0] + 1,),))


def _condition(split: dict[str, Any]) -> object:
    return split.get("border", split.get("value"))


def _feature(split: dict[str, Any], names: dict[tuple[str, int], str]) -> str:
    for kind in ("float", "cat"):
        number = split.get(f"{kind}_feature_index")
        if number is not None:
            return names.get((kind, number), f"feature {number}")
    return "combined categories"


def _names(info: dict[str, Any]) -> dict[tuple[str, int], str]:
    lists = (("float", "float_features"), ("cat", "categorical_features"))
    return {
        (kind, one["feature_index"]): one["feature_id"] or f"feature {one['flat_feature_index']}"
        for kind, key in lists
        for one in info.get(key, ())
    }
