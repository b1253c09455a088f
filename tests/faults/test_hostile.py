"""Hostile input to each parser (P1, P4, P5, P6, P10, P18, P19): only NbmodelverError, bounded memory, no code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.counts import LONG, count

if TYPE_CHECKING:
    from tests.faults.zygote import Zygote

FEEDS = re.findall(r"^def feed_(\w+)", (Path(__file__).parent / "hostile.py").read_text(), re.MULTILINE)
SLOW = {"bundle": 4, "catalogue_of_a_store": 6, "record": 2, "recipe": 2}


@pytest.mark.parametrize("feed", FEEDS)
def test_p4_p5_p6_p18_p19_hostile_input_raises_only_errors_of_nbmodelver(
    feed: str, zygote: Zygote, tmp_path: Path
) -> None:
    examples = (1000 if LONG else 80) // SLOW.get(feed, 1)
    seen = zygote.run("hostile.fuzz", feed, str(tmp_path), examples, 1)
    assert seen.how == "done", seen.said
    count("hostile input", feed.replace("_", " "), seen.value)


def test_p5_p19_small_inputs_that_need_much_memory_are_refused(zygote: Zygote, tmp_path: Path) -> None:
    seen = zygote.run("hostile.bombs", str(tmp_path))
    assert (seen.how, seen.value) == ("done", []), seen.said


def test_p10_links_inside_a_store_are_not_followed(zygote: Zygote, template: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    seen = zygote.run("hostile.links", str(tmp_path))
    assert (seen.how, seen.value) == ("done", []), seen.said
