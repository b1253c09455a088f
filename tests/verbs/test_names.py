"""Valid names of metrics and parameters."""

from __future__ import annotations

import pytest

from nbmodelver.verbs.names import MOST_CHARACTERS, label


@pytest.mark.parametrize(
    "name", ["acc", "val/loss", "f1-score", "recall@10", "größe", "_x", "3d", "a.b", "x" * MOST_CHARACTERS]
)
def test_names_of_usual_metrics_are_valid(name: str) -> None:
    assert label(name) == name


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a:b", "a=b", "-a", "/a", "@a", "a'", "a\u200bb", "a\u202e", "x" * 201, 3, None]
)
def test_anything_else_is_not(name: object) -> None:
    assert label(name) is None


def test_a_name_has_one_form() -> None:
    assert label("gro\u0308\u00dfe") == "gr\u00f6\u00dfe"
