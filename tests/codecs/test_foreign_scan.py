"""What a file of another program holds and would run is found without running anything."""

from __future__ import annotations

import io
import os
import pickle
import zlib
from typing import TYPE_CHECKING, Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.codecs import graph
from nbmodelver.codecs.foreign import ForeignFile
from nbmodelver.codecs.foreign_scan import names_in_file, scan
from nbmodelver.codecs.names import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

X = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0)[::-1]})
Y = pd.Series([0, 1] * 20)
VALUES: dict[str, Callable[[], Any]] = {
    "forest": lambda: RandomForestClassifier(3, random_state=0).fit(X, Y),
    "boosting": lambda: HistGradientBoostingClassifier(max_iter=3).fit(X, Y),
    "pipeline": lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y),
    "frame": lambda: X,
    "objects": lambda: np.array([1, "a", None], dtype=object),
    "fortran": lambda: np.zeros((3, 4), order="F"),
    "texts": lambda: np.array(["ab", "c"]),
    "records": lambda: np.zeros(3, dtype=[("a", "f8"), ("b", "i4")]),
    "lightgbm": lambda: lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(X, Y),
    "xgboost": lambda: xgboost.XGBClassifier(n_estimators=2).fit(X, Y),
}
COMPRESSIONS: list[Any] = [0, 3, ("xz", 3), ("bz2", 2), ("gzip", 3), ("lzma", 3)]


class Harmful:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


def dumped(value: Any, compress: Any = 0) -> bytes:
    file = io.BytesIO()
    joblib.dump(value, file, compress=compress)
    return file.getvalue()


@pytest.mark.parametrize("name", VALUES)
def test_a_scan_reaches_the_end_of_every_file(name: str) -> None:
    value = VALUES[name]()
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    for compress in COMPRESSIONS:
        found = scan(dumped(value, compress))
        assert (found.problem, found.kind.rpartition(".")[2]) == ("", kind.rpartition(".")[2]), compress
    for protocol in range(6):
        assert scan(pickle.dumps(value, protocol)).problem == "", protocol


def test_a_scan_finds_parameters_and_the_release_of_the_library() -> None:
    found = scan(dumped(RandomForestClassifier(7, max_depth=3).fit(X, Y)))
    assert (found.params["n_estimators"], found.params["max_depth"]) == (7, 3)
    assert "n_features_in_" not in found.params
    assert found.releases["scikit-learn"].count(".") >= 1


@pytest.mark.parametrize(
    "write", [dumped, lambda v: dumped(v, 3), pickle.dumps, lambda v: zlib.compress(pickle.dumps(v))]
)
def test_a_scan_names_what_would_run_behind_an_array_and_runs_nothing(write: Any, tmp_path: Path) -> None:
    data = write([np.zeros(5), {"x": Harmful(str(tmp_path / "mark"))}])
    found = scan(data)
    assert f"{os.system.__module__}:system" in found.classes
    assert found.problem == ""
    draft = graph.capture({"m": ForeignFile(data, "joblib")}, {}, definitions=False).groups[0]
    assert f"{os.system.__module__}.system" in graph.what_it_runs(draft)
    assert not (tmp_path / "mark").exists()


def test_a_length_that_the_file_does_not_have_is_not_allocated() -> None:
    data = b"\x80\x05" + pickle.BYTEARRAY8 + (1 << 60).to_bytes(8, "little") + b"x."
    assert "EOFError" in scan(data).problem
    whole = pickle.dumps([bytearray(300), "end"], protocol=5)
    assert scan(whole).problem == ""


def test_types_of_a_skops_file_are_named() -> None:
    skops = pytest.importorskip("skops.io")
    names = names_in_file(skops.dumps(LogisticRegression().fit(X, Y)))
    assert "sklearn.linear_model._logistic:LogisticRegression" in names
    file = io.BytesIO()
    np.savez(file, a=np.zeros(2))
    assert names_in_file(file.getvalue()) == set()


def test_a_pickle_that_ends_early_is_not_known_completely() -> None:
    whole = pickle.dumps(X)
    assert UNKNOWN not in names_in_file(whole, "pickle")
    assert UNKNOWN in names_in_file(whole[:-1], "pickle")
    assert UNKNOWN in names_in_file(whole[:-1])
    assert names_in_file(b"\x89HDF of another program", "bytes") == set()


@pytest.mark.parametrize("size", [0, 1, 10, 100])
def test_a_file_that_was_cut_has_a_problem(size: int) -> None:
    assert scan(dumped(X)[:-size] if size else b"").problem
    assert scan(os.urandom(200)).problem
    assert scan(b"\x1f\x8b" + os.urandom(50)).problem


def test_a_changed_file_never_fails_otherwise() -> None:
    data = bytearray(dumped(VALUES["pipeline"]()))
    rng = np.random.default_rng(0)
    for _ in range(300):
        changed = bytearray(data)
        changed[int(rng.integers(len(data)))] = int(rng.integers(256))
        assert isinstance(scan(bytes(changed)).problem, str)
