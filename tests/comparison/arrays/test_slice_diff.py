"""Slices of stacks: equal ones are found wherever they stand, changed ones are told from added and removed ones."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.arrays import slice_diff as slices
from nbmodelver.comparison.arrays.slice_diff import exchanged_axes, is_stack, slice_diff, with_neighbours


def stack(*numbers: float) -> np.ndarray:
    """One slice of 2 x 3 for each number: the number, and that plus 0.1, 0.2, ..."""
    return np.array([[[n + 0.1 * (3 * i + j) for j in range(3)] for i in range(2)] for n in numbers])


@pytest.mark.parametrize(
    ("before", "after", "same", "changed", "added", "removed", "order"),
    [
        ((1, 2, 3), (1, 2, 3), 3, [], [], [], "kept"),
        ((1, 2, 3), (1, 9, 2, 3), 3, [], [1], [], "kept"),
        ((1, 2, 3), (2, 3), 2, [], [], [0], "kept"),
        ((1, 2, 3), (1, 2.5, 3), 2, [(1, 1)], [], [], "kept"),
        ((1, 2, 3), (9, 1, 2.5, 3), 2, [(1, 2)], [0], [], "kept"),
        ((1, 2, 3, 4), (4, 1, 2, 3), 4, [], [], [], "moved"),
        ((1, 2, 3), (3, 2, 1), 3, [], [], [], "reversed"),
        ((1, 2, 3), (1, 2, 3, 2, 3), 3, [], [3, 4], [], "kept"),
        ((1, 2), (8, 9), 0, [(0, 0), (1, 1)], [], [], "kept"),
        ((1, 2, 3, 4), (1, 3, 4, 9), 3, [], [3], [1], "kept"),
    ],
)
def test_slices_are_the_same_changed_added_or_removed(before, after, same, changed, added, removed, order):
    found = slice_diff(stack(*before), stack(*after))
    assert found.same == same
    assert list(zip(*(side.tolist() for side in found.pairs), strict=True)) == changed
    assert (found.added.tolist(), found.removed.tolist(), found.order.how) == (added, removed, order)


def test_copies_of_slices_are_counted():
    assert slice_diff(stack(1, 2, 3), stack(1, 2, 3, 2, 9)).copies == 1


def test_the_size_of_a_change_is_that_of_its_elements():
    after = stack(1, 2, 3)
    after[1, 0, 2] += 5
    after[1, 1, 1] += 1
    found = slice_diff(stack(1, 2, 3), after).elements
    assert found is not None
    assert (found.cells, found.median, found.largest) == (2, pytest.approx(3), pytest.approx(5))


def test_a_factor_of_all_elements_is_a_rule():
    before = np.arange(4 * 9, dtype=float).reshape(4, 3, 3) + 1
    found = slice_diff(before, before * 1000).elements
    assert found is not None
    assert found.rule == "× 1000 (unit?)"


def test_only_the_first_changed_slices_are_compared_by_element_if_there_are_many(monkeypatch):
    monkeypatch.setattr(slices, "MAX_ELEMENTS", 12)
    found = slice_diff(stack(1, 2, 3), stack(4, 5, 6))
    assert (found.compared, len(found.pairs[0])) == (2, 3)


def test_nan_equals_nan_and_zeros_are_equal():
    before, after = stack(1, 2), stack(1, 2)
    before[0, 0, 0] = after[0, 0, 0] = np.nan
    before[1, 0, 0], after[1, 0, 0] = 0.0, -0.0
    assert slice_diff(before, after).same == 2


def test_another_dtype_with_the_same_values_is_the_same():
    whole = np.arange(24).reshape(2, 3, 4)
    assert slice_diff(whole, whole.astype(float)).same == 2
    found = slice_diff(stack(1, 2), stack(1, 2).astype(np.float32))
    assert (found.same, found.dtypes) == (2, ("float64", "float32"))


def test_exchanged_axes_are_recognized():
    images = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    found = slice_diff(images, images.transpose(0, 2, 3, 1))
    assert (found.axes, found.is_comparable) == ((0, 2, 3, 1), False)
    assert exchanged_axes(images, images.transpose(0, 2, 3, 1) + 1) == ()


def test_a_reshaped_array_has_the_same_elements():
    images = np.arange(60.0).reshape(5, 3, 4)
    assert slice_diff(images, images.reshape(5, 4, 3)).is_reshaped
    assert not slice_diff(images, images.reshape(5, 4, 3) + 1).is_reshaped
    assert not slice_diff(images, images.reshape(5, 2, 6)[:4]).is_reshaped


def test_neighbours_are_paired_from_both_sides():
    none = -1
    assert with_neighbours(np.array([0, none, none, 4]), 5).tolist() == [0, 1, 2, 4]
    assert with_neighbours(np.array([none, 1]), 2).tolist() == [0, 1]
    assert with_neighbours(np.array([none, 0]), 1).tolist() == [none, 0]
    assert with_neighbours(np.array([3, none, 0, none, 5]), 6).tolist() == [3, 4, 0, 1, 5]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros((3, 2, 2)), True),
        (np.zeros((3, 1001)), True),
        (np.zeros((3, 1000)), False),
        (np.zeros(3), False),
        (np.zeros((0, 2, 2)), False),
        (np.zeros((3, 2, 2), complex), False),
        (np.full((3, 2, 2), None), False),
        ([[[1]]], False),
    ],
)
def test_stacks_have_three_axes_or_are_wide(value, expected):
    assert is_stack(value) is expected
