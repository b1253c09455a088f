"""Statistics of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.kinds import columns
from tests.kinds.samples import FRAME, column, profiled


def test_numbers_have_range_mean_deviation_and_a_histogram():
    found = column(profiled(FRAME), "i")
    assert (found["min"], found["max"], found["mean"], found["distinct"]) == (1, 4, 2.5, 4)
    assert found["std"] == pytest.approx(FRAME["i"].std())
    assert sum(found["histogram"]["counts"]) == 4
    assert len(found["histogram"]["counts"]) == columns.BINS
    assert column(profiled(FRAME), "f")["max"] == 2.5
    assert column(profiled(FRAME), "n")["max"] == 4


def test_labels_have_their_most_frequent_values():
    found = profiled(FRAME)
    assert column(found, "s")["top"] == [["a", 2], ["b", 1]]
    assert column(found, "c")["top"] == [["x", 2], ["y", 1]]
    assert ["<object>", 1] in column(found, "o")["top"]
    assert column(found, "b")["top"][0] == [True, 3]


def test_times_have_a_range():
    assert column(profiled(FRAME), "t")["min"].startswith("2026-01-01")
    assert column(profiled(FRAME), "z")["max"].startswith("2026-01-02T23")
    assert "histogram" in column(profiled(FRAME), "d")


def test_many_rows_are_sampled_and_the_profile_says_so(monkeypatch):
    monkeypatch.setattr(columns, "SAMPLE_ABOVE", 1000)
    monkeypatch.setattr(columns, "SAMPLE_ROWS", 500)
    frame = pd.DataFrame({"i": np.arange(5000), "s": [str(i % 3) for i in range(5000)]})
    found = profiled(frame)
    assert found["sampled_rows"] == 500
    assert column(found, "i")["max"] == 4999
    assert sum(column(found, "i")["histogram"]["counts"]) == 500
    assert found == profiled(frame)


def test_many_columns_are_cut_and_the_profile_says_so():
    found = profiled(pd.DataFrame(np.zeros((2, 300))))
    assert len(found["columns"]) == 200
    assert found["note"] == "statistics of the first 200 of 300 columns"


def test_values_of_library_classes_are_counted_by_value_and_times_read_well():
    from decimal import Decimal

    frame = pd.DataFrame(
        {
            "bin": pd.cut(pd.Series([0.5, 1.5, 1.7]), [0, 1, 2]),
            "cost": [Decimal("1.5"), Decimal("1.5"), Decimal(2)],
            "took": pd.to_timedelta([90, 3600 * 24, 5], unit="s"),
            "day": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-02"]),
        }
    )
    found = profiled(frame)
    assert column(found, "bin")["top"] == [["(1, 2]", 2], ["(0, 1]", 1]]
    assert column(found, "cost")["top"] == [["1.5", 2], ["2", 1]]
    assert (column(found, "took")["min"], column(found, "took")["max"]) == ("0:00:05", "1 day, 0:00:00")
    assert (column(found, "day")["min"], column(found, "day")["max"]) == ("2020-01-01", "2020-01-02")
