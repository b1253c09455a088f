"""Coefficients of results of statsmodels, with standard errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.models.coefficients import sections
from nbmodelver.comparison.models.linear_models import linear_diff, linear_model_of

sm = pytest.importorskip("statsmodels.api")

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame(RNG.normal(size=(100, 2)), columns=["dose", "age"])
TARGET = ROWS.dose + 100 * ROWS.age + RNG.normal(size=100)


def fitted(rows, target):
    return sm.OLS(target, sm.add_constant(rows)).fit()


def test_the_largest_change_is_the_one_with_the_most_standard_errors():
    old = fitted(ROWS, TARGET)
    tiny = ROWS.assign(dose=ROWS.dose * 1e6)
    old, new = fitted(tiny, TARGET), fitted(tiny, TARGET + 5 * ROWS.dose + 0.01 * ROWS.age)
    first = next(sections("result", linear_diff(linear_model_of(old), linear_model_of(new)), ("v1", "v2")))
    assert first.rows[0].cells[0] == "dose"
    errors = abs(new.params["dose"] - old.params["dose"]) / old.bse["dose"]
    assert first.rows[0].cells[4] == f"{errors:.1f} standard errors"
    assert first.note.endswith("largest in standard errors")


def test_the_constant_is_the_intercept():
    found = linear_model_of(fitted(ROWS, TARGET))
    assert found.features == ("dose", "age")
    assert found.intercepts[0] == pytest.approx(fitted(ROWS, TARGET).params["const"])


def test_each_outcome_has_coefficients_of_its_own():
    outcome = RNG.integers(0, 3, 100)
    result = sm.MNLogit(outcome, sm.add_constant(ROWS)).fit(disp=0)
    found = linear_model_of(result)
    assert found.weights.shape == (2, 2)
    assert found.weights[1].tolist() == pytest.approx(np.asarray(result.params)[1:, 1].tolist())


def test_a_model_without_a_fit_has_no_coefficients():
    assert linear_model_of(sm.OLS(TARGET, ROWS)) is None
