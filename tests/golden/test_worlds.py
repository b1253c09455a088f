"""Stores that other Pythons and libraries wrote: every value comes back equal, with a note, or is refused by name."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "worlds"
sys.path.insert(0, str(HERE))

import definitions  # noqa: E402
import outcomes  # noqa: E402

WORLDS = outcomes.WORLDS

LOST_WHEN_WRITTEN = {
    "bytecode": {"Color"},
    "data-former-pandas-2": {
        "index_ME", "index_bh_zoned", "index_change_03", "index_days_10", "index_multi_times", "frame_zoned_level",
    },
    "data-former": {"pl_Enum", "pl_Struct"},
}  # fmt: skip
"""Beginning of a world -> values of which the first recipes did not keep all.

The aliases of an enumeration; under pandas 2 the frequency of an index; what polars 1.0 cannot read from Arrow.
"""

WITHOUT_SOURCE = {"tool", "made"}
"""Functions made by `exec`: they come back in the Python that wrote them only."""

WRONG = {"other", "crash"}
SESSION = "(session)"
ALLOWED_CHANGES = 12
"""Data and models of one environment that another may bring back otherwise, with a note, or refuse."""

NEWER_SYNTAX = {"first"}
"""Written in the syntax of Python 3.12."""


def read(world: str) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """What the writer of a world told, and name -> (outcome, why) here."""
    told, found = outcomes.read(world, sys.executable)
    assert found.keys() - {SESSION} == told["expected"].keys() - told["skipped"].keys()
    return told, found


def _differs(made: dict[str, str], package: str) -> bool:
    """True when this environment has another release of a package than the writer of a world had."""
    name = package.replace("sklearn", "scikit-learn")
    return name in made and find_spec(package) is not None and metadata.version(name) != made[name]


def lost_when_written(world: str) -> set[str]:
    """Values of a world that are known to come back otherwise."""
    return {name for start, names in LOST_WHEN_WRITTEN.items() if world.startswith(start) for name in names}


def _releases() -> dict[str, str]:
    names = ("numpy", "pandas", "pyarrow", "polars", "scikit-learn")
    return {name: metadata.version(name) for name in names if find_spec(name.replace("scikit-learn", "sklearn"))}


DEFINITIONS = [world for world in WORLDS if not world.startswith("data")]
DATA = [world for world in WORLDS if world.startswith("data")]


@pytest.mark.parametrize("world", DEFINITIONS)
def test_every_definition_comes_back_equal_or_is_refused_by_name(world: str) -> None:
    told, found = read(world)
    lost = lost_when_written(world)
    lacking = {case.name for case in definitions.cases() if not all(map(find_spec, case.needs))}
    assert {name: why for name, (outcome, why) in found.items() if outcome in WRONG and name not in lost} == {}
    refused = {name: why for name, (outcome, why) in found.items() if outcome == "refused"}
    assert lacking & found.keys() <= refused.keys()
    if lost:  # The first recipes hold private parts of these libraries: another release refuses them.
        lacking |= {case.name for case in definitions.cases() if any(_differs(told["made"], n) for n in case.needs)}
    refused = {name: why for name, why in refused.items() if name not in lacking}
    writer = "Python " + ".".join(told["made"]["python"].split(".")[:2])
    named = {writer, *told["expected"]}  # The value itself, or a class that it uses.
    assert all(any(name in why for name in named) for why in refused.values()), refused
    is_here = told["made"]["python"].split(".")[:2] == [str(n) for n in sys.version_info[:2]]
    if is_here:
        assert refused == {}
    elif not lost:
        assert set(refused) <= WITHOUT_SOURCE | NEWER_SYNTAX


@pytest.mark.parametrize("world", DATA)
def test_data_and_models_come_back_equal_or_with_a_note_or_are_refused(world: str) -> None:
    told, found = read(world)
    lost = lost_when_written(world)
    assert {name: why for name, (outcome, why) in found.items() if outcome in WRONG and name not in lost} == {}
    counts = Counter(outcome for outcome, _ in found.values())
    is_here = all(told["made"].get(name) == here for name, here in _releases().items())
    if is_here:
        assert counts["same"] >= len(found.keys() - lost)
    said = {name: why for name, (outcome, why) in found.items() if outcome != "same" and name not in lost}
    assert all(name in why for name, why in said.items()), said
    assert counts["same"] >= len(found.keys() - lost) - ALLOWED_CHANGES, said


def test_each_store_is_small() -> None:
    for world in WORLDS:
        size = sum(path.stat().st_size for path in (HERE / world).rglob("*") if path.is_file())
        assert size < 100_000, world


def test_the_table_in_the_documentation_says_what_comes_back_here() -> None:
    lines = outcomes.DOC.read_text(encoding="utf-8").splitlines()
    heads, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert [row[0] for row in rows[1:]] == WORLDS
    here = outcomes.releases(sys.executable)
    if here in heads and find_spec("attr"):
        at = heads.index(here)
        assert {row[0]: row[at] for row in rows[1:]} == {world: outcomes.cell(read(world)[1]) for world in WORLDS}
