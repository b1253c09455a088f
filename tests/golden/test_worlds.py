"""Stores that other Pythons and libraries wrote: every value comes back equal, with a note, or is refused by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "worlds"
sys.path.insert(0, str(HERE))

import definitions  # noqa: E402

WORLDS = sorted(place.parent.name for place in HERE.glob("*/expected.json"))

LOST_WHEN_WRITTEN = {("bytecode", "Color")}
"""The first recipes (bytecode-*) did not keep the aliases of an enumeration."""

WITHOUT_SOURCE = {"tool", "made"}
"""Functions made by `exec`: they come back in the Python that wrote them only."""

NEWER_SYNTAX = {"first"}
"""Written in the syntax of Python 3.12."""


def read(world: str) -> dict[str, tuple[str, str]]:
    """Name -> (outcome, why), read in a child process; the outcome "crash" for a value that ends it."""
    found: dict[str, tuple[str, str]] = {}
    while True:
        command = [sys.executable, "-X", "faulthandler", HERE / "world.py", "read", world, str(len(found))]
        child = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
        lines = [json.loads(line) for line in child.stdout.splitlines()]
        found.update({line["name"]: (line["outcome"], line["why"]) for line in lines if "name" in line})
        begun = [line["begun"] for line in lines if "begun" in line]
        if child.returncode == 0:
            return found
        if not begun or begun[-1] in found:
            pytest.fail(f"{world} could not be read:\n{child.stderr}")
        found[begun[-1]] = ("crash", child.stderr[-1000:])


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[2]), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize("world", WORLDS)
def test_every_value_comes_back_equal_or_is_refused_by_name(world: str) -> None:
    told = json.loads((HERE / world / "expected.json").read_text(encoding="utf-8"))
    found = read(world)
    assert set(found) == set(told["expected"]) - set(told["skipped"])
    recipes = world.partition("-")[0]
    lost = {name for name in found if (recipes, name) in LOST_WHEN_WRITTEN}
    lacking = {case.name for case in definitions.cases() if not all(map(find_spec, case.needs))}
    wrong = {name: why for name, (outcome, why) in found.items() if outcome in ("other", "crash") and name not in lost}
    assert wrong == {}
    refused = {name: why for name, (outcome, why) in found.items() if outcome == "refused"}
    assert lacking <= set(refused)
    refused = {name: why for name, why in refused.items() if name not in lacking}
    writer = "Python " + ".".join(told["made"]["python"].split(".")[:2])
    named = {writer, *told["expected"]}  # The value itself, or a class that it uses.
    assert all(any(name in why for name in named) for why in refused.values()), refused
    is_here = told["made"]["python"].split(".")[:2] == [str(n) for n in sys.version_info[:2]]
    if is_here:
        assert refused == {}
    elif recipes != "bytecode":
        assert set(refused) <= WITHOUT_SOURCE | NEWER_SYNTAX, Counter(outcome for outcome, _ in found.values())


def test_each_store_is_small() -> None:
    for world in WORLDS:
        size = sum(path.stat().st_size for path in (HERE / world).rglob("*") if path.is_file())
        assert size < 100_000, world
