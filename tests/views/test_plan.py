"""The plan of a rollback, and its outcome."""

from __future__ import annotations

import re

from nbmodelver import views
from nbmodelver.model import (
    Change,
    Plan,
)
from tests.views import samples
from tests.views.samples import version


def test_a_plan_says_what_changes_vanishes_stays_and_is_lost():
    said = str(views.plan(samples.PLAN))
    assert re.search(r"- scaler +will be removed", said)
    assert "1 will be removed" in said
    assert re.search(r"! net +cannot be restored", said)
    assert "unchanged: LR" in said
    assert "556 MB to load" in said
    assert "%mv_undo" in said
    assert "nothing will change" in str(views.plan(Plan(version(1), ())))


def test_a_long_table_is_cut_and_the_rest_is_folded():
    changes = tuple(Change(f"var_{i}", "appears", "other", "int", 8) for i in range(300))
    shown = views.plan(Plan(version(7), (*changes, Change("fig", "lost", "other", "Figure", 8, "needs its package"))))
    said = str(shown).splitlines()
    assert len(said) < 50
    assert said[1].split()[:2] == ["!", "fig"]
    assert "and 261 more" in said
    assert "var_299" in shown._repr_mimebundle_()["text/html"]


def test_a_plan_without_changes_is_one_line_beside_its_title():
    still = Plan(version(7), (Change("df", "stays", "dataset", "DataFrame", 8),))
    assert len(str(views.plan(still, done=True)).splitlines()) == 2
    assert str(views.plan(still, done=True, branch="trees")).startswith("On trees at v7")


def test_a_plan_that_takes_something_away_says_how_it_comes_back():
    plan = Plan(version(7), (Change("df", "vanishes"),))
    assert "the current state is saved already: %mv_undo restores it" in str(views.plan(plan))
    assert "the previous state was saved: %mv_redo restores it" in str(views.plan(plan, done=True, back="%mv_redo"))
    harmless = Plan(version(7), (Change("df", "appears"),))
    assert "%mv_undo" not in str(views.plan(harmless, done=True))
