"""Merges of dicts: what comes from where, what conflicts, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.merging.dicts import is_plain_key, same_value
from nbmodelver.comparison.merging.merge import MergedInside, MergeOptions, MergeSides, merge_inside
from nbmodelver.errors import NotMergeable


def merged(base: Any, ours: Any, theirs: Any, other: Any = None, **how: Any) -> MergedInside:
    return merge_inside(MergeSides(base, ours, theirs, other), MergeOptions(**how))


def test_each_key_comes_from_the_side_that_changed_it() -> None:
    base = {"lr": 0.1, "depth": 3, "opt": {"name": "adam", "eps": 1}, "gone": 1}
    ours = {"lr": 0.1, "depth": 4, "opt": {"name": "adam", "eps": 2}, "gone": 1, "new": [1]}
    theirs = {"lr": 0.05, "depth": 3, "opt": {"name": "sgd", "eps": 1}}
    found = merged(base, ours, theirs)
    assert found.value == {"lr": 0.05, "depth": 4, "opt": {"name": "sgd", "eps": 2}, "new": [1]}
    assert found.summary() == "lr, opt.name and gone (removed) from theirs, depth, opt.eps and new from ours"


def test_a_list_that_both_changed_is_one_conflict() -> None:
    found = merged({"layers": [1, 2]}, {"layers": [1, 3]}, {"layers": [4, 2]})
    assert [c.sentence() for c in found.conflicts] == ["layers: [1, 2] → [1, 3] (ours), [4, 2] (theirs)"]
    assert (found.conflict_count, found.unresolved) == (1, 1)


@pytest.mark.parametrize(("prefer", "expected"), [("ours", 2), ("theirs", 3), ("other", 9)])
def test_a_side_decides_only_what_conflicts(prefer: Any, expected: int) -> None:
    found = merged({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 3, "b": 5}, {"a": 9, "b": 9}, prefer=prefer)
    assert found.value == {"a": expected, "b": 5}
    assert (found.conflict_count, found.unresolved) == (1, 0)


def test_a_version_without_the_key_decides_nothing() -> None:
    found = merged({"a": 1}, {"a": 2}, {"a": 3}, {}, prefer="other")
    assert (found.value, found.unresolved) == ({"a": 2}, 1)


def test_a_key_that_one_side_removed_and_the_other_changed_is_a_conflict() -> None:
    found = merged({"a": 1}, {}, {"a": 2})
    assert found.conflicts[0].sentence() == "a: 1 → absent (ours), 2 (theirs)"
    assert merged({"a": 1}, {}, {"a": 2}, prefer="ours").value == {}


def test_equal_changes_of_both_sides_are_no_conflict() -> None:
    found = merged({"a": 1}, {"a": 2}, {"a": 2})
    assert (found.value, found.summary()) == ({"a": 2}, "both sides made the same changes")


def test_dicts_that_both_sides_added_are_merged_by_key() -> None:
    assert merged({}, {"o": {"a": 1}}, {"o": {"b": 2}}).value == {"o": {"a": 1, "b": 2}}


def test_arrays_and_frames_in_a_dict_are_merged_inside() -> None:
    base = {"w": np.zeros(3), "df": pd.DataFrame({"x": [1, 2, 3]})}
    ours = {"w": np.array([1.0, 0, 0]), "df": pd.DataFrame({"x": [1, 2, 9]})}
    theirs = {"w": np.array([2.0, 0, 5]), "df": pd.DataFrame({"x": [7, 2, 3]})}
    found = merged(base, ours, theirs)
    assert found.value["w"].tolist() == [1, 0, 5]
    assert found.value["df"]["x"].tolist() == [7, 2, 9]
    assert found.from_theirs == ("w (1 cell)", "df (1 cell)")
    assert [c.place for c in found.conflicts] == ["w [0]"]


def test_a_frame_that_cannot_be_merged_is_a_conflict_at_its_key() -> None:
    frames = [{"df": pd.DataFrame({"x": ["a"], "o": [object()]})} for _ in range(3)]
    assert [c.place for c in merged(*frames).conflicts] == ["df"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": (shared := [1]), "b": shared}, "the same list in several places"),
        ({"a": {"c": (array := np.ones(2))}, "b": [array]}, "the same numpy.ndarray in several places"),
    ],
)
def test_one_object_in_several_places_is_refused(value: Any, says: str) -> None:
    with pytest.raises(NotMergeable, match=says):
        merged({}, value, {})


def test_a_dict_in_itself_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["me"] = loop
    with pytest.raises(NotMergeable, match="in theirs it holds the same dict"):
        merged({}, {}, loop)


def test_a_key_of_a_user_class_is_refused() -> None:
    class Key:
        def __hash__(self) -> int:
            raise AssertionError("user code ran")

    assert not is_plain_key(Key())
    assert not is_plain_key(float("nan"))
    assert is_plain_key(("a", 1))
    with pytest.raises(NotMergeable, match="a key is a float"):
        merged({}, {float("nan"): 1}, {})


def test_objects_of_other_classes_are_compared_by_the_given_function() -> None:
    class Opaque:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("user code ran")

        __hash__ = None  # type: ignore[assignment]

    sides = [{"model": Opaque(), "lr": n} for n in (1, 2, 1)]
    assert merged(*sides, same=lambda _a, _b: True).value["lr"] == 2
    assert merged(*sides).conflict_count == 1


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, True, False), (1, 1.0, False), (float("nan"), float("nan"), True), (0.0, -0.0, False),
        ([1, (2,)], [1, (2,)], True), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True), ({1, 2}, {2, 1}, True),
        (b"a", b"a", True), ([1], [1, 2], False), ("a", "b", False),
    ],
)  # fmt: skip
def test_values_are_the_same_with_equal_types_only(a: Any, b: Any, *, expected: bool) -> None:
    assert same_value(a, b, MergeOptions()) is expected
