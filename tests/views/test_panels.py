"""The plain panel's drawings of what the kernel says, from the same sample messages that the page's tests read."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nbmodelver.views import live, messages
from nbmodelver.views.asking import Asker
from nbmodelver.views.forms import PlainPanel

SAMPLES = Path(__file__).parents[1] / "golden" / "panel" / "samples"
EVIL = "<img src=x onerror=alert(1)>\u202e"


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def result(name):
    return sample(name)["result"]


class Text(HTMLParser):
    """The text and the tags of a fragment."""

    def __init__(self, html):
        super().__init__()
        self.said, self.tags = [], set()
        self.feed(html)

    def handle_starttag(self, tag, _attributes):
        self.tags.add(tag)

    def handle_data(self, data):
        self.said.append(data)

    def __str__(self):
        return " ".join(self.said)


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


class Kernel:
    """Answers from the samples, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.hear = None
        self.closed = False

    def __call__(self, hear):
        self.hear = hear
        return self

    def send(self, message):
        self.asked.append((message["method"], message["params"]))
        self.hear({"id": message["id"], "result": result(message["method"])})

    def close(self):
        self.closed = True


def test_an_asker_gives_each_answer_to_who_asked():
    kernel, pushed, failed, progress, got = Kernel(), [], [], [], []
    asker = Asker(kernel, pushed.append, failed.append)
    asker.on_progress(progress.append)
    asker.ask("series", got.append, metric="acc")
    assert len(got[0]["points"]) > 2
    kernel.hear(sample("push"))
    kernel.hear(sample("progress"))
    kernel.hear(sample("error.busy"))
    assert (len(pushed), len(progress), failed[0]["code"]) == (1, 1, "Busy")
    asker.ask("undo", lambda done: got.append(done["said"]))
    assert got[1].startswith("restored")
    assert pushed[1]["head"] is not None
    asker.close()
    assert kernel.closed


def test_a_plain_panel_lists_the_versions_of_the_samples():
    kernel = Kernel()
    panel = PlainPanel(kernel, "history")
    assert [m for m, _ in kernel.asked] == ["hello", "history"]
    assert len(panel.versions.options) == len(result("history")["entries"])
    panel.selected = [panel.versions.options[0][1], panel.versions.options[2][1]]
    panel.turn("compare")
    assert kernel.asked[-1] == ("diff", {"before": panel.selected[1], "after": panel.selected[0]})
    assert "Metrics" in panel.body.value
    assert [panel.why.metric.options, panel.why.go.disabled] == [("acc", "loss"), False]
    panel.why.expression.value = " acc "
    panel.why.go.click()
    before, after = (result("diff")[side]["id"] for side in ("before", "after"))
    asked = {"metric": "acc", "before": before, "after": after, "expression": "acc", "limit_s": 60, "queue": False}
    assert kernel.asked[-1] == ("why", asked)
    assert "explains it" in str(Text(panel.why.said.value))
    kernel.hear({"id": 0, "error": {"code": "Busy", "message": EVIL, "hint": "wait"}})
    assert "<img" not in panel.said.value
    panel.close()


def test_the_static_part_is_hidden_while_the_living_one_is_there():
    from nbmodelver.views import sentence

    bundle = live.static(sentence("the last state"))
    assert bundle["text/plain"] == "the last state"
    assert ":has(.nbmv-mounted) .nbmv-static{display:none}" in bundle["text/html"]
    assert "script" not in Text(bundle["text/html"]).tags
