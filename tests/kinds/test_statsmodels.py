"""statsmodels: models and their results are models."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.testing.kinds import KindContract, KindSample

regression = pytest.importorskip("statsmodels.regression.linear_model")


class TestContract(KindContract):
    samples = (
        KindSample("a result", lambda: fitted(1.0), "model", (), lambda: fitted(2.0)),
        KindSample("an unfitted model", lambda: model(1.0), "model"),
    )


def model(slope: float) -> Any:
    return regression.OLS([slope * n + n % 2 for n in range(6)], [[1.0, float(n)] for n in range(6)])


def fitted(slope: float) -> Any:
    return model(slope).fit()
