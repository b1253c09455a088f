"""pyarrow: tables, record batches and arrays are datasets."""

from __future__ import annotations

import pytest

from nbmodelver.testing.kinds import KindContract, KindSample

pa = pytest.importorskip("pyarrow")


class TestContract(KindContract):
    samples = (
        KindSample(
            "a table", lambda: pa.table({"n": [1, 2]}), "dataset", ("shape", "columns"), lambda: pa.table({"n": [1]})
        ),
        KindSample("an array", lambda: pa.array([1, None]), "dataset", ("shape", "columns")),
    )
