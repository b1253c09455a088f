"""The generated pages under docs/verbs are there, and are what the definitions say."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbmodelver.verbs import docs

FOLDER = Path(__file__).parents[1] / "docs" / "verbs"


@pytest.mark.parametrize("name", docs())
def test_the_page_of_a_verb_is_up_to_date(name):
    page = FOLDER / name
    assert page.exists(), f"{page} is missing: run `make docs`"
    assert page.read_text(encoding="utf-8") == docs()[name], f"{page} is stale: run `make docs`"


def test_no_page_is_left_of_a_verb_that_is_gone():
    assert {p.name for p in FOLDER.glob("*.md")} == set(docs())
