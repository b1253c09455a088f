"""The bodies of the benchmarks at a small scale: they run, and what is counted in bytes holds at any scale."""

from __future__ import annotations

import pytest
from history_rows import ROWS as HISTORY_ROWS
from rows import ROWS as DATA_ROWS

ROWS = {**DATA_ROWS, **HISTORY_ROWS}


@pytest.mark.parametrize("row", ROWS)
def test_the_row_runs(row: str) -> None:
    figures = list(ROWS[row](0.02))
    assert figures
    for one in figures:
        assert all(value >= 0 for value in one.values.values())
        grew = one.values.get("bytes")
        if one.row in ("one cell changed in it", "a bool column added", "df.head().copy() beside it"):
            assert grew is not None
            assert grew <= 50_000
