"""The section about the trees of one model: first one sentence, then sizes and the features that trees split on."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from nbmodelver.comparison.models.tree_diff import tree_diff, trees_of
from nbmodelver.comparison.profiles import rows_by_key
from nbmodelver.model import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.comparison.models.tree_diff import TreeDiff, TreeEnsemble
    from nbmodelver.comparison.sides import Side
    from nbmodelver.model import Json, Row

COLUMNS = ("what", "before", "after", "change")
MAX_FEATURES = 10
"""Features with a row: those whose share of the splits changed most."""
NEARLY = 0.02
"""Below this share of moved splits, the splits per feature are called nearly the same."""


def trees(name: str, before: Side, after: Side) -> Section | None:
    """The section "trees.NAME"; None if one of the values has no trees. Reads both values."""
    old, new = trees_of(before.load()), trees_of(after.load())
    return None if old is None or new is None else section(name, tree_diff(old, new))


def section(name: str, found: TreeDiff) -> Section:
    """A difference of trees as the section "trees.NAME"."""
    rows = [*_sizes(found), *_features(found)]
    return Section(f"trees.{name}", f"{name} · trees", COLUMNS, tuple(rows), note=summary(found))


def summary(found: TreeDiff) -> str:
    """The difference in one line: "100 → 120 trees: the first 100 equal · 20 added"."""
    old, new = len(found.before.trees), len(found.after.trees)
    counted = f"{new:,} trees" if old == new else f"{old:,} → {new:,} trees"
    if found.same:
        return f"{counted}: all equal"
    phrases = [f"{counted}: {_equal(found)}"]
    if found.prefix == min(old, new):
        phrases += [f"{abs(new - old):,} {'added' if new > old else 'removed'}"]
    elif not found.after.is_boosted:
        phrases += [f"{old - found.equal:,} replaced" if old == new else f"{old - found.equal:,} removed"]
        phrases += [f"{new - found.equal:,} added"] if old != new else []
    moved = found.moved_splits
    words = "nearly the same" if moved < NEARLY else "differ"
    phrases.append(f"splits per feature {words} ({100 * moved:.1f} %)" if moved else "splits per feature the same")
    return " · ".join(phrases)


def _equal(found: TreeDiff) -> str:
    old, new = len(found.before.trees), len(found.after.trees)
    if found.prefix == min(old, new):
        return f"the first {found.prefix:,} equal"
    if not found.after.is_boosted:
        return f"{found.equal:,} equal" if found.equal else "none equal"
    if found.prefix:
        return f"equal up to tree {found.prefix:,}, the later ones depend on them"
    return "the first differs, and all others depend on it"


def _sizes(found: TreeDiff) -> Iterator[Row]:
    yield from rows_by_key(_facts(found.before), _facts(found.after))


def _facts(side: TreeEnsemble) -> dict[str, Json]:
    leaves, depths = [t.leaves for t in side.trees], [t.depth for t in side.trees]
    return {
        "trees": len(side.trees),
        "leaves": sum(leaves),
        "leaves of a tree (median)": median(leaves),
        "depth of a tree (median)": median(depths),
        "depth of a tree (largest)": max(depths),
    }


def _features(found: TreeDiff) -> Iterator[Row]:
    old, new = found.before.split_shares(), found.after.split_shares()
    step = {f: abs(old.get(f, 0.0) - new.get(f, 0.0)) for f in (*old, *new)}
    shown = sorted((f for f in step if step[f]), key=step.__getitem__, reverse=True)[:MAX_FEATURES]
    before, after = ({f"splits on {f}": _share(side.get(f, 0.0)) for f in shown} for side in (old, new))
    yield from rows_by_key(before, after)


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
