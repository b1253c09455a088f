"""The list of versions and its graph."""

from __future__ import annotations

import re

from nbmodelver import views
from nbmodelver.views.log import lanes
from tests.views import samples
from tests.views.samples import NOW, version


def test_the_log_marks_head_and_shows_refs_and_metrics():
    said = str(views.log(samples.MERGED, samples.REFS, now=NOW)).splitlines()
    assert re.match(r"\* v6  22 h ago +main .*merge trees.* 0.95", said[1])
    assert "1.0.0" in said[5]
    assert "(before rollback" in said[4]


def test_the_graph_shows_where_lines_fork_and_meet():
    assert [d.rstrip() for d in lanes(samples.MERGED)] == ["●─╮", "● │", "│ ●", "● │", "●─╯", "●"]
    assert [d.rstrip() for d in lanes(samples.VERSIONS)] == ["●"] * 7
    assert lanes([]) == []


def test_a_graph_of_a_filtered_history_draws_no_endless_lanes():
    assert [d.rstrip() for d in lanes(samples.VERSIONS[::2])] == ["● …", "● …", "● …", "●"]


def test_versions_whose_fork_is_not_listed_are_not_drawn_as_one_line():
    """v4 and v3 both continue v2. With `--limit 2` they looked like parent and child."""
    left = version(3, parents=(version(2).id,))
    right = version(4, parents=(version(2).id,))
    assert [d.rstrip() for d in lanes([right, left, version(2), version(1)])] == ["●", "│ ●", "●─╯", "●"]
    assert [d.rstrip() for d in lanes([right, left])] == ["● …", "● …"]
    said = str(views.log([right, left], graph=True, more=2, now=NOW)).splitlines()
    assert ["…" in row for row in said[1:3]] == [True, True]
    assert said[3].strip() == "… a parent of this version is not shown"
    assert "… a parent" not in str(views.log([right, left, version(2), version(1)], graph=True, now=NOW))
    assert "…" not in str(views.log([right, left], now=NOW))


def test_a_merge_keeps_its_listed_parent_and_marks_the_other():
    merge = version(7, parents=(version(6).id, version(3).id))
    assert [d.rstrip() for d in lanes([merge, version(6)])] == ["● …", "● …"]
    child = version(6, parents=())
    assert [d.rstrip() for d in lanes([merge, child])] == ["● …", "●"]
