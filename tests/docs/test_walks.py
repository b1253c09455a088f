"""Pictures of calls, and the places in the code that they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import walks

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
WALKS = re.findall(r"^```\{walk\} (.+?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TEXT = "kernel  magics.py  reads the line\nrepo    commit.py  takes <values>\n"


def test_a_walk_is_a_picture_with_a_dot_for_each_step() -> None:
    picture = walks.drawn("A call", walks.steps(TEXT), ["kernel", "repo"])
    assert picture.count("<circle") == 2
    assert picture.count('class="walk-head"') == 2
    assert "takes &lt;values&gt;" in picture


@pytest.mark.parametrize(("title", "text"), WALKS, ids=[title for title, _ in WALKS])
def test_the_steps_of_a_walk_are_files_of_the_package(title: str, text: str) -> None:
    for step in walks.steps(re.sub(r"^:.*\n", "", text, flags=re.MULTILINE)):
        for place in step.place.split(", "):
            assert (ROOT / "nbmodelver" / step.folder / place).exists(), f"{title}: {step.folder}/{place}"
