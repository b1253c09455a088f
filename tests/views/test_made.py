"""The names that the cells of a version use to make its models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbmodelver.model import Cell
from nbmodelver.views.made import names_used
from tests.views.samples import version

V1 = version(1)


def used(source: str, cell: int | None = 0, kind: str = "model") -> frozenset[str]:
    model = replace(V1.kept["model"], cell=cell, kind=kind)  # type: ignore[arg-type]
    return names_used(replace(V1, kept={"model": model}), [Cell(source)])


def test_only_statements_that_mention_the_model_count() -> None:
    assert used("depth = 3\nother = load(path)\nmodel = Tree(depth).fit(X)") == {"model", "Tree", "depth", "X"}


def test_magics_and_shell_lines_are_skipped() -> None:
    assert used("%time\n!ls\n?help\nmodel = Tree(depth)") == {"model", "Tree", "depth"}


@pytest.mark.parametrize("source", ["model = (", "model = 1\0", ""])
def test_a_cell_that_is_not_python_has_no_names(source: str) -> None:
    assert used(source) == frozenset()


def test_a_model_without_a_recorded_cell_and_a_value_that_is_no_model_have_no_names() -> None:
    assert used("model = Tree(depth)", cell=None) == frozenset()
    assert used("model = Tree(depth)", cell=1) == frozenset()
    assert used("model = Tree(depth)", kind="dataset") == frozenset()
