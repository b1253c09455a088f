"""What the files of a folder are made from: the same version gives the same bytes, and what is missing is said."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.linear_model import LogisticRegression

import nbmodelver as mv
from nbmodelver.actions.handover.request import HandoverRequest
from nbmodelver.actions.handover.writing import hand_over
from nbmodelver.errors import UsageError
from nbmodelver.registry.register import RegisterRequest, register

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=list("abc"))
Y = (X["a"] > 0).astype(int)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"X_test": X, "clf": LogisticRegression().fit(X, Y)})
    register(repo, RegisterRequest("churn", "v1"))
    return repo


def test_the_licence_is_in_the_card_the_stamp_and_a_file(repo: Repo, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = hand_over(repo, HandoverRequest("churn/1.0.0", out, licence="Apache-2.0"))
    assert (out / "LICENSE-Apache-2.0").read_text() == "SPDX-License-Identifier: Apache-2.0\n"
    assert json.loads((out / "handover.json").read_text())["licence"] == "Apache-2.0"
    card = (out / "MODEL_CARD.md").read_text()
    assert 'license: "apache-2.0"' in card
    assert "| Licence | Apache-2.0 |" in card
    assert done.notes == ()


def test_a_licence_that_is_none_is_refused_before_anything_is_written(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no SPDX identifier"):
        hand_over(repo, HandoverRequest("v1", tmp_path / "out", licence="do what you want"))
    assert not (tmp_path / "out").exists()


def test_an_unknown_identifier_is_written_with_a_note(repo: Repo, tmp_path: Path) -> None:
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "out", licence="MTI"))
    assert done.notes == ("'MTI' is not known here: compare it with spdx.org/licenses",)


def test_the_signature_has_names_types_and_shape(repo: Repo, tmp_path: Path) -> None:
    hand_over(repo, HandoverRequest("v1", tmp_path / "out"))
    found = json.loads((tmp_path / "out" / "signature.json").read_text())
    assert (found["rows"], found["shape"]) == ("frame", [None, 3])
    assert found["inputs"][0] == {"name": "a", "type": "float64", "json": "number"}
    assert found["inputs_of_the_model"] == ["a", "b", "c"]


def test_environments_have_what_the_folder_needs(repo: Repo, tmp_path: Path) -> None:
    hand_over(repo, HandoverRequest("churn/1.0.0", tmp_path / "out", conda=True, pixi=True))
    recorded = repo.environment(repo["v1"])
    conda = yaml.safe_load((tmp_path / "out" / "environment.yml").read_text())
    pinned = (tmp_path / "out" / "requirements.txt").read_text().split()
    assert conda["dependencies"][0] == f"python={recorded['python']}"
    assert conda["dependencies"][-1] == {"pip": pinned}
    pixi = tomllib.loads((tmp_path / "out" / "pixi.toml").read_text())
    assert [f"{name}{release}" for name, release in pixi["pypi-dependencies"].items()] == pinned
    assert pixi["tasks"] == {"example": "python load.py"}
    hand_over(repo, HandoverRequest("churn/1.0.0", tmp_path / "served", serve=True, conda=True, pixi=True))
    served = (tmp_path / "served" / "requirements-serve.txt").read_text().split()
    conda = yaml.safe_load((tmp_path / "served" / "environment.yml").read_text())
    assert conda["dependencies"][-1] == {"pip": served}
    pixi = tomllib.loads((tmp_path / "served" / "pixi.toml").read_text())
    assert pixi["tasks"]["serve"] == "python app.py"


def test_a_copy_in_onnx_is_compared_and_stated_everywhere(repo: Repo, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("skl2onnx")
    out = tmp_path / "out"
    done = hand_over(repo, HandoverRequest("churn/1.0.0", out, onnx=True, image=True))
    stamp = json.loads((out / "handover.json").read_text())
    assert (stamp["onnx"]["rows"], stamp["onnx"]["compared"]) == (40, "labels")
    said = f"40 labels equal, largest difference of probabilities {stamp['onnx']['largest_difference']:.2g}"
    assert done.proof.endswith(f"; ONNX: {said}")
    assert f"| ONNX | {said} |" in (out / "MODEL_CARD.md").read_text()
    session = runtime.InferenceSession(out / "model.onnx", providers=["CPUExecutionProvider"])
    assert session.run(["label"], {"X": X.to_numpy("float32")})[0].tolist() == Y.tolist()
    assert "model.onnx" not in (out / ".dockerignore").read_text()
    hand_over(repo, HandoverRequest("churn/1.0.0", tmp_path / "two", onnx=True, image=True))
    assert {f.name: f.read_bytes() for f in out.iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "two").iterdir()
    }


def test_a_copy_in_onnx_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"clf": LogisticRegression().fit(X, Y)})
    with pytest.raises(UsageError, match="cannot be compared without rows"):
        hand_over(repo, HandoverRequest("v1", tmp_path / "out", onnx=True))
    assert not (tmp_path / "out").exists()


def test_a_module_has_its_tensors_beside_its_pickle(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    repo = mv.open(tmp_path / "store", create=True)
    tied = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    tied[1].weight = tied[0].weight
    repo.commit({"net": torch.nn.Sequential(torch.nn.Linear(2, 1)), "tied": tied, "weights": {"b": X.to_numpy()}})
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "net", "net"))
    assert {"model.pt", "weights.safetensors"} < set(done.files)
    assert done.proof == "loaded in a fresh process; state bit-identical"
    assert json.loads((tmp_path / "net" / "handover.json").read_text())["copies"] == ["weights.safetensors"]
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "tied", "tied"))
    assert done.notes[1] == ("no open copy beside it: safetensors does not hold shared memory: 0.weight, 1.weight")
    done = hand_over(repo, HandoverRequest("v1", tmp_path / "weights", "weights"))
    assert (done.format, done.is_proven) == ("safetensors", True)
    assert [line.partition("==")[0] for line in (tmp_path / "weights" / "requirements.txt").read_text().split()] == [
        "numpy", "safetensors",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="'net' has no predict"):
        hand_over(repo, HandoverRequest("v1", tmp_path / "out", "net", image=True))
