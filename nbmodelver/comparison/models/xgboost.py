"""Trees of XGBoost boosters, from their dump."""

from __future__ import annotations

import json
from typing import Any

from nbmodelver.comparison.models.tree_diff import TreeEnsemble, TreeNode, tree_of


def trees(value: Any) -> TreeEnsemble | None:
    """The trees of a booster or of a fitted scikit-learn wrapper; None for anything else, and for linear boosters."""
    import xgboost

    if isinstance(value, xgboost.XGBModel):
        if not value.__sklearn_is_fitted__():
            return None
        value = value.get_booster()
    if not isinstance(value, xgboost.Booster):
        return None
    roots = [json.loads(text) for text in value.get_dump(dump_format="json")]
    if not all("nodeid" in root for root in roots):
        return None
    return TreeEnsemble(tuple(tree_of(root, _read) for root in roots), is_boosted=True)


def _read(node: dict[str, Any]) -> TreeNode:
    if "leaf" in node:
        return TreeNode(node["leaf"])
    return TreeNode(node.get("split_condition"), str(node["split"]), node["children"])
