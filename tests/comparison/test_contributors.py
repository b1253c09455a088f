"""Contributors to a diff."""

from __future__ import annotations

import pandas as pd

from nbmodelver.comparison import SECTIONS, Side, sections_of
from nbmodelver.comparison.contributors import Contributor
from nbmodelver.errors import NeedsTrust
from tests.kinds.samples import FRAME, profiled


def test_a_contributor_that_fails_leaves_the_others_alone(monkeypatch):
    def broken(name, before, after):
        raise ValueError("deep")

    monkeypatch.setattr("nbmodelver.comparison.contributors.SECTIONS", [Contributor("broken", broken), *SECTIONS])
    side = Side("dataset", lambda: profiled(FRAME), lambda: FRAME)
    first, rows, profile = sections_of("df", side, side)
    assert first.note == "not compared: ValueError: deep"
    assert (rows.id, profile.id) == ("rows.df", "profile.df")


def test_a_large_value_is_compared_by_rows_only_if_it_is_named():
    side = Side("dataset", lambda: profiled(FRAME), lambda: FRAME, "v1", size_bytes=3_000_000_000)
    section = next(iter(sections_of("df", side, side)))
    assert (section.id, section.rows) == ("refused.df", ())
    assert section.note == "not compared by itself: it is large; try: %mv_diff v1 v1 df"
    assert "the same rows" in next(iter(sections_of("df", side, side, asked=True))).note


def test_a_value_that_may_not_be_loaded_says_so():
    def refused():
        raise NeedsTrust("'df' needs trust", "try: %mv_trust")

    side = Side("dataset", lambda: profiled(FRAME), refused)
    assert next(iter(sections_of("df", side, side))).note == "'df' needs trust"


def test_a_dataset_that_is_no_table_has_no_section_about_rows():
    side = Side("dataset", lambda: profiled(FRAME), lambda: {"a": [1]})
    assert [s.id for s in sections_of("df", side, side)] == ["profile.df"]


def test_rows_that_were_added_are_compared_with_those_before():
    frame = pd.DataFrame({"x": [float(i % 100) for i in range(2000)], "k": range(2000)})
    more = pd.concat([frame, pd.DataFrame({"x": [90.0 + i % 10 for i in range(60)], "k": range(2000, 2060)})])
    sides = (Side("dataset", dict, lambda value=value: value) for value in (frame, more))
    found = {s.id: s for s in sections_of("df", *sides)}
    assert found["drift.df"].note == "the 60 added rows against the 2,000 before; with 60 rows only large shifts show"
    assert found["drift.df"].rows[0].cells[:2] == ("k", "moved strongly")
