"""xarray: data arrays and datasets are datasets."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.testing.kinds import KindContract, KindSample

xr = pytest.importorskip("xarray")


class TestContract(KindContract):
    samples = (
        KindSample("a data array", lambda: data(3), "dataset", ("memory_bytes",), lambda: data(4)),
        KindSample("a dataset", lambda: xr.Dataset({"t": data(2)}), "dataset", ("memory_bytes",)),
    )


def data(size: int) -> Any:
    return xr.DataArray([float(n) for n in range(size)], dims="x", name="t")
