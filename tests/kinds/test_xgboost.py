"""xgboost and lightgbm: boosters are models."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_boosters_show_rounds_and_importances():
    code = """
import numpy, warnings
warnings.simplefilter("ignore")
import catboost, lightgbm, xgboost
from statsmodels.regression.linear_model import OLS
from nbmodelver.kinds import classify, profile
x = numpy.random.default_rng(0).random((200, 3)); y = (x[:, 0] > 0.5).astype(int)
models = [xgboost.XGBClassifier(n_estimators=3), lightgbm.LGBMClassifier(n_estimators=3, verbose=-1),
          catboost.CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False)]
for model in models:
    found = profile(classify("m", model), model)
    assert found["is_fitted"] is False and "note" not in found, found
    found = profile("model", model.fit(x, y))
    assert found["is_fitted"] is True and found["importances"] and "note" not in found, found
found = profile("model", xgboost.train({}, xgboost.DMatrix(x, label=y), 2))
assert found["rounds"] == 2, found
found = profile("model", OLS(y, x).fit())
assert found["fit"]["nobs"] == 200.0 and len(found["importances"]) == 3, found
"""
    # each library brings its own OpenMP: a process of its own keeps them from meeting torch's
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
