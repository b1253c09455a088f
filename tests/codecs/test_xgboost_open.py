"""Models of XGBoost as UBJSON."""

from __future__ import annotations

import numpy as np
import pytest

xgboost = pytest.importorskip("xgboost")

from nbmodelver.codecs.open_models import OpenModel  # noqa: E402
from nbmodelver.codecs.xgboost_open import to_open_model  # noqa: E402

X = np.random.default_rng(0).normal(size=(120, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("make", [xgboost.XGBClassifier, xgboost.XGBRegressor])
def test_a_wrapper_comes_back_with_its_parameters(make) -> None:
    model = make(n_estimators=3, max_depth=2, learning_rate=0.3).fit(X, Y)
    found = to_open_model(model)
    assert isinstance(found, OpenModel)
    assert (found.format, sorted(found.files), found.is_same) == ("ubj", ["model.ubj", "params.json"], True)
    assert type(found.again) is make
    assert np.array_equal(found.again.predict(X), model.predict(X))
    assert np.array_equal(found.again.fit(X, Y).predict(X), model.predict(X))


def test_a_booster_comes_back() -> None:
    booster = xgboost.XGBClassifier(n_estimators=3).fit(X, Y).get_booster()
    found = to_open_model(booster)
    assert isinstance(found, OpenModel)
    assert found.is_same
    assert list(found.files) == ["model.ubj"]


def test_what_is_no_fitted_model_has_a_reason() -> None:
    assert to_open_model(xgboost.XGBClassifier()) == "it is not fitted"
    assert to_open_model(3) == ""
    model = xgboost.XGBClassifier(n_estimators=2).fit(X, Y)
    model.set_params(callbacks=[object()])
    assert to_open_model(model) == "its parameters are no plain data"
