"""Merges of arrays: dtypes, nulls, conflicts, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.comparison.merging.merge import MergedInside, MergeOptions, MergeSides, merge_inside
from nbmodelver.errors import NotMergeable


def merged(base: Any, ours: Any, theirs: Any, other: Any = None, **how: Any) -> MergedInside:
    return merge_inside(MergeSides(base, ours, theirs, other), MergeOptions(**how))


@pytest.mark.parametrize("dtype", ["f4", ">f8", "i2", "?", "c8", "M8[s]", "m8[D]", "S3", "U3", "f2", "O"])
def test_the_dtype_is_preserved(dtype: str) -> None:
    base = np.array([0, 1, 0, 1]).astype(dtype)
    ours, theirs = base.copy(), base.copy()
    ours[0], theirs[1] = base[1], base[0]
    found = merged(base, ours, theirs)
    assert found.value.dtype == base.dtype
    expected = base.copy()
    expected[:2] = base[1], base[0]
    assert (found.value == expected).all()
    assert found.summary() == "1 cell from theirs, 1 cell from ours"


def test_nan_equals_nan_and_a_negative_zero_is_another_number() -> None:
    nan = np.array([np.nan, 0.0, np.nan])
    found = merged(nan, np.array([np.nan, -0.0, 1]), nan.copy())
    assert np.signbit(found.value[1])
    assert found.value[2] == 1
    assert not found.conflict_count


def test_conflicts_are_shown_by_their_place() -> None:
    base = np.zeros((2, 20), int)
    found = merged(base, base + 1, base + 2)
    assert (found.conflict_count, len(found.conflicts)) == (40, 8)
    assert found.conflicts[1].sentence() == "[0, 1]: 0 → 1 (ours), 2 (theirs)"
    assert merged(base, base + 1, base + 2, base + 7, prefer="other").value.max() == 7
    assert merged(base, base + 1, base + 2, base[0], prefer="other").unresolved == 40


def test_an_array_without_axes_has_one_element() -> None:
    assert merged(np.array(1.0), np.array(1.0), np.array(2.0)).value == 2
    assert merged(np.array(1.0), np.array(3.0), np.array(2.0)).conflicts[0].place == "[]"


def test_longer_texts_of_both_sides_fit() -> None:
    found = merged(np.array(["a", "b"]), np.array(["aaaa", "b"]), np.array(["a", "bbbbbb"]))
    assert found.value.tolist() == ["aaaa", "bbbbbb"]


@pytest.mark.parametrize(
    ("ours", "says"),
    [
        (np.zeros(3), "its shape differs"), (np.zeros(2, "f4"), "its dtype differs"),
        (np.zeros(2, [("a", "f8")]), "its dtype differs"),
    ],
)  # fmt: skip
def test_another_form_is_refused(ours: Any, says: str) -> None:
    with pytest.raises(NotMergeable, match=says):
        merged(np.zeros(2), ours, np.ones(2))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.array([object(), 1], dtype=object), "objects that cannot be compared"),
        (np.zeros(2, [("a", "f8")]), "its elements have the dtype"),
    ],
)
def test_elements_that_cannot_be_compared_are_refused(value: Any, says: str) -> None:
    with pytest.raises(NotMergeable, match=says):
        merged(value, value, value)
