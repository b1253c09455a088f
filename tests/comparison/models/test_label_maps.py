"""Which values are label maps, and what happened to their codes."""

from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OrdinalEncoder

from nbmodelver.comparison.models.label_maps import are_labels, label_diff, label_maps

ANIMALS = {"ant": 0, "cat": 1, "cow": 2, "dog": 3}


def codes(value, name=""):
    """The maps of a value, without how sure they are."""
    return {path: found.codes for path, found in label_maps(value, name).items()}


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
    assert codes(value) == {"": ANIMALS}


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("params", {"alpha": 0, "first": 1, "second": 2}),
        ("model_config", {"a": 0, "b": 1, "c": 2}),
        ("best", {"max_depth": 2, "n_estimators": 3, "min_samples_leaf": 4}),
        ("net", {"layers": 0, "heads": 1, "name": 2}),
        ("options", ["fast", "small", "plain"]),
    ],
)
def test_settings_with_consecutive_numbers_are_no_label_map(name, value):
    assert label_maps(value, name) == {}


@pytest.mark.parametrize("name", ["label2id", "class_index", "stoi", "vocab", "cfg_labels", "targetNames"])
def test_the_name_of_a_label_map_decides(name):
    found = {"max": 1, "min": 2, "depth": 3}
    assert codes(found, name) == {"": found}
    assert label_maps(found, name)[""].is_sure


def test_a_dict_without_a_code_0_on_both_sides_may_be_one_of_settings():
    one, other = {"north": 1, "south": 2, "east": 3}, {"north": 2, "south": 3, "east": 4}
    assert not are_labels(*(label_maps(value, "wind")[""] for value in (one, other)))
    assert are_labels(*(label_maps(value, "wind")[""] for value in ({"north": 0, "south": 1, "east": 2}, one)))
    assert are_labels(*(label_maps(value, "wind_codes")[""] for value in (one, other)))


class Config:
    """A configuration of a notebook."""

    def __init__(self):
        self.label2id = dict(ANIMALS)
        self.lr = 0.1


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"lr": 0.1, "label2id": ANIMALS, "seed": 1}, "label2id"),
        ({"data": {"classes": list(ANIMALS), "columns": ["b", "a", "c"]}}, "data.classes"),
        (SimpleNamespace(id2label={code: label for label, code in ANIMALS.items()}, depth=3), "id2label"),
        (Config(), "label2id"),
    ],
)
def test_maps_in_configurations_are_found(value, path, monkeypatch):
    monkeypatch.setattr(Config, "__module__", "__main__")
    assert codes(value, "config") == {path: ANIMALS}


def test_what_encoders_and_vectorizers_have_learned_is_a_map():
    assert codes(LabelEncoder().fit(["b", "a"])) == {"classes_": {"a": 0, "b": 1}}
    words = make_pipeline(CountVectorizer(), LogisticRegression()).fit(["x1 x2", "x3"], [5, 7])
    assert codes(words) == {
        "countvectorizer.vocabulary_": {"x1": 0, "x2": 1, "x3": 2},
        "logisticregression.classes_": {5: 0, 7: 1},
    }
    encoder = OrdinalEncoder().fit(np.array([["a", "x"], ["b", "x"]], dtype=object))
    assert codes(encoder) == {"categories_ of 0": {"a": 0, "b": 1}, "categories_ of 1": {"x": 0}}


def test_missing_labels_are_not_compared():
    encoder = OrdinalEncoder().fit(np.array([["a"], [np.nan]], dtype=object))
    assert codes(encoder) == {}


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
