"""The proof: predictions of a fresh process are compared, and a failure is a sentence without paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LinearRegression

from nbmodelver.actions.handover.example_rows import ExampleRows
from nbmodelver.actions.handover.inputs import Inputs, column_of
from nbmodelver.actions.handover.proving import prove
from nbmodelver.codecs.open_models import OpenModel

if TYPE_CHECKING:
    from pathlib import Path

X = np.arange(6.0).reshape(3, 2)
MODEL = LinearRegression().fit(X, X[:, 0])
ROWS = ExampleRows("X", Inputs("array", (column_of("0", X),) * 2), tuple(map(tuple, X.tolist())), X)
FILES = OpenModel("skops", {}, (), MODEL)


def test_other_predictions_are_no_proof(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text("print([1.0, 2.0, 3.0])")
    proof, is_proven = prove(tmp_path, MODEL, FILES, ROWS)
    assert not is_proven
    assert proof.startswith("3 predictions differ in a fresh process: ")


def test_a_failure_names_no_folder(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text("open(__file__ + '.absent')")
    proof, is_proven = prove(tmp_path, MODEL, FILES, ROWS)
    assert not is_proven
    assert proof.startswith("a fresh process cannot load it: FileNotFoundError")
    assert str(tmp_path) not in proof


def test_without_rows_the_state_decides(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text("")
    assert prove(tmp_path, MODEL, FILES, None) == ("loaded in a fresh process; state bit-identical", True)
    other = OpenModel("ubj", {}, (), MODEL, is_same=False)
    assert prove(tmp_path, MODEL, other, None) == ("loaded in a fresh process; state different", False)
