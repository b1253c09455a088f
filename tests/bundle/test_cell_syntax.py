"""The Python of a cell, without what only IPython understands."""

from __future__ import annotations

import ast

import pytest

from nbmodelver.bundle.cell_syntax import syntax_tree


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("x = 1\n%matplotlib inline\n!ls\n?x\ny = 2", "x = 1\ny = 2"),
        ("%%mv_commit\nx = 1", "x = 1"),
        ("if", ""),
        ("x = '\0'", ""),
        ("", ""),
    ],
)
def test_lines_of_ipython_are_left_out_and_invalid_code_is_empty(source: str, python: str) -> None:
    assert ast.unparse(syntax_tree(source)) == python
