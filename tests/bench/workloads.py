"""Notebooks as steps: each step changes the live values as a cell would. Deterministic, nothing is downloaded.

Used by nbmodelver and by its peers alike, some of which live in an environment of their own: numpy, pandas and
scikit-learn are all that is needed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Values = dict[str, Any]
Step = tuple[str, Values]


def mixed_frame(rows: int, seed: int = 0) -> pd.DataFrame:
    """13 columns as they turn up in notebooks: counters, times, rounded decimals, noise, labels, text."""
    rng = np.random.default_rng(seed)
    words = np.array(["alpha", "beta", "gamma", "delta", "epsilon", "a longer label", "zeta", "eta"])
    texts = [f"{a} {b}" for a, b in zip(rng.choice(words, rows), rng.integers(0, 999, rows), strict=True)]
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.cumsum(rng.integers(1, 90, rows)), unit="s"),
            "price": np.round(rng.gamma(2.0, 40.0, rows), 2),
            "size": rng.integers(0, 50, rows),
            "score": rng.normal(size=rows),
            "noise": rng.random(rows),
            "flag": rng.random(rows) > 0.7,
            "kind": pd.Categorical(rng.choice(words, rows)),
            "city": rng.choice(words, rows),
            "text": texts,
            "f32": rng.normal(size=rows).astype("f4"),
            "small": rng.integers(0, 9, rows).astype("i2"),
            "target": rng.integers(0, 2, rows),
        }
    )


def frame_notebook(scale: float) -> Iterator[Step]:
    """A mixed frame of 100 MB at scale 1: read, one cell edited, a column added, 1 % edited, sorted, filtered."""
    rng = np.random.default_rng(1)
    rows = max(int(1_000_000 * scale), 2000)
    df = mixed_frame(rows)
    yield "first", {"df": df}
    float(df["score"].mean())
    yield "read only", {"df": df}
    df.loc[7, "score"] += 1.0
    yield "one cell", {"df": df}
    df["high"] = df["score"] > 0
    yield "a column added", {"df": df}
    where = rng.choice(rows, rows // 100, replace=False)
    df.loc[where, "price"] = np.round(rng.gamma(2.0, 40.0, len(where)), 2)
    yield "1 % edited", {"df": df}
    df = df.sort_values("score")
    yield "sorted", {"df": df}
    df = df[df["size"] > 10]
    yield "filtered", {"df": df}


def forest_notebook(scale: float) -> Iterator[Step]:
    """A 200-tree forest at scale 1 on real data; hyperparameters change beside it, and three times the forest."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier

    x, y = load_breast_cancer(return_X_y=True, as_frame=True)
    for at in range(12):
        params = {"max_depth": 4 + at // 4, "random_state": at // 4, "note": f"try {at}"}
        if at % 4 == 0:
            model = RandomForestClassifier(
                max(int(200 * scale), 5), max_depth=params["max_depth"], random_state=params["random_state"]
            ).fit(x, y)
        yield f"cell {at}", {"x": x, "y": y, "model": model, "params": params}


def weights_notebook(scale: float) -> Iterator[Step]:
    """40 MB of float32 weights in 10 layers at scale 1, six small training steps, as an optimizer makes them."""
    rng = np.random.default_rng(2)
    side = max(int(1000 * scale**0.5), 40)
    layers = {f"layer{i}": (rng.normal(size=(side, side)) * 0.05).astype("f4") for i in range(10)}
    yield "first", {"weights": layers}
    for at in range(6):
        for layer in layers.values():
            np.subtract(layer, np.float32(1e-5) * np.sign(rng.normal(size=layer.shape)).astype("f4"), out=layer)
        yield f"step {at}", {"weights": layers}


NOTEBOOKS: dict[str, Callable[[float], Iterator[Step]]] = {
    "frame": frame_notebook,
    "forest": forest_notebook,
    "weights": weights_notebook,
}
