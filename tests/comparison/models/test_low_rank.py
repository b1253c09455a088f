"""The rank of a change is reported if it is low, as for a merged adapter."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.models.layer_diff import TensorData, layer_diff
from nbmodelver.comparison.models.layers import summary
from nbmodelver.comparison.models.low_rank import MAX_RANK, low_rank

rng = np.random.default_rng(1)
W = rng.normal(size=(300, 200))


def update(rank: int, scale: float = 0.01) -> np.ndarray:
    return scale * rng.normal(size=(300, rank)) @ rng.normal(size=(rank, 200))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("rank", [1, 8, 40])
def test_the_rank_of_an_adapter_is_found_in_each_precision(rank: int, dtype: str) -> None:
    before = W.astype(dtype)
    assert low_rank(before, (before + update(rank, 0.1)).astype(dtype), dtype) == rank


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (W, W + 0.01 * rng.normal(size=W.shape)),
        (W, W + update(MAX_RANK)),
        (W, W),
        (W[:, :10], W[:, :10] + update(1)[:, :10]),
        (W.ravel(), W.ravel() + 1.0),
        (W, np.where(W > 3, np.nan, W + update(1))),
        ((W * 9).astype(int), (W * 9).astype(int) + 1),
    ],
    ids=["full", "too high", "no change", "small", "vector", "not finite", "integers"],
)
def test_another_change_has_no_rank(before: np.ndarray, after: np.ndarray) -> None:
    assert low_rank(before, after, "float64") == 0


def test_the_sentence_about_the_layers_names_the_rank() -> None:
    sides = [
        {"q.weight": TensorData(w.shape, "float64", "cpu", lambda w=w: w)}  # type: ignore[misc]
        for w in (W, W + update(4))
    ]
    assert "q.weight fine-tuned" in summary(layer_diff(*sides))
    assert summary(layer_diff(*sides)).endswith("an update of rank 4)")
