"""scipy: sparse matrices and arrays are datasets."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.testing.kinds import KindContract, KindSample

sparse = pytest.importorskip("scipy.sparse")


class TestContract(KindContract):
    samples = (
        KindSample("a matrix", lambda: diagonal(3), "dataset", ("shape", "dtype", "density"), lambda: diagonal(4)),
        KindSample("a coordinate array", lambda: sparse.coo_array(diagonal(2)), "dataset", ("shape",)),
    )


def diagonal(size: int) -> Any:
    return sparse.csr_array(sparse.eye(size))
