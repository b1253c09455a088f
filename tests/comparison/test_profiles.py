"""Two profiles compare row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from nbmodelver.comparison import compare
from nbmodelver.comparison.profiles import step
from tests.kinds.samples import FRAME, profiled


def test_a_size_changes_in_figures_that_show_it():
    """A frame that shrank to a few rows went from 0.004 MB to 0, by 100 %."""
    section = compare("dataset", "d", {"size_bytes": 36_940}, {"size_bytes": 255})
    assert [row.cells for row in section.rows][1:] == [("size (MB)", 0.0369, 0.000255, "-99.3 %")]
    assert len(compare("dataset", "d", {"size_bytes": 3694}, {"size_bytes": 255}).rows) == 1


def test_two_datasets_compare_by_rows_columns_and_statistics():
    before = profiled(pd.DataFrame({"a": [1, 2, 3, 4], "gone": [1, 1, 1, 1], "same": [5, 6, 7, 8]}))
    after = profiled(pd.DataFrame({"a": [2, 2, 3, 5], "same": [5, 6, 7, 8], "new": [0.5, 1, 2, 3]}))
    section = compare("dataset", "df", before, after)
    rows = {r.cells[0]: r for r in section.rows}
    assert section.id == "profile.df"
    assert rows["a · min"].cells == ("a · min", 1, 2, "+100 %")
    assert rows["gone"].status == "removed"
    assert rows["new"].status == "added"
    assert rows["same"].status == "same"
    assert rows["rows"].status == "same"
    assert rows["a · histogram"].cells[1]["counts"]
    assert section.differs


def test_two_models_compare_by_parameters():
    before, after = profiled(RandomForestClassifier(5)), profiled(RandomForestClassifier(7))
    rows = {r.cells[0]: r for r in compare("model", "m", before, after).rows}
    assert rows["n_estimators"].cells == ("n_estimators", 5, 7, "+40 %")
    assert rows["criterion"].status == "same"


def test_equal_profiles_do_not_differ():
    assert not compare("dataset", "df", profiled(FRAME), profiled(FRAME)).differs


def test_a_changed_type_is_a_row():
    section = compare("dataset", "x", profiled(np.ones(3)), profiled(pd.Series([1.0])))
    assert section.rows[0].cells[:3] == ("type", "numpy.ndarray", "pandas.Series")
    assert section.rows[0].status == "changed"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (100, 102, "+2 %"), (2_000_000, 1_998_800, "-0.06 %"), (0, 3, "+3"), (1, 5, "+400 %"), (1, 1, None),
        (5.172e-7, -19_784_122_904, "-1.978e+10"), (1e-300, 1e300, "+1e+300"),
        ("a", 1, None), (True, 2, None), (1.0, "nan", None), (-2, -1, "+50 %"), (-2.5e-19, 0.001333, "+0.001333"),
    ],
)  # fmt: skip
def test_a_change_is_relative_where_that_says_something(before, after, says):
    assert step(before, after) == says
