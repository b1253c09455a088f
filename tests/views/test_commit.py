"""What the answer of a commit says."""

from __future__ import annotations

import pytest

from nbmodelver import views
from nbmodelver.model import (
    Finding,
    Findings,
    Kept,
)
from nbmodelver.views.commit import verdict
from tests.views import samples
from tests.views.samples import version


def test_a_commit_answers_in_one_line():
    said = str(views.commit(version(7), version(6)))
    assert said == "v7 · 4 variables · 1.2 MB new of 556 MB · 0.08 s · acc 0.96 (+0.01) · loss 0.2921 (-0.02)"


def test_a_commit_names_what_was_not_kept_with_path_and_reason():
    said = str(views.commit(version(7, skipped=samples.SKIPPED))).splitlines()
    assert said[1] == "  not kept: rows at rows[3]: a generator cannot be kept: it would have to be run again"
    assert said[2].startswith("  not kept: con: an open database")


def test_a_commit_and_a_version_say_what_comes_back_differently():
    rows = Kept("rows", 0, "dataset", "numpy.memmap", samples.PART, 80, notes=("comes back as a plain array",))
    kept = version(7, kept={"rows": rows})
    assert "  rows: comes back as a plain array" in str(views.commit(kept))
    assert "comes back as a plain array" in str(views.show(kept))


def test_what_was_found_since_comes_before_the_answer_and_its_warning():
    late = Finding("leak:a,b", "alarm", "rows of b stand in a", ("a", "b"), "v6", "%mv_diff v5 v6 a")
    shown = views.commit(version(7), late=[late])
    first = "v6, checked since: ! rows of b stand in a  → %mv_diff v5 v6 a"
    assert str(shown).splitlines()[0] == first
    assert shown.warnings is not None
    assert "v6, checked since" not in str(views.commit(version(7)))


def test_a_finding_that_an_earlier_version_brought_in_is_not_repeated():
    found = Findings(
        (
            Finding("leak:a,b", "alarm", "rows of b stand in a", ("a", "b"), "v7", "%mv_diff v6 v7 a"),
            Finding("leak:c,d", "alarm", "rows of d stand in c", ("c", "d"), "v7", "%mv_diff v6 v7 c"),
            Finding("scored:X", "note", "X was fitted and scored", ("X",), "v7", "%mv_diff v6 v7 X"),
            Finding("old", "alarm", "known for long", ("o",), "v3", "%mv_diff v2 v3 o"),
        ),
        unchecked=("leak:e,f",),
    )
    said = str(views.commit(version(7), findings=found)).splitlines()
    assert said[1] == "  ! rows of b stand in a  → %mv_diff v6 v7 a"
    assert said[2].strip() == "1 alarm and 1 note more: %mv_diff v6 v7"
    assert said[3].strip() == "not checked yet: leak:e,f · %mv_diff HEAD~1 HEAD"
    assert not any("known for long" in text for text in said)


def test_names_that_were_not_kept_before_either_are_one_line():
    before = version(6, skipped=samples.SKIPPED)
    said = str(views.commit(version(7, skipped=samples.SKIPPED), before)).splitlines()
    assert said[1:] == ["  2 not kept, as before: rows, con"]


def test_an_unknown_direction_is_reported_when_the_metric_is_new():
    assert "direction of 'acc' unknown" in str(views.commit(version(7), directions={"acc": "unknown"}))
    assert "unknown" not in str(views.commit(version(7), version(6), directions={"acc": "unknown"}))
    assert "unknown" not in str(views.commit(version(7), directions={"acc": "higher"}))


@pytest.mark.parametrize(
    ("step", "direction", "style"),
    [
        (0.1, "higher", "good"), (-0.1, "higher", "bad"), (-0.1, "lower", "good"), (0.1, "lower", "bad"),
        (0.0, "higher", "dim"), (0.1, "unknown", "dim"), (0.1, None, "dim"), (float("nan"), "higher", "dim"),
    ],
)  # fmt: skip
def test_the_style_of_a_change_follows_the_direction_of_the_metric(step, direction, style):
    assert verdict(step, direction) == style
