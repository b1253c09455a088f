"""models.json: the class of each model, and rows for which it predicts, if it may be loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.linear_model import LinearRegression

import nbmodelver as mv
from nbmodelver.actions.handover.model_document import NAME, model_documents

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame({"a": [1.5, 2.0, 0.1], "b": [1, 2, 3]})
MODEL = LinearRegression().fit(FRAME, FRAME["a"])


def test_a_model_has_its_class_and_rows_that_it_predicts(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    version = repo.commit({"model": MODEL, "df": FRAME})
    found = json.loads(model_documents(repo, version)[NAME])
    assert found["model"]["class"] == version.kept["model"].type
    example = found["model"]["example"]
    assert example["dataset"] == "df"
    assert example["predicted"] == MODEL.predict(FRAME.head(len(example["predicted"]))).tolist()


def test_a_model_without_rows_or_trust_has_no_example(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    alone = repo.commit({"model": MODEL})
    assert json.loads(model_documents(repo, alone)[NAME])["model"]["example"] is None
    version = repo.commit({"model": MODEL, "df": FRAME})
    repo.refs.move(f"origin/{version.id}", None, "bundle:0")
    assert json.loads(model_documents(repo, version)[NAME])["model"]["example"] is None
    assert model_documents(repo, repo.commit({"x": 1})) == {}
