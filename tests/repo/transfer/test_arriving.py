"""Versions from elsewhere are stored without being loaded, with the author, time and parents that they have there."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from nbmodelver.errors import NeedsTrust
from nbmodelver.repo.transfer.arriving import ArrivingValue, ArrivingVersion, arrived
from tests.remote.places import new_store

if TYPE_CHECKING:
    from pathlib import Path


def file(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def test_open_formats_become_values_and_a_pickle_waits_for_trust(tmp_path: Path) -> None:
    repo, frame = new_store(), pd.DataFrame({"a": [1, 2]})
    frame.to_parquet(tmp_path / "df.parquet")
    np.save(tmp_path / "w.npy", np.arange(3))
    parent = repo.commit({"x": 1})
    version = arrived(
        repo,
        ArrivingVersion(
            "import:key:digest", (parent.id,), "elsewhere", "from there", "a note", "ben", "2024-01-02T03:04:05Z",
            {"depth": 3}, {"acc": 0.5}, documents={"environment": {"python": "3.9.1"}, "cells": []},
        ),
        [
            ArrivingValue("df", "dataset", "parquet", tmp_path / "df.parquet"),
            ArrivingValue("w", "other", "npy", tmp_path / "w.npy"),
            ArrivingValue("config", "hyperparameters", "json", file(tmp_path, "c.json", b'{"lr": 0.1}')),
            ArrivingValue("model", "model", "pickle", file(tmp_path, "m.pkl", pickle.dumps(Ridge(alpha=3)))),
            ArrivingValue("weights", "model", "bytes", file(tmp_path, "w.h5", b"\x89HDF")),
        ],
    )  # fmt: skip
    assert (version.parents, version.branch, version.author) == ((parent.id,), "elsewhere", "ben")
    assert (version.message, version.note, version.saved_at_utc) == ("from there", "a note", "2024-01-02T03:04:05Z")
    assert version.metrics == {"acc": 0.5}
    assert version.params["model.alpha"] == 3
    assert version.kept["model"].type == "sklearn.linear_model._ridge.Ridge"
    assert repo.environment(version) == {"python": "3.9.1"}
    assert repo.load(version, "df")["df"].equals(frame)
    with pytest.raises(NeedsTrust):
        repo.load(version, "model")
    repo.trusted = True
    loaded = repo.load(version)
    assert (loaded["model"].alpha, loaded["weights"], loaded["config"]) == (3, b"\x89HDF", {"lr": 0.1})
    assert repo.history.head_id == parent.id
    assert repo.refs.get(f"origin/{version.id}") == "import:key:digest"
    assert repo.verify(full=True) == []


def test_values_that_cannot_be_read_and_secrets_are_named(tmp_path: Path) -> None:
    repo = new_store()
    values: list[tuple[str, Any, bytes]] = [
        ("broken", "npy", b"nonsense"), ("cut", "pickle", pickle.dumps([1] * 100)[:-5]), ("good", "json", b"1"),
        ("token", "json", json.dumps("ghp_" + "a1B2c3D4e5" * 4).encode()),
    ]  # fmt: skip
    version = arrived(
        repo,
        ArrivingVersion("import:k:d", params={"password": "hunter2-hunter2", "lr": 1}),
        [ArrivingValue(name, "other", form, file(tmp_path, name, data)) for name, form, data in values],
    )
    assert set(version.kept) == {"good"}
    assert {one.name for one in version.skipped} == {"broken", "cut", "token"}
    assert version.params == {"lr": 1}
