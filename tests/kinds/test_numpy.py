"""numpy: arrays are datasets, scalars are plain values."""

from __future__ import annotations

import numpy as np

from nbmodelver.testing.kinds import KindContract, KindSample


class TestContract(KindContract):
    samples = (
        KindSample("a matrix", lambda: np.eye(3), "dataset", ("shape", "dtype", "memory_bytes"), lambda: np.eye(4)),
        KindSample("a vector", lambda: np.arange(5.0), "dataset", ("shape", "columns"), lambda: np.arange(5.0) + 1),
        KindSample("a scalar", lambda: np.float64(1.5), "hyperparameters", (), lambda: np.float64(2.5)),
    )
