"""catboost: models are models, and pools are datasets."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from nbmodelver.kinds import catboost

CODE = """
import numpy, warnings
warnings.simplefilter("ignore")
import catboost as library
from nbmodelver.kinds import classify, profile
x = numpy.random.default_rng(0).random((200, 3)); y = (x[:, 0] > 0.5).astype(int)
model = library.CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False)
assert classify("m", model) == "model" and profile("model", model)["is_fitted"] is False
found = profile("model", model.fit(x, y))
assert (found["is_fitted"], found["trees"], len(found["importances"])) == (True, 3, 3), found
pool = library.Pool(x, y)
assert (classify("p", pool), profile("dataset", pool)["shape"]) == ("dataset", [200, 3])
"""


def test_the_kinds_are_known_without_the_library() -> None:
    assert catboost.CLASSES == {"CatBoost": "model", "Pool": "dataset"}


@pytest.mark.slow
@pytest.mark.skipif(find_spec("catboost") is None, reason="needs catboost")
def test_a_model_is_described() -> None:
    """In a process of its own: each of these libraries brings its own OpenMP, which must not meet that of torch."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
