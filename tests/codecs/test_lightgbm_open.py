"""Boosters of LightGBM as text."""

from __future__ import annotations

import numpy as np
import pytest

lightgbm = pytest.importorskip("lightgbm")

from nbmodelver.codecs.lightgbm_open import to_open_model  # noqa: E402
from nbmodelver.codecs.open_models import OpenModel  # noqa: E402

X = np.random.default_rng(0).normal(size=(120, 3))
Y = (X[:, 0] > 0).astype(int)


def test_a_booster_comes_back_and_its_wrapper_does_not() -> None:
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, Y)
    found = to_open_model(model.booster_)
    assert isinstance(found, OpenModel)
    assert (found.format, list(found.files)) == ("lightgbm", ["model.txt"])
    assert np.array_equal(found.again.predict(X), model.booster_.predict(X))
    assert str(to_open_model(model)).startswith("the text of LightGBM holds a Booster")
