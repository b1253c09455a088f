"""Names and keys tell labels from settings."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.models.label_names import are_settings, names_labels, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [("label2id", {"label", "id"}), ("classNames", {"class", "names"}), ("HTTPCodes", {"http", "codes"}), ("", set())],
)
def test_a_name_is_split_at_signs_digits_and_capitals(name: str, words: set[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(("name", "is_one"), [("id2label", True), ("stoi", True), ("best", False), ("labelled", False)])
def test_a_label_map_is_recognized_by_whole_words(name: str, is_one: bool) -> None:
    assert names_labels(name) == is_one


def test_half_of_the_keys_make_settings_unless_the_name_is_one_of_labels() -> None:
    assert are_settings("best", ["max_depth", "name"])
    assert not are_settings("best", ["max_depth", "name", "colour"])
    assert not are_settings("class_index", ["max_depth", "n_jobs"])
    assert are_settings("params")
