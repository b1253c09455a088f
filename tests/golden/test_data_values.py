"""Data of every sort comes back here as it was; `worlds/pairs.py` does the same from one environment to another."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from nbmodelver.codecs import graph

sys.path.insert(0, str(Path(__file__).parent / "worlds"))

from data_values import CHOSEN, values
from fingerprints import describe

VALUES = values()

NEEDS_PICKLE = {
    "np_types": "classes, by name",
    "np_functions": "functions, by name",
    "np_poly": "an instance of a class of numpy",
    "rng_with_object": "an instance beside it",
    "frame_with_object": "an instance beside it",
    "pl_lazy": "a query, not data",
    "pl_expr": "a query, not data",
}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_it_comes_back_as_it_was_without_a_note_or_a_warning(name: str) -> None:
    value = VALUES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas about its own old names, while it is looked at.
        before = describe(value, zones=True)
    (draft,) = graph.capture({name: value}).groups
    loader = graph.Loader({}, lambda _key: None)
    again = graph.decode(draft, loader)[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert describe(again, zones=True) == before
    assert loader.load_notes == []
    assert graph.foresee(draft) == []


@pytest.mark.parametrize("name", sorted(VALUES))
def test_data_goes_without_pickle(name: str) -> None:
    (draft,) = graph.capture({name: VALUES[name]}).groups
    assert (draft.format == graph.PICKLE) is (name in NEEDS_PICKLE)


def test_the_selection_for_small_stores_names_values_that_there_are() -> None:
    only_elsewhere = {"dt_pytz", "zone_pytz", "series_zoned_pytz", "series_string_numpy_nan"}
    only_elsewhere |= {"np_strings", "series_str_python", "series_str_pyarrow", "pa_string_view"}
    assert len(set(CHOSEN)) == len(CHOSEN)
    assert set(CHOSEN) - set(VALUES) <= only_elsewhere
