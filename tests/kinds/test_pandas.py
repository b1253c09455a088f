"""pandas: frames, series and indexes are datasets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nbmodelver.testing.kinds import KindContract, KindSample
from tests.kinds.samples import FRAME, profiled


class TestContract(KindContract):
    samples = (
        KindSample(
            "a frame", lambda: frame(2), "dataset", ("shape", "columns", "memory_bytes", "index"), lambda: frame(3)
        ),
        KindSample("a series", lambda: frame(2)["x"], "dataset", ("shape", "columns"), lambda: frame(3)["x"]),
        KindSample("an index", lambda: frame(2).index, "dataset", ("shape",)),
    )


def frame(rows: int) -> Any:
    return pd.DataFrame({"x": [float(n) for n in range(rows)], "s": ["a"] * rows})


def test_a_frames_profile_has_shape_types_and_nulls():
    found = profiled(FRAME)
    assert found["shape"] == [4, 11]
    assert found["index"] == "RangeIndex"
    assert [c["nulls"] for c in found["columns"]] == [0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0]
    assert all("note" not in c for c in found["columns"])
