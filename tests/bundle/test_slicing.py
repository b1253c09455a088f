"""A slice has the cells that names depend on, and every cell that acts in a way that no name shows."""

from __future__ import annotations

import pytest

from nbmodelver.bundle.slicing import kept_cells, note, sliced
from nbmodelver.model import Cell

STUDY = [
    Cell("import numpy as np\nimport pandas as pd"),
    Cell("df = pd.DataFrame({'a': [1, 2]})"),
    Cell("unused = df.describe()"),
    Cell("def double(x):\n    return x * factor"),
    Cell("factor = 2"),
    Cell("total = double(df['a'].sum())"),
    Cell("%mv_commit -m first"),
    Cell("print(unused)"),
]


def kept(*sources: str, names: str = "x") -> tuple[int, ...]:
    return sliced([Cell(source) for source in sources], names.split()).kept


def test_only_the_cells_that_a_name_depends_on_are_kept() -> None:
    found = sliced(STUDY, ["total"])
    assert found.kept == (0, 1, 3, 4, 5)
    assert found.left_out == (2, 6, 7)
    assert [c.source for c in kept_cells(found, STUDY)][-1].startswith("total")


def test_an_expression_of_a_metric_counts() -> None:
    assert 2 in sliced(STUDY, ["total"], ["float(unused.loc['mean'])"]).kept


def test_what_was_left_out_is_told_without_cells_of_nbmodelver() -> None:
    found = sliced(STUDY, ["total"])
    said = note(found, STUDY, ["total"])
    assert "- cell 3: `unused = df.describe()`" in said
    assert "mv_commit" not in said
    assert found.to_dict(STUDY, ["total"]) == {
        "names": ["total"],
        "kept": 5,
        "left_out": [{"cell": 3, "begins": "unused = df.describe()"}, {"cell": 8, "begins": "print(unused)"}],
    }


def test_a_cell_with_an_effect_is_kept_with_what_it_reads() -> None:
    assert kept("import os", "name = 'out'", "os.makedirs(name)", "x = 1", "y = 2") == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("hides", "why"),
    [
        ("!pip install x", "line of the shell"), ("%run other.py", "line of the shell"),
        ("exec('x = 1')", "calls exec"),
        ("from math import *", "imports all names"), ("globals()['x'] = 1", "calls globals"), ("x = = 1", "not plain"),
    ],
)  # fmt: skip
def test_code_that_hides_what_it_does_keeps_every_cell_and_says_why(hides: str, why: str) -> None:
    cells = [Cell(hides), Cell("x = 1"), Cell("y = 2")]
    found = sliced(cells, ["x"])
    assert found.kept == (0, 1, 2)
    assert why in found.why_not
    assert why in note(found, cells, ["x"])


def test_a_cell_that_raised_keeps_every_cell() -> None:
    assert sliced([Cell("x = 1\n1/0", ok=False), Cell("y = 2")], ["x"]).why_not == "cell 1 raised an exception"


def test_changes_in_place_and_through_other_names_are_kept() -> None:
    assert kept("x = []", "y = x", "y.append(1)", "z = 3") == (0, 1, 2)
    assert kept("import torch", "x = torch.nn.Linear(1, 1)", "for _ in range(3):\n    x.step()", "q = 1") == (0, 1, 2)


def test_a_comment_and_an_empty_cell_are_plain() -> None:
    assert sliced([Cell("# only words"), Cell(""), Cell("x = 1")], ["x"]).kept == (2,)
