"""A store with a model in production, and fresh data that did or did not drift."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from nbmodelver.registry import promote, register
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path


def customers(rows: int = 600, seed: int = 0, income: float = 1.0) -> pd.DataFrame:
    """Customers with two inputs of the model, three other columns and the answer."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, rows),
            "income": rng.lognormal(10, 0.4, rows) * income,
            "plan": rng.choice(["a", "b", "c"], rows),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), "D"),
            "zip": [f"0{n % 90 + 10}" for n in range(rows)],
            "churn": rng.integers(0, 2, rows),
        }
    )


def fresh(income: float = 1.0, seed: int = 7) -> pd.DataFrame:
    """Three hundred customers without the answer."""
    return customers(300, seed, income).drop(columns="churn")


@cache
def _model() -> LogisticRegression:
    data = customers()
    return LogisticRegression().fit(data[["age", "income"]], data.churn)


def watched(folder: Path | None = None, *, in_production: bool = True) -> Repo:
    """A store with churn/1.0.0, in production unless that is declined."""
    backend = MemoryBackend() if folder is None else LocalBackend(folder / ".nbmodelver", create=True)
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"df_train": customers(), "clf": _model()}, "first", metrics={"f1": 0.8})
    register.register(repo, register.RegisterRequest("churn", "v1", "clf"))
    if in_production:
        promote.promote(repo, promote.PromoteRequest("churn/1.0.0", "production", "go"))
    return repo
