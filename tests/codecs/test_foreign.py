"""Files of other programs: they are read only when they are loaded."""

from __future__ import annotations

import io
import pickle
import zlib
from typing import Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.linear_model import LogisticRegression

from nbmodelver.codecs import foreign
from nbmodelver.errors import NotLoadable

X = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0)[::-1]})
Y = pd.Series([0, 1] * 20)


def test_a_file_is_read_when_it_is_loaded() -> None:
    model = LogisticRegression().fit(X, Y)
    files = {
        "pickle": zlib.compress(pickle.dumps(model)), "joblib": dumped(model), "bytes": b"abc",
        "npz": _npz(), "ubj": bytes(xgboost.train({}, xgboost.DMatrix(X, Y), 2).save_raw("ubj")),
        "lightgbm": lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, Y), 2).model_to_string().encode(),
    }  # fmt: skip
    made = {name: foreign.read(data, name) for name, data in files.items()}
    assert made["pickle"].coef_.tolist() == model.coef_.tolist() == made["joblib"].coef_.tolist()
    assert made["bytes"] == b"abc"
    assert made["npz"]["a"].tolist() == [1, 2]
    assert made["ubj"].num_boosted_rounds() == 2
    assert made["lightgbm"].num_trees() >= 1
    skops = pytest.importorskip("skops.io")
    assert foreign.read(skops.dumps(model), "skops").coef_.tolist() == model.coef_.tolist()
    safetensors = pytest.importorskip("safetensors.numpy")
    assert foreign.read(safetensors.save({"w": np.arange(3.0)}), "safetensors")["w"].tolist() == [0, 1, 2]


def _npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, a=np.array([1, 2]))
    return file.getvalue()


def test_a_damaged_compression_is_an_error() -> None:
    with pytest.raises(NotLoadable, match="damaged"):
        foreign.read(b"\x1f\x8b" + b"\0" * 50, "pickle")


def dumped(value: Any) -> bytes:
    file = io.BytesIO()
    joblib.dump(value, file, compress=3)
    return file.getvalue()
