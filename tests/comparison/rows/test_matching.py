"""Equal rows are matched copy by copy, and what happened to their order is named."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.rows.matching import _sorted, contains, copies, matched, row_order, unique_matches


def random_keys(high: int, count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, high, count).astype(np.uint64)


@pytest.mark.parametrize(
    "keys",
    [
        random_keys(2**63, 5000),
        random_keys(50, 5000),
        random_keys(2**20, 500),
        np.append(random_keys(2**40, 5000) << np.uint64(20), np.array([7, 5, 6, 5], np.uint64)),
        np.array([2**64 - 1, 0, 2**64 - 1], np.uint64),
        np.empty(0, np.uint64),
    ],
    ids=["random", "few low bits", "low bits", "some low bits", "ends", "none"],
)
def test_the_order_of_keys_is_that_of_a_stable_sort(keys):
    order, ordered, repeats = _sorted(keys)
    assert order.tolist() == np.argsort(keys, kind="stable").tolist()
    assert ordered.tolist() == sorted(keys.tolist())
    assert repeats == (len(set(keys.tolist())) < len(keys))


def keys(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (keys(1, 2, 3), keys(1, 2, 3), [0, 1, 2]),
        (keys(1, 2, 3), keys(3, 1, 2), [1, 2, 0]),
        (keys(1, 1, 1), keys(1, 1), [0, 1, -1]),
        (keys(5, 1, 1, 2), keys(1, 2, 1, 9), [-1, 2, 0, 1]),
        (keys(), keys(1), []),
        (keys(1), keys(), [-1]),
    ],
)
def test_each_copy_is_matched_once(before, after, expected):
    found = matched(before, after)
    assert sorted(found.tolist()) == sorted(expected)
    hit = found >= 0
    assert (before[hit] == after[found[hit]]).all()
    assert len(set(found[hit].tolist())) == hit.sum()


def test_as_many_are_matched_as_both_sides_have():
    rng = np.random.default_rng(0)
    for _ in range(50):
        before, after = (rng.integers(0, 20, rng.integers(1, 60)).astype(np.uint64) for _ in range(2))
        found = matched(before, after)
        both = sum(min((before == k).sum(), (after == k).sum()) for k in np.unique(before))
        assert (found >= 0).sum() == both


def test_unique_matches_never_guess_between_copies():
    before, after = unique_matches(keys(1, 2, 2, 3, 4), keys(4, 2, 1, 3, 3))
    assert sorted(zip(before.tolist(), after.tolist(), strict=True)) == [(0, 2), (4, 0)]
    assert [len(side) for side in unique_matches(keys(1, 1), keys(1))] == [0, 0]


def test_copies_and_contains():
    assert copies(keys(1, 1, 2, 3, 3, 3)).tolist() == [0, 1, 0, 0, 1, 2]
    assert copies(keys()).tolist() == []
    assert contains(keys(3, 1), keys(1, 2, 3)).tolist() == [True, False, True]
    assert contains(keys(), keys(1)).tolist() == [False]


@pytest.mark.parametrize(
    ("places", "how", "moved"),
    [
        ([0, 1, 5, 9], "kept", 0), ([], "kept", 0), ([3], "kept", 0), ([9, 5, 1], "reversed", 3),
        ([5, 0, 1, 2, 3, 4, 6], "moved", 1), ([3, 4, 5, 6, 7, 0, 1], "moved", 2),
        ([3, 0, 4, 1, 5, 2], "shuffled", 3),
    ],
)  # fmt: skip
def test_the_order_of_rows(places, how, moved):
    found = row_order(np.array(places, np.intp))
    assert (found.how, found.moved) == (how, moved)


def test_the_order_of_many_rows_is_found_by_their_runs():
    count = 300_000
    rows = np.arange(count)
    moved = np.concatenate([rows[1000:200_000], rows[:1000], rows[200_000:]])
    assert (row_order(moved).how, row_order(moved).moved) == ("moved", 1000)
    assert row_order(np.random.default_rng(0).permutation(rows)).how == "shuffled"
