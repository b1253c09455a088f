"""Trees of LightGBM boosters, from their dump."""

from __future__ import annotations

from typing import Any

from nbmodelver.comparison.models.tree_diff import TreeEnsemble, TreeNode, tree_of


def trees(value: Any) -> TreeEnsemble | None:
    """The trees of a booster or of a fitted scikit-learn wrapper; None for anything else."""
    import lightgbm

    if isinstance(value, lightgbm.LGBMModel):
        if not value.__sklearn_is_fitted__():
            return None
        value = value.booster_
    if not isinstance(value, lightgbm.Booster):
        return None
    dump = value.dump_model()
    names = dump["feature_names"]

    def read(node: dict[str, Any]) -> TreeNode:
        if "split_feature" not in node:
            return TreeNode(float(node["leaf_value"]))
        condition = node["threshold"]
        return TreeNode(condition, str(names[node["split_feature"]]), (node["left_child"], node["right_child"]))

    found = tuple(tree_of(one["tree_structure"], read) for one in dump["tree_info"])
    return TreeEnsemble(found, is_boosted=not dump["average_output"])
