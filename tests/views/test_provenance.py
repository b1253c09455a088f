"""The history and the origin of a variable, and the best version."""

from __future__ import annotations

import re
from dataclasses import replace

from nbmodelver import views
from tests.views import samples
from tests.views.samples import NOW, version


def test_the_history_of_a_name_marks_head_and_says_what_changed():
    said = [
        re.sub("  +", "  ", text) for text in str(views.name_history(samples.HISTORY, version(7).id, NOW)).splitlines()
    ]
    assert said[1:] == [
        "~ v7 (HEAD)  22 h ago  rows 442 → 441  540 MB  deeper trees",
        "~ v5  22 h ago  changed (equal to v1)  540 MB  deeper trees",
        "- v4  22 h ago  removed  deeper trees",
        "+ v1  22 h ago  new  540 MB  deeper trees",
        "2 older versions not shown: --limit N shows more",
    ]


def test_the_best_version_says_how_much_better_it_is():
    v7, v6 = version(7), version(6)
    said = str(views.best(v7, "acc", v6, 0.01)).splitlines()
    assert said == [
        "v7 · acc 0.96 · 0.01 better than the current version v6",
        "  %mv_diff v7 v6 compares them, %mv_rollback v7 restores it",
    ]
    assert str(views.best(v7, "acc", v7, 0.0)) == "v7 · acc 0.96 · the current version"
    assert str(views.best(v7, "acc", None, None)) == "v7 · acc 0.96"
    assert "as good as the current version v6" in str(views.best(v7, "acc", v6, 0.0))
    assert "v6 does not have it" in str(views.best(v7, "acc", v6, None))


def test_a_blame_says_what_each_cell_did_and_read():
    assert [text.rstrip() for text in str(views.blame(samples.BLAME, NOW)).splitlines()] == [
        "df · pandas.DataFrame · since v5 (22 h ago) · deeper trees",
        "[3] assigned it (recorded in v4) · reads raw (since v2), rate (not saved)",
        "df = raw * rate",
        "[4] can have changed it",
        "clean(df)",
    ]
    assert "the same value as in v2, where" in str(views.blame(replace(samples.BLAME, equal_to=version(2))))
    assert "no cell is recorded" in str(views.blame(replace(samples.BLAME, cells=())))


def test_a_blame_of_a_cell_says_how_the_row_is_found_and_what_was_before():
    found = samples.CELL_BLAME
    assert [text.rstrip() for text in str(views.cell_blame(found, NOW)).splitlines()][:3] == [
        "df[ann, age] = 31 · since v5 (22 h ago) · deeper trees",
        "  the row is found by its label in the index",
        "  in v4 it was 30",
    ]
    assert "df[0, age]" in str(views.cell_blame(replace(found, label=None)))
    assert "v4 has no such row or column" in str(views.cell_blame(replace(found, had_cell=False)))
    assert "v4 could not be read: no library" in str(views.cell_blame(replace(found, ended="no library")))
