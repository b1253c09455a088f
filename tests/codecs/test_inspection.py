"""A draft tells what its load would import and run."""

from __future__ import annotations

import numpy as np

from nbmodelver.codecs import graph
from tests.codecs.cells import run


def test_imports_are_listed_without_loading() -> None:
    (draft,) = graph.capture({"p": np.poly1d([1, 2])}, {}).groups
    assert graph.foreign_names(draft) == {"numpy:poly1d"}
    assert graph.what_it_runs(draft) == ["numpy.poly1d"]


def test_functions_by_value_are_code_of_a_notebook() -> None:
    scope = run("f = lambda x: x + 1")
    (draft,) = graph.capture({"f": scope["f"]}, scope).groups
    assert graph.what_it_runs(draft) == ["code of a notebook"]


def test_a_malformed_pickle_is_unknown() -> None:
    assert graph.foreign_names(graph.Draft(("x",), graph.PICKLE, b"no pickle", (), 0, [[], [], []])) == {"?:?"}
