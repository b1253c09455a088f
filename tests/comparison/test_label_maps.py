"""Which values are label maps, and what happened to their codes."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OrdinalEncoder

from nbmodelver.comparison.label_maps import label_diff, label_maps

ANIMALS = {"ant": 0, "cat": 1, "cow": 2, "dog": 3}


def diff(after, before=ANIMALS):
    return label_diff(before, after)


@pytest.mark.parametrize(
    "value",
    [
        ANIMALS,
        OrderedDict(ANIMALS),
        {code: label for label, code in ANIMALS.items()},
        list(ANIMALS),
        tuple(ANIMALS),
    ],
)
def test_maps_in_both_directions_and_lists_are_read_alike(value):
    assert label_maps(value) == {"": ANIMALS}


@pytest.mark.parametrize(
    "value",
    [
        {"depth": 2, "width": 30, "seed": 1},
        {"a": 0, "b": 1},
        {"a": 0, "b": 0, "c": 1},
        {"a": 0, "b": 1, "c": True},
        {"a": 0.0, "b": 1.0, "c": 2.0},
        ["a", "b", "a"],
        [1, 2, 3],
        ["a", "b", "c" * 500],
        {"a", "b", "c"},
        "abc",
        3,
    ],
)
def test_settings_and_other_values_are_no_label_maps(value):
    assert label_maps(value) == {}


def test_what_encoders_and_vectorizers_have_learned_is_a_map():
    assert label_maps(LabelEncoder().fit(["b", "a"])) == {"classes_": {"a": 0, "b": 1}}
    words = make_pipeline(CountVectorizer(), LogisticRegression()).fit(["x1 x2", "x3"], [5, 7])
    assert label_maps(words) == {
        "countvectorizer.vocabulary_": {"x1": 0, "x2": 1, "x3": 2},
        "logisticregression.classes_": {5: 0, 7: 1},
    }
    codes = OrdinalEncoder().fit(np.array([["a", "x"], ["b", "x"]], dtype=object))
    assert label_maps(codes) == {"categories_ of 0": {"a": 0, "b": 1}, "categories_ of 1": {"x": 0}}


def test_missing_labels_are_not_compared():
    codes = OrdinalEncoder().fit(np.array([["a"], [np.nan]], dtype=object))
    assert label_maps(codes) == {}


def test_a_map_that_starts_at_one_instead_of_zero_is_shifted():
    found = diff({label: code + 1 for label, code in ANIMALS.items()})
    assert (found.shift, found.both, found.inserted, found.is_reversed) == ((1, 4), 4, None, False)


def test_a_label_that_was_inserted_shifts_those_behind_it():
    found = diff({"ant": 0, "bee": 1, "cat": 2, "cow": 3, "dog": 4})
    assert (found.shift, found.inserted, found.dropped) == ((1, 3), ("bee", 1), None)
    back = diff(ANIMALS, {"ant": 0, "bee": 1, "cat": 2, "cow": 3, "dog": 4})
    assert (back.shift, back.inserted, back.dropped) == ((-1, 3), None, ("bee", 1))


def test_a_label_at_the_end_shifts_nothing():
    found = diff({**ANIMALS, "eel": 4})
    assert (found.changed, found.added, found.shift, found.differs) == ((), (("eel", 4),), (0, 0), True)


def test_two_labels_that_exchanged_their_codes_are_swapped():
    found = diff({"ant": 0, "cat": 2, "cow": 1, "dog": 3})
    assert (found.swapped, found.shift) == ((("cat", "cow"),), (0, 0))


def test_the_reverse_order_is_recognized_with_and_without_a_middle():
    assert diff({label: 3 - code for label, code in ANIMALS.items()}).is_reversed
    five = {**ANIMALS, "eel": 4}
    assert diff({label: 4 - code for label, code in five.items()}, five).is_reversed
    assert not diff({"ant": 0, "cat": 2, "cow": 1, "dog": 3}).is_reversed


def test_a_label_in_the_place_of_another_is_a_rename():
    found = diff({"ant": 0, "kitty": 1, "cow": 2, "dog": 3})
    assert (found.renamed, found.changed) == ((("cat", "kitty", 1),), ())


def test_equal_maps_do_not_differ():
    assert not diff(dict(reversed(ANIMALS.items()))).differs
