"""polars, pandas and pyarrow give the same profile of the same frame."""

from __future__ import annotations

import pandas as pd

from tests.kinds.samples import column, profiled


def test_frames_of_every_library_agree():
    import polars as pl
    import pyarrow as pa

    data = {"i": [1, 2, 3], "s": ["a", "b", "a"]}
    for frame in (pd.DataFrame(data), pl.DataFrame(data), pa.table(data)):
        found = profiled(frame)
        assert found["shape"] == [3, 2]
        assert column(found, "i")["mean"] == 2
        assert column(found, "s")["top"] == [["a", 2], ["b", 1]]
    assert "not computed" in profiled(pl.LazyFrame(data))["note"]
