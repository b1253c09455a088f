"""Whether the change of a matrix has a low rank, as an adapter (LoRA) that was merged into it has.

The change is multiplied by a few random vectors; the rank of the result is that of the change if it is lower than their
number (Halko, Martinsson and Tropp 2011, section 4). So a matrix of 4,096 x 4,096 takes one product with 65 columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_RANK = 64
LEAST = 16
"""Matrices with fewer rows or columns are small by themselves."""
MAX_SIZE = 50_000_000
PRECISION = {"float16": 1e-3, "bfloat16": 8e-3, "float32": 1.2e-7}
"""The relative error of rounding, which has full rank."""
ROWS = 1024


def low_rank(before: NDArray[Any], after: NDArray[Any], dtype: str) -> int:
    """The rank of `after - before` if it is at most a quarter of the smaller side and MAX_RANK; 0 otherwise.

    before, after: arrays of equal shape. dtype: in which both were rounded, by its name.
    """
    if before.ndim != 2 or min(before.shape) < LEAST or before.size > MAX_SIZE or before.dtype.kind != "f":
        return 0
    limit = min(MAX_RANK, min(before.shape) // 4)
    vectors = np.random.default_rng(0).standard_normal((before.shape[1], limit + 1))
    sketch, square = np.empty((before.shape[0], limit + 1)), 0.0
    for start in range(0, before.shape[0], ROWS):
        rows = slice(start, start + ROWS)
        old = before[rows].astype(np.float64)
        square += float((old * old).sum())
        with np.errstate(invalid="ignore", over="ignore"):
            sketch[rows] = (after[rows] - old) @ vectors
    if not np.isfinite(sketch).all():
        return 0
    found = np.linalg.svd(sketch, compute_uv=False)
    noise = PRECISION.get(dtype, 1e-15) * np.sqrt(square) * 4
    rank = int((found > max(1e-4 * found[0], noise)).sum())
    return rank if 0 < rank <= limit else 0
