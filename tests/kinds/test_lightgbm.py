"""lightgbm: boosters are models, and its Dataset is a dataset."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from nbmodelver.kinds import lightgbm

CODE = """
import numpy, warnings
warnings.simplefilter("ignore")
import lightgbm as library
from nbmodelver.kinds import classify, profile
x = numpy.random.default_rng(0).random((200, 3)); y = (x[:, 0] > 0.5).astype(int)
model = library.LGBMClassifier(n_estimators=3, verbose=-1)
assert classify("m", model) == "model" and profile("model", model)["is_fitted"] is False
for fitted in (model.fit(x, y), model.booster_):
    found = profile(classify("m", fitted), fitted)
    assert (found["rounds"], found["trees"], found["features"]) == (3, 3, 3) and found["importances"], found
data = library.Dataset(x, y)
assert classify("d", data) == "dataset" and "note" not in profile("dataset", data)
"""


def test_the_kinds_are_known_without_the_library() -> None:
    assert lightgbm.CLASSES == {"Booster": "model", "LGBMModel": "model", "Dataset": "dataset"}


@pytest.mark.slow
@pytest.mark.skipif(find_spec("lightgbm") is None, reason="needs lightgbm")
def test_a_model_is_described() -> None:
    """In a process of its own: each of these libraries brings its own OpenMP, which must not meet that of torch."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
