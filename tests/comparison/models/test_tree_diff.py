"""Trees as digests, and two ensembles of them."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.models.tree_diff import TreeData, TreeEnsemble, TreeNode, tree_diff, tree_of, trees_of


def read(node):
    """A node is a number, or (feature, threshold, left, right)."""
    return TreeNode(float(node)) if not isinstance(node, tuple) else TreeNode(node[1], node[0], node[2:])


TREE = ("a", 0.5, 1, ("b", 2.0, 2, ("a", 3.0, 3, 4)))


def test_leaves_depth_and_splits_are_counted():
    found = tree_of(TREE, read)
    assert (found.leaves, found.depth, found.splits) == (4, 3, {"a": 2, "b": 1})


@pytest.mark.parametrize(
    ("other", "is_equal"),
    [
        (TREE, True),
        (("a", 0.5 + 1e-14, 1, ("b", 2.0, 2, ("a", 3.0, 3, 4))), True),
        (("a", 0.6, 1, ("b", 2.0, 2, ("a", 3.0, 3, 4))), False),
        (("c", 0.5, 1, ("b", 2.0, 2, ("a", 3.0, 3, 4))), False),
        (("a", 0.5, ("b", 2.0, 2, ("a", 3.0, 3, 4)), 1), False),
        (("a", 0.5, 1, ("b", 2.0, 2, ("a", 3.0, 3, 5))), False),
    ],
)
def test_trees_are_equal_up_to_rounding(other, is_equal):
    assert (tree_of(other, read).key == tree_of(TREE, read).key) is is_equal


def ensemble(keys: str) -> TreeEnsemble:
    return TreeEnsemble(tuple(TreeData(k.encode(), 2, 1, {k: 1}) for k in keys), is_boosted=False)


@pytest.mark.parametrize(
    ("before", "after", "equal", "prefix", "same"),
    [("abc", "abc", 3, 3, True), ("abc", "abcd", 3, 3, False), ("aab", "abb", 2, 1, False), ("ab", "ba", 2, 0, False)],
)
def test_equal_trees_are_counted_with_repeats_and_from_the_beginning(before, after, equal, prefix, same):
    found = tree_diff(ensemble(before), ensemble(after))
    assert (found.equal, found.prefix, found.same) == (equal, prefix, same)


def test_moved_splits_are_the_share_that_went_to_other_features():
    assert tree_diff(ensemble("aabb"), ensemble("abbb")).moved_splits == 0.25
    assert tree_diff(ensemble("a"), ensemble("")).moved_splits == 0.5
    assert ensemble("aab").split_shares() == {"a": pytest.approx(2 / 3), "b": pytest.approx(1 / 3)}


def test_a_value_without_a_library_of_trees_has_none():
    assert trees_of({"a": 1}) is None
    assert trees_of(3) is None
