"""A model is written alone with a program that loads it, and a fresh process proves that it predicts the same."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import nbmodelver as mv
from nbmodelver.actions.handover.request import HandoverRequest
from nbmodelver.actions.handover.writing import hand_over
from nbmodelver.codecs import sklearn_open
from nbmodelver.errors import ArchivedVersion, FileExists, StoreFull, UnknownName, UsageError
from nbmodelver.registry import lifecycle, tracing
from nbmodelver.registry.register import RegisterRequest, register

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=list("abc"))
Y = (X["a"] > 0).astype(int)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"X_test": X, "clf": LogisticRegression().fit(X, Y)}, metrics={"acc": 0.9})
    register(repo, RegisterRequest("churn", "v1"))
    return repo


def test_a_registered_model_is_written_with_card_example_and_proof(repo: Repo, tmp_path: Path) -> None:
    pytest.importorskip("skops")
    done = hand_over(repo, HandoverRequest("churn/1.0.0", tmp_path / "out"))
    assert (done.title, done.variable, done.format, done.is_proven) == ("churn/1.0.0", "clf", "skops", True)
    assert done.proof == "5 predictions equal in a fresh process; state bit-identical"
    assert done.notes == ()
    assert done.files == (
        *("MODEL_CARD.md", "example.json", "handover.json", "load.py"),
        *("model.skops", "requirements.txt", "signature.json"),
    )
    said = subprocess.run([sys.executable, "-I", tmp_path / "out" / "load.py"], capture_output=True, check=True)
    assert json.loads(said.stdout) == repo.load("v1")["clf"].predict(X.head(5)).tolist()
    stamp = json.loads((tmp_path / "out" / "handover.json").read_text())
    assert (stamp["version"], stamp["is_open"], stamp["metrics"]) == (repo["v1"].id, True, {"acc": 0.9})
    assert stamp["stamp"].startswith("churn/1.0.0+")
    assert (stamp["name"], stamp["registered"]) == ("v1", {"name": "churn", "version": "1.0.0"})
    lines = (tmp_path / "out" / "requirements.txt").read_text().splitlines()
    assert [line.partition("==")[0] for line in lines] == ["pandas", "scikit-learn", "skops"]
    signature = json.loads((tmp_path / "out" / "signature.json").read_text())
    assert [i["name"] for i in signature["inputs"]] == ["a", "b", "c"]
    assert signature["outputs_of_the_model"] == ["0", "1"]
    assert tracing.trace(repo, str(tmp_path / "out" / "model.skops")).version.name == "v1"


def test_without_an_open_format_it_is_a_pickle_that_says_so(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sklearn_open, "find_spec", lambda _name: None)
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "out"))
    assert (done.format, done.is_proven) == ("pickle", True)
    assert done.notes == ("written as pickle: skops is not installed: pip install skops",)
    assert "model.pkl" in done.files


def test_without_a_dataset_the_model_is_only_loaded(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"model": LinearRegression().fit(X, Y)})
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "out"))
    assert done.proof.startswith("loaded in a fresh process; state ")
    assert done.notes[-1].startswith("no dataset of the version fits")


def test_a_model_that_a_fresh_process_cannot_load_is_not_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here").mkdir()
    (tmp_path / "only_here" / "own_models.py").write_text(
        "from sklearn.linear_model import LinearRegression\nclass Own(LinearRegression): pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "only_here"))
    own = importlib.import_module("own_models").Own
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"model": own().fit(X, Y), "X": X})
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "out"))
    assert not done.is_proven
    assert done.proof == "a fresh process cannot load it: ModuleNotFoundError: No module named 'own_models'"


def test_the_name_of_a_variable_is_no_code_of_the_program(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    name = '"""\nimport pathlib; pathlib.Path("ran").touch()\n"""'
    repo.commit({name: LinearRegression().fit(X, Y)})
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "out", name))
    assert done.is_proven
    assert "import pathlib; " not in (tmp_path / "out" / "load.py").read_text()


def test_a_proof_has_a_time_limit(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.actions.handover.proving.LIMIT_S", 0.01)
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "out"))
    assert (done.proof, done.is_proven) == ("a fresh process did not load it within 0.01 s", False)


def test_what_cannot_be_written_leaves_nothing(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="v1 has no 'cl'"):
        hand_over(repo, HandoverRequest("v1", tmp_path / "out", "cl"))
    repo.commit({"one": LinearRegression(), "two": LinearRegression()})
    with pytest.raises(UsageError, match="v2 has 2 models: one, two"):
        hand_over(repo, HandoverRequest("v2", tmp_path / "out"))
    (tmp_path / "there").mkdir()
    with pytest.raises(FileExists, match="already exists"):
        hand_over(repo, HandoverRequest("v1", tmp_path / "there"))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreFull, match="cannot be written"):
        hand_over(repo, HandoverRequest("v1", tmp_path / "file" / "out"))
    lifecycle.archive(repo, "churn/1.0.0", "licence ended")
    with pytest.raises(ArchivedVersion):
        hand_over(repo, HandoverRequest("v1", tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*"))
