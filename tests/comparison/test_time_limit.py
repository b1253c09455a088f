"""A time limit ends a comparison between columns and blocks."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.leaks.leakage import shared_rows
from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.comparison.time_limit import OutOfTime, require_time, time_limit


def test_the_shorter_limit_counts_and_ends_with_its_block():
    require_time()
    with time_limit(60):
        require_time()
        with pytest.raises(OutOfTime), time_limit(-1):
            require_time()
        with pytest.raises(OutOfTime), time_limit(-1), time_limit(60):
            require_time()
        require_time()
    require_time()


def test_a_comparison_stops():
    table = table_of(np.random.default_rng(0).standard_normal((1000, 5)))
    assert table is not None
    with pytest.raises(OutOfTime), time_limit(0):
        shared_rows(table, table)


def test_work_that_is_cancelled_stops_and_a_limit_inside_does_not_change_that():
    cancelled = []
    with time_limit(60, lambda: bool(cancelled)), time_limit(60):
        require_time()
        cancelled.append(1)
        with pytest.raises(OutOfTime):
            require_time()
    require_time()
