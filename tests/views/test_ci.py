"""The checks of a pipeline, and notebooks, as text."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model.pipelines import CheckedNotebook, PipelineCheck
from nbmodelver.model.registry import GateResult


def test_failed_checks_are_counted_with_the_way_out():
    results = (GateResult("store", "pass"), GateResult("approvals", "fail", "0 of 1", "ask: %mv_approve"))
    said = str(views.ci_checked(PipelineCheck(None, "", results)))
    assert said.startswith("store: 1 check failed")
    assert "approvals: ask: %mv_approve" in said


def test_only_notebooks_that_differ_or_were_skipped_have_a_row():
    found = [CheckedNotebook("a.ipynb", "same", "v1"), CheckedNotebook("b.ipynb", "failed", "v2", "it differs", "do")]
    said = str(views.checked_notebooks(found))
    assert said.startswith("1 notebook failed · 1 as in their versions · 2 files")
    assert "a.ipynb" not in said
    assert "b.ipynb  v2  it differs  do" in said
    assert str(views.checked_notebooks(found[:1])).startswith("no notebook differs")
