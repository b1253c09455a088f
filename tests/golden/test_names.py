"""What recipes name stays readable: our own documented functions, and public names of libraries."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path

import pytest

import nbmodelver as mv
from nbmodelver.codecs import graph, rebuild
from nbmodelver.codecs.names import names_in

HERE = Path(__file__).parent
WORLDS = sorted(
    place.parent for place in HERE.glob("worlds/*/expected.json") if place.parent.name.startswith(("source", "data-p"))
)
"""Stores with recipes of today's names."""

FORMAT = (Path(rebuild.__file__).parent / "FORMAT.md").read_text(encoding="utf-8")

PRIVATE_NAMES_OF_LIBRARIES = {
    "attr.validators:_NumberValidator": "attrs keeps validators by their classes",
    "sklearn.tree._tree:Tree": "",
    "sklearn.metrics._dist_metrics:": "",
    "sklearn.neighbors._kd_tree:": "",
    "sklearn.ensemble._hist_gradient_boosting.": "",
    "sklearn._loss.": "",
    "_loss:": "scikit-learn < 1.6 names the module above so",
}
"""Beginning of a name that the library's own pickling writes -> why, if it is no compiled part of scikit-learn.

A release without it refuses the value by name, and says which release reads it.
"""

NEVER_IN_A_RECIPE = {"bound_to", "without_hook", "foreign_bytecode"}


def documented() -> set[str]:
    """Every name of ours in FORMAT.md, as "module:name"."""
    found: set[str] = set()
    module = ""
    for line in FORMAT[FORMAT.index("## Names in recipes") : FORMAT.index("## Former names")].splitlines():
        if heading := re.match(r"###.*`(nbmodelver\.[\w.]+)`", line):
            module = heading[1]
        elif row := re.match(r"\| `(nbmodelver\.[\w.]+)` \|(.*)\|", line):
            found |= {f"{row[1]}:{name}" for name in re.findall(r"`(\w+)`", row[2])}
        elif (row := re.match(r"\| (`\w+`(?:, `\w+`)*) \|", line)) and module:
            found |= {f"{module}:{name}" for name in re.findall(r"`(\w+)`", row[1])}
    return found


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_every_name_in_a_golden_store_is_documented_or_public(world: Path, tmp_path: Path) -> None:
    shutil.copytree(world / "store", tmp_path / ".nbmodelver")
    repo = mv.open(tmp_path, trusted=True)
    ours, private = documented(), set()
    for version in repo.log():
        for group in (*version.groups, *version.definitions):
            if repo.group_store.recipe(group).draft.format != graph.PICKLE:
                continue
            for name in names_in(repo.group_store.skeleton(group)):
                is_private = any(step.startswith("_") for step in re.split(r"[.:]", name))
                if name not in ours and (name.startswith("nbmodelver") or is_private):
                    private.add(name)
    assert {name for name in private if not name.startswith(tuple(PRIVATE_NAMES_OF_LIBRARIES))} == set()


def test_every_function_that_rebuilds_is_documented() -> None:
    public = {n for n, f in vars(rebuild).items() if inspect.isfunction(f) and f.__module__ == rebuild.__name__}
    public = {name for name in public if not name.startswith("_")} - NEVER_IN_A_RECIPE
    names = {name.partition(":")[2] for name in documented() if name.startswith(f"{rebuild.__name__}:")}
    assert names == public


def test_every_documented_name_is_there() -> None:
    for name in documented():
        module, _, function = name.partition(":")
        where = Path(rebuild.__file__).parent / f"{module.rpartition('.')[2]}.py"
        assert re.search(rf"^def {function}\(", where.read_text(encoding="utf-8"), re.MULTILINE), name
