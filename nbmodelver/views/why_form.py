"""Why a metric changed, in plain ipywidgets: the metric, the limit, progress by the panel, and the explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from nbmodelver.views import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.views.asking import Asker, Message


class WhyForm:
    """Explains a metric that differs between two versions. waits: True to wait for a running cell."""

    def __init__(self, asker: Asker, waits: Callable[[], bool]) -> None:
        self._asker, self._waits = asker, waits
        self._versions = ("", "")
        self._running: int | None = None
        self.metric = ipywidgets.Dropdown(description="metric")
        self.expression = ipywidgets.Text(description="expression", placeholder="as it was recorded")
        self.limit = ipywidgets.BoundedIntText(60, description="limit (s)", min=1, max=24 * 3600)
        self.go = ipywidgets.Button(description="Why?", button_style="primary")
        self.stop = ipywidgets.Button(description="Cancel", disabled=True)
        self.go.on_click(lambda _button: self._explain())
        self.stop.on_click(lambda _button: self._cancel())
        self.said = ipywidgets.HTML()
        ways = ipywidgets.HBox([self.metric, self.go, self.stop])
        self.box = ipywidgets.VBox([ways, ipywidgets.HBox([self.expression, self.limit]), self.said])

    def open(self, diff: Message) -> None:
        """Offer the metrics that differ in a comparison; hide the form if there are none."""
        self._versions = (diff["before"]["id"], diff["after"]["id"])
        rows = [row for section in diff["sections"] if section["id"] == "metrics" for row in section["rows"]]
        changed = [row["cells"][0] for row in rows if row["status"] == "changed"]
        self.metric.options = changed
        self.metric.value = changed[0] if changed else None
        self.box.layout.display = None if changed else "none"
        self.expression.value = self.said.value = ""

    def _explain(self) -> None:
        before, after = self._versions
        asked: dict[str, Any] = {"metric": self.metric.value, "before": before, "after": after}
        if self.expression.value.strip():
            asked["expression"] = self.expression.value.strip()
        self._settle(running=True)
        self._running = self._asker.ask("why", self._draw, **asked, limit_s=self.limit.value, queue=self._waits())

    def _draw(self, found: Message) -> None:
        self.ended()
        self.said.value = messages.explanation_html(found)
        needed = max((cause["needs_s"] for cause in found["causes"]), default=0)
        self.limit.value = needed or self.limit.value

    def _cancel(self) -> None:
        if self._running is not None:
            self._asker.ask("cancel", request=self._running)

    def ended(self) -> None:
        """Re-enable the form after any outcome."""
        self._settle(running=False)

    def _settle(self, *, running: bool) -> None:
        self.go.disabled, self.stop.disabled = running, not running
