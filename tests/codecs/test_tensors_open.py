"""Dicts of arrays in the format of safetensors: order, dtype, shape and bytes come back, or the reason is said."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.codecs import tensors_open
from nbmodelver.codecs.open_models import OpenModel
from nbmodelver.codecs.tensors_open import order_of, to_open_model

if TYPE_CHECKING:
    from pathlib import Path

ARRAYS = {
    "z": np.arange(6.0).reshape(2, 3),
    "a": np.asfortranarray(np.arange(6, dtype="int16").reshape(2, 3)),
    "strided": np.arange(10, dtype="float32")[::3],
    "scalar": np.array(3, dtype="uint64"),
    "empty": np.zeros((0, 4), dtype=bool),
    "nan": np.array([np.nan, -0.0, np.inf], dtype="float16"),
}


def loaded(found: OpenModel, folder: Path):
    """The model that the lines for load.py bind."""
    for name, data in found.files.items():
        (folder / name).write_bytes(data)
    scope = {"HERE": folder, "json": json}
    exec("\n".join(found.load), scope)
    return scope["model"]


@pytest.mark.parametrize("made", [dict, OrderedDict])
def test_arrays_come_back_in_their_order_with_their_bytes(tmp_path: Path, made: type) -> None:
    pytest.importorskip("safetensors")
    value = made(ARRAYS)
    found = to_open_model(value)
    assert isinstance(found, OpenModel)
    assert (found.format, list(found.files), found.is_same) == ("safetensors", ["model.safetensors"], True)
    for again in (found.again, loaded(found, tmp_path)):
        assert type(again) is made
        assert list(again) == list(ARRAYS)
        for name, array in ARRAYS.items():
            assert (again[name].dtype, again[name].shape) == (array.dtype, array.shape)
            assert again[name].tobytes() == array.tobytes()
    assert to_open_model(made(ARRAYS)).files == found.files  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": np.zeros(2, "complex128")}, "safetensors "), ({"a": np.array(["x"])}, "safetensors "),
        ({"a": np.array([None])}, "safetensors "), ({"a": np.zeros(2, ">f8")}, "safetensors "),
        ({"a": np.zeros(2, "M8[s]")}, "safetensors "), ({}, ""), ({"a": 1}, ""), ({1: np.zeros(2)}, ""), ([], ""),
        ({"a": np.zeros(2), "b": 1}, ""), ({"a": np.ma.array([1.0])}, ""),
    ],
)  # fmt: skip
def test_what_the_format_does_not_hold_has_a_reason(value, reason: str) -> None:
    pytest.importorskip("safetensors")
    found = to_open_model(value)
    assert isinstance(found, str)
    assert found.startswith(reason)
    assert bool(found) is bool(reason)


def test_shared_memory_is_refused() -> None:
    pytest.importorskip("safetensors")
    base = np.arange(6.0)
    found = to_open_model({"a": base[:4], "c": np.zeros(2), "b": base[2:]})
    assert found == "safetensors does not hold shared memory: a, b"


def test_without_the_package_the_reason_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors_open, "find_spec", lambda _name: None)
    assert to_open_model(ARRAYS) == "safetensors is not installed: pip install safetensors"


def test_the_order_is_one_key_of_the_metadata() -> None:
    assert order_of({"b": 1, "a": 2}) == {"order": '["b", "a"]'}
