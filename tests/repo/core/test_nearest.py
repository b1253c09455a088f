"""Hints for a misspelled name."""

from __future__ import annotations

import pytest

from nbmodelver.repo.core.nearest import nearest


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("modl", ["df", "model"], "did you mean 'model'?"), ("DF", ["df", "model"], "did you mean 'df'?"),
        ("xyz", ["df", "model"], ""), ("df", [], ""), ("", ["df"], ""),
    ],
)  # fmt: skip
def test_the_closest_name_is_suggested_if_one_is_close(word: str, known: list[str], hint: str) -> None:
    assert nearest(word, known) == hint
    assert nearest(word, iter(known)) == hint
