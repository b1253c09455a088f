"""What a load would note is known from the recipe, whether the value is plain or pickled."""

from __future__ import annotations

import importlib
import pickle
from argparse import Namespace
from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import foretold, graph

pd = pytest.importorskip("pandas")
dtypes = importlib.import_module("nbmodelver.codecs.pandas_dtypes")


@pytest.fixture
def objects_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this pandas had no dtype for strings at all."""

    def none(*_args: Any, **_more: Any) -> Any:
        raise TypeError("no such dtype")

    monkeypatch.setattr(dtypes, "_new_string_dtype", none)


def foreseen(value: Any) -> list[str]:
    return graph.foresee(graph.capture({"x": value}).groups[0])


def strings(kind: str) -> Any:
    return pd.Series(["a", "b"], dtype=kind)


def test_plain_strings_are_foreseen(objects_only: None) -> None:
    assert foreseen({"s": strings("string[python]")}) == ["object here, was string[python]"]


def test_pickled_strings_are_foreseen(objects_only: None) -> None:
    assert foreseen([strings("string[python]"), Namespace()]) == ["object here, was string[python]"]


def test_each_dtype_is_foreseen_once_also_in_a_pickle_that_repeats_its_texts(objects_only: None) -> None:
    pytest.importorskip("pyarrow")
    two = [strings("string[python]"), strings("string[python]"), strings("string[pyarrow]"), Namespace()]
    assert foreseen(two) == ["object here, was string[python]", "object here, was string[pyarrow]"]


def test_nothing_is_foreseen_where_everything_is_as_it_was() -> None:
    assert foreseen([strings("string[python]"), np.arange(3), Namespace()]) == []
    assert foreseen({"s": strings("string[python]")}) == []


def test_a_skeleton_that_is_none_foresees_nothing() -> None:
    assert foretold.foretold(b"\xff\xff", pickled=False) == []
    assert foretold.foretold(b"", pickled=False) == []


def test_a_text_that_looks_like_a_tag_is_not_built() -> None:
    data = pickle.dumps(["pandas.string_dtype", ("x", "y"), "zones.named", (1, 2)], 5)
    assert foretold.foretold(data, pickled=True) == []
