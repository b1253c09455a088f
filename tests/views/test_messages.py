"""The plain panel's drawings of messages of the kernel, from the samples that the page's tests read."""

from __future__ import annotations

import pytest

from nbmodelver.views import messages
from tests.views.panel_samples import EVIL, Text, result, sample

DRAWN = {
    "state": (lambda: messages.state_html(result("hello")), ["v1", "main", "not committed", "df"]),
    "empty": (lambda: messages.state_html(result("hello.empty")), ["no store yet"]),
    "busy": (lambda: messages.state_html(sample("push")["state"]), ["a cell is running", "waits for the cell"]),
    "plan": (lambda: messages.plan_html(result("plan")), ["Rollback to v1"]),
    "done": (lambda: messages.plan_html(result("rollback")["plan"], done=True), ["Rolled back to v2"]),
    "diff": (lambda: messages.diff_html(result("diff")), ["Metrics", "Hyperparameters", "Code"]),
    "compare": (lambda: messages.comparison_html(result("compare")), ["v1", "v4", "acc", "0.83"]),
    "compare nan": (lambda: messages.comparison_html(result("compare")), ["loss", "0.35", "nan"]),
    "diff nan": (lambda: messages.diff_html(result("diff.nan")), ["loss", "0.35", "nan"]),
    "why": (lambda: messages.explanation_html(result("why")), ["fit", "depth", "explains it", "v8 without it"]),
    "not tested": (lambda: messages.explanation_html(result("why.limited")), ["not tested", "--limit 60", "+ df.loc"]),
    "version": (lambda: messages.version_html(result("version")), ["deeper", "see <b>notes</b>", "model"]),
    "problems": (lambda: messages.problems_html(result("form")["names"]), ["cannot be kept", "log"]),
}


@pytest.mark.parametrize("what", DRAWN)
def test_a_message_is_drawn_with_its_facts(what):
    draw, facts = DRAWN[what]
    text = str(Text(draw()))
    assert [f for f in facts if f not in text] == []


def planted(value):
    """The same message with markup in every text that a person can choose."""
    if isinstance(value, dict):
        fixed = {"effect", "kind", "status", "saved_at_utc", "id", "protocol"}
        return {k: v if k in fixed else planted(v) for k, v in value.items()}
    if isinstance(value, list):
        return [planted(v) for v in value]
    return EVIL if isinstance(value, str) else value


@pytest.mark.parametrize(
    "draw",
    [
        lambda: messages.state_html(planted(result("hello"))),
        lambda: messages.plan_html(planted(result("plan.dirty"))),
        lambda: messages.diff_html(planted(result("diff"))),
        lambda: messages.comparison_html(planted(result("compare"))),
        lambda: messages.version_html(planted(result("version"))),
        lambda: messages.problems_html(planted(result("form")["names"])),
        lambda: messages.said_html(EVIL, EVIL, failed=True),
    ],
)
def test_no_text_becomes_markup(draw):
    found = Text(draw())
    assert "img" not in found.tags
    assert "<img" in str(found)
    assert "\u202e" not in str(found)


def test_a_version_is_one_line_of_a_list():
    newest = result("history")["entries"][0]
    assert messages.label(newest, newest["id"]).startswith(f"● {newest['name']}")
    assert "\n" not in messages.label({**newest, "message": "two\nlines"})
