"""The section about slices, with hand-made stacks and with images of digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.arrays.slice_diff import slice_diff
from nbmodelver.comparison.arrays.slice_section import may_be_stacks, section, slices, summary
from nbmodelver.comparison.contributors import sections_of
from nbmodelver.comparison.sides import Side


def side(value: object, label: str = "") -> Side:
    shape = list(value.shape) if hasattr(value, "shape") else None
    kind = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
    return Side("dataset", lambda: {"type": kind, "shape": shape}, lambda: value, label)


@pytest.fixture
def digits() -> np.ndarray:
    return pytest.importorskip("sklearn.datasets").load_digits().images


def rows(before: np.ndarray, after: np.ndarray) -> list[tuple]:
    found = slices("images", side(before), side(after))
    assert found is not None
    return [(*r.cells, r.status) for r in found.rows]


def test_an_image_that_was_edited_is_the_only_one_named(digits):
    edited = digits.copy()
    edited[42, 3, 4] = 99.0
    before = digits[42, 3, 4]
    how = f"by {99 - before:.3g} (median), at most {99 - before:.3g}, 1.6% of their elements"
    assert rows(digits, edited) == [
        ("slices changed", 1, "at 42", None, None, "changed"),
        ("elements, as [42, 3, 4]", 1, how, before, 99.0, "changed"),
    ]


def test_inserted_moved_and_removed_images_are_found(digits):
    new = np.full((2, 8, 8), 7.5)
    after = np.concatenate([digits[5:600], new, digits[600:], digits[:3]])
    assert (
        rows(digits, after)
        == [
            ("shape", None, None, "1797 x 8 x 8", "1797 x 8 x 8", "changed"),
            ("slices added", 2, "at 595, 596", None, None, "added"),
            ("slices removed", 2, "at 3, 4", None, None, "removed"),
            ("slices in another order", 3, "moved", None, None, "changed"),
        ][1:]
    )
    found = slice_diff(digits, after)
    assert summary(found) == "1,797 slices of 8 x 8 · 1,795 the same · 2 added · 2 removed"


def test_images_of_another_scale_have_one_rule(digits):
    found = rows(digits, digits * 0.001)
    assert found[0][:3] == ("slices changed", 1797, "at 0 to 1796")
    assert found[1][2].startswith("× 0.001 (unit?)")


def test_images_of_another_dtype_or_shape_are_said_so(digits):
    assert rows(digits, digits.astype(np.uint8)) == [("dtype", None, "the same values", "float64", "uint8", "changed")]
    assert rows(digits, digits[:, 1:]) == [("shape", None, None, "1797 x 8 x 8", "1797 x 7 x 8", "changed")]
    assert rows(digits[:, 1:], digits[:, 1:].transpose(0, 2, 1)) == [
        ("shape", None, "axes exchanged: transpose(0, 2, 1)", "1797 x 7 x 8", "1797 x 8 x 7", "changed")
    ]
    again = section("x", slice_diff(digits[:, 1:], digits[:, 1:].reshape(1797, 56, 1)))
    assert again.note == "1797 x 7 x 8 → 1797 x 56 x 1: the same elements in another shape"


def test_more_images_of_the_same_kind_are_added_copies():
    before = np.arange(12.0).reshape(3, 2, 2)
    found = rows(before, np.concatenate([before, before[:1]]))
    assert found[1] == ("slices added", 1, "copies of slices that both versions have", None, None, "added")


def test_colour_images_are_compared_by_image():
    rng = np.random.default_rng(0)
    before = rng.integers(0, 256, (20, 6, 5, 3), dtype=np.uint8)
    after = before.copy()
    after[[2, 4, 11]] += 1
    found = rows(before, after)
    assert found[0] == ("slices changed", 3, "at 2, 4, 11", None, None, "changed")
    assert found[1][1] == 3 * 90


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (np.zeros((3, 4)), np.zeros((3, 4))),
        (np.zeros((3, 4, 2)), np.zeros(3)),
        (pd.DataFrame({"a": [1]}), np.zeros((3, 4, 2))),
        ([1, 2], [1, 3]),
    ],
)
def test_other_values_have_no_slices(before, after):
    assert slices("x", side(before), side(after)) is None


def test_no_value_is_read_to_tell_that_a_table_has_no_slices():
    def fail() -> object:
        raise AssertionError

    frame = Side("dataset", lambda: {"type": "pandas.DataFrame", "shape": [3, 2]}, fail)
    assert not may_be_stacks(frame, frame)
    assert slices("x", frame, frame) is None


def test_a_stack_has_slices_and_no_rows(digits):
    edited = digits.copy()
    edited[:3] += 1.0
    ids = [s.id for s in sections_of("images", side(digits, "v1"), side(edited, "v2"))]
    assert ids == ["slices.images", "profile.images"]
