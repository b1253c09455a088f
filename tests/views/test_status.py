"""The status in a few lines."""

from __future__ import annotations

from dataclasses import replace

from nbmodelver import views
from nbmodelver.model import (
    Finding,
    Findings,
)
from tests.views.samples import version


def test_status_says_what_to_do_without_a_version():
    assert "%mv_commit creates the first" in str(views.status(views.State("s", "main")))
    assert "nothing has changed" in str(views.status(views.State("s", "main", version(1))))


def test_the_status_lists_open_findings_and_what_is_left_to_check():
    known = Finding("leak:a,b", "alarm", "rows of b stand in a", ("a", "b"), "v7")
    accepted = replace(known, text="on purpose", accepted="known")
    state = views.State("store", "main", version(7), findings=Findings((known, accepted), ("fitted:s,b",)))
    text = str(views.status(state))
    assert "! rows of b stand in a" in text
    assert "not checked yet: fitted:s,b" in text
    assert "on purpose" not in text
