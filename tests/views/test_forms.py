"""The panel in plain widgets."""

from __future__ import annotations

from nbmodelver.views.forms import PlainPanel
from tests.views.panel_samples import EVIL, Kernel, Text, result


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
