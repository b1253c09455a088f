"""Two ensembles of trees: which trees are equal, and which features the trees split on.

Counts of changed trees overstate a change: a few edited rows change nearly every tree and may change no prediction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.libraries import library_of
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ADAPTERS = frozenset({"catboost", "lightgbm", "sklearn", "xgboost"})
"""Libraries with `trees(value) -> TreeEnsemble | None` in their file of this folder."""
DIGITS = 12
"""Decimal digits to which thresholds and leaf values are rounded before trees are compared."""


@dataclass(frozen=True)
class TreeData:
    """One tree. key: equal for trees with equal splits, thresholds and leaf values. splits: per feature."""

    key: bytes
    leaves: int
    depth: int
    splits: Mapping[str, int]


@dataclass(frozen=True)
class TreeEnsemble:
    """The trees of a model, in order. is_boosted: each tree depends on the trees before it."""

    trees: tuple[TreeData, ...]
    is_boosted: bool

    def split_shares(self) -> dict[str, float]:
        """The share of all splits that use a feature, by feature."""
        counts: Counter[str] = Counter()
        for tree in self.trees:
            counts.update(tree.splits)
        total = counts.total()
        return {feature: count / total for feature, count in counts.items()} if total else {}


@dataclass(frozen=True)
class TreeDiff:
    """Two ensembles. equal: trees that both have, counted with repeats. prefix: equal trees at the beginning."""

    before: TreeEnsemble
    after: TreeEnsemble
    equal: int
    prefix: int

    @property
    def same(self) -> bool:
        """True if all trees are equal, in the same order."""
        return len(self.before.trees) == len(self.after.trees) == self.prefix

    @property
    def moved_splits(self) -> float:
        """The share of splits that went to other features, 0 to 1: the total variation of the shares."""
        old, new = self.before.split_shares(), self.after.split_shares()
        return sum(abs(old.get(f, 0.0) - new.get(f, 0.0)) for f in old.keys() | new.keys()) / 2


@dataclass(frozen=True)
class TreeNode:
    """A node of a tree: a split with its feature, its condition and its children, or a leaf, which has a value only."""

    value: object
    feature: str = ""
    children: Sequence[Any] = field(default=())


def tree_of(root: Any, read: Callable[[Any], TreeNode]) -> TreeData:
    """A nested tree. read: returns a node with the unread nodes below it; numbers in `value` are rounded here."""
    digest = hashlib.blake2b(digest_size=16)
    splits: Counter[str] = Counter()
    leaves = deepest = 0
    waiting = [(root, 0)]
    while waiting:
        raw, depth = waiting.pop()
        node = read(raw)
        value = round(node.value, DIGITS) if isinstance(node.value, float) else node.value
        digest.update(repr((depth, node.feature, value, len(node.children))).encode())
        deepest = max(deepest, depth)
        if node.children:
            splits[node.feature] += 1
            waiting += [(child, depth + 1) for child in reversed(node.children)]
        else:
            leaves += 1
    return TreeData(digest.digest(), leaves, deepest, splits)


def trees_of(value: Any) -> TreeEnsemble | None:
    """The trees of a fitted model, of a pipeline's last step, or of the best model of a search; None without trees.

    The library's adapter is imported only when one of its values turns up.
    """
    steps, best = attribute(value, "steps"), attribute(value, "best_estimator_")
    if best is not None:
        return trees_of(best)
    if type(steps) is list and steps and type(steps[-1]) is tuple:
        return trees_of(steps[-1][1])
    stem = getattr(library_of(type(value)), "__name__", "").rpartition(".")[2]
    if stem not in ADAPTERS:
        return None
    adapter: Callable[[Any], TreeEnsemble | None] = import_module(f"nbmodelver.comparison.models.{stem}").trees
    found = adapter(value)
    return found if found is not None and found.trees else None


def tree_diff(before: TreeEnsemble, after: TreeEnsemble) -> TreeDiff:
    """Compare two ensembles tree by tree: as multisets, and from the beginning."""
    old, new = ([tree.key for tree in side.trees] for side in (before, after))
    equal = (Counter(old) & Counter(new)).total()
    prefix = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return TreeDiff(before, after, equal, prefix)
