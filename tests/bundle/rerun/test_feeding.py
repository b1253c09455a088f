"""The statements that feed a variable, and the modules that they use."""

from __future__ import annotations

import pytest

from nbmodelver.bundle.rerun import feeding
from nbmodelver.model import Cell

CELLS = [
    Cell("import random, time\nx = random.random()\ny = time.time()"),
    Cell("z = x + 1\nw = 3"),
    Cell("%matplotlib inline\nd = {}\nd['k'] = y"),
    Cell("def f():\n    return w"),
    Cell("this is no python"),
]


@pytest.mark.parametrize(
    ("name", "fed"),
    [
        ("z", ["z = x + 1", "x = random.random()"]),
        ("d", ["d['k'] = y", "d = {}", "y = time.time()"]),
        ("f", ["def f():\n    return w", "w = 3"]),
        ("absent", []),
    ],
)
def test_statements_that_feed_a_variable(name: str, fed: list[str]) -> None:
    assert list(feeding.feeding(CELLS, frozenset({name}))) == fed


def test_the_modules_of_the_project_that_the_code_uses_are_part_of_it() -> None:
    cells = [Cell("from ours.draws import noise\nimport tools as t\nimport other"), Cell("x = noise()\ny = t.made()")]
    modules = {
        "ours/draws.py": b"# draws",
        "tools.py": b"# tools",
        "other.py": b"# other",
        "ours/__init__.py": b"# all",
    }
    assert feeding.text(cells, frozenset({"x"}), modules) == "x = noise()\n# draws"
    assert feeding.text(cells, frozenset({"y"}), modules) == "y = t.made()\n# tools"


def test_the_use_of_a_module_does_not_change_it() -> None:
    cells = [Cell("import numpy as np\nnoise = np.random.rand(3)"), Cell("x = np.ones(3)"), Cell("x.sort()")]
    assert list(feeding.feeding(cells, frozenset({"x"}))) == ["x.sort()", "x = np.ones(3)"]
