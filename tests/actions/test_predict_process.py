"""Predictions in a child process: what it gives, and how it ends."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.actions import predict_process
from nbmodelver.actions.history import DiffRequest, diff
from nbmodelver.errors import NeedsTrust, NotPredictable, UnknownName, UsageError
from nbmodelver.repo import Repo
from nbmodelver.repo.inspect.predicting import PredictRequest
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path

X = pd.DataFrame({"a": [0.0, 1, 2, 3]})
Y = np.array([0, 0, 1, 1])


class Above:
    """A model that prints."""

    classes_ = np.array([0, 1])

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def fit(self) -> None:
        """Only models have this method."""

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        print("{}")
        os.write(1, b"x")
        return (rows["a"] > self.limit).to_numpy().astype(int)


class Crashing(Above):
    """A model that ends the process."""

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        os._exit(3)


class Stubborn(Above):
    """A model that cannot be interrupted."""

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        while True:
            try:
                time.sleep(1)
            except BaseException:
                continue


def repo_with(path: Path, *models: Above) -> Repo:
    repo = mv.open(path, create=True)
    for i, model in enumerate(models):
        repo.commit({"model": model, "X": X, "y": Y, "n": i})
    return repo


def request(repo: Repo, data: str = "X", **more: float) -> PredictRequest:
    return PredictRequest(repo["v1"], repo["v2"], "model", data, "y", **more)


def test_a_child_gives_what_this_process_gives(tmp_path: Path) -> None:
    repo = repo_with(tmp_path, Above(1.5), Above(0.5))
    here = repo.predict_both("v1", "v2", "model", "X", "y").section()
    assert predict_process.predictions(repo, request(repo)) == here
    asked = DiffRequest("v1", "v2", ["model"], "X", "y", is_safe=True)
    assert here in diff(repo, asked).sections


def test_a_model_that_ends_the_process_is_named(tmp_path: Path) -> None:
    repo = repo_with(tmp_path, Above(1.5), Crashing(1.5))
    with pytest.raises(NotPredictable, match=r"model of v2 ended its process \(exit status 3\)"):
        predict_process.predictions(repo, request(repo))


def test_a_model_that_cannot_be_interrupted_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict_process, "GRACE_S", 0.5)
    repo = repo_with(tmp_path, Stubborn(1.5), Above(1.5))
    with pytest.raises(NotPredictable, match=r"model of v1 took more than 0\.5 s and was ended") as caught:
        predict_process.predictions(repo, request(repo, limit_s=0.5))
    assert caught.value.hint == "allow more: --limit 5"


def test_errors_of_the_child_are_raised_here(tmp_path: Path) -> None:
    repo = repo_with(tmp_path, Above(1.5), Above(0.5))
    with pytest.raises(UnknownName, match="neither v1 nor v2 has 'Z'"):
        predict_process.predictions(repo, request(repo, "Z"))


def test_a_version_from_elsewhere_does_not_reach_the_child(tmp_path: Path) -> None:
    repo = repo_with(tmp_path, Above(1.5), Above(0.5))
    repo.refs.move(f"origin/{repo['v1'].id}", None, "bundle:abc")
    with pytest.raises(NeedsTrust, match="v1 came from elsewhere"):
        predict_process.predictions(repo, request(repo))


def test_a_store_in_memory_is_refused() -> None:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"n": 1})
    repo.commit({"n": 2})
    with pytest.raises(UsageError, match="a store in memory"):
        predict_process.predictions(repo, request(repo))


def test_a_child_without_a_dataset_is_refused(tmp_path: Path) -> None:
    repo = repo_with(tmp_path, Above(1.5), Above(0.5))
    with pytest.raises(UsageError, match="--safe needs a dataset"):
        diff(repo, DiffRequest("v1", "v2", ["model"], is_safe=True))
