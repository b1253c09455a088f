"""The export form in plain ipywidgets: the file, what prevents the export, and whether the file may be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from nbmodelver.views import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.views.asking import Asker, Message


class ExportForm:
    """Asks where to write a version, and writes it. say: called with the outcome. leave: called to return."""

    def __init__(self, asker: Asker, say: Callable[[Message], None], leave: Callable[[], None]) -> None:
        self._asker, self._say, self._leave = asker, say, leave
        self._version = ""
        self._running: int | None = None
        self._taken = False
        self.file = ipywidgets.Text(description="file", continuous_update=False, layout={"width": "98%"})
        self.said = ipywidgets.HTML()
        self.replace = ipywidgets.Checkbox(description="replace the existing file", indent=False)
        self.go = ipywidgets.Button(description="Export", button_style="primary", disabled=True)
        self.stop = ipywidgets.Button(description="Cancel")
        self.go.on_click(lambda _button: self._write())
        self.stop.on_click(lambda _button: self._stop())
        self.file.observe(lambda _change: self._look(), "value")
        self.replace.observe(lambda _change: self._settle(self._taken), "value")
        ways = ipywidgets.HBox([self.go, self.stop])
        self.box = ipywidgets.VBox([self.file, self.said, self.replace, ways])

    def open(self, version: str) -> None:
        """Start with the file name that the magic would use."""
        self._version = version
        self.file.value = ""
        self._look()

    def _look(self) -> None:
        self.replace.value = False
        self._settle(taken=False)
        given = {"path": self.file.value} if self.file.value.strip() else {}
        self._asker.ask("destination", self._there, id=self._version, **given)

    def _there(self, found: Message) -> None:
        problem = found["problem"]
        if not self.file.value.strip():
            self.file.value = found["path"]  # Setting it triggers another check.
            return
        self._settle(problem is not None and problem["code"] == "FileExists", free=problem is None)
        self.said.value = (
            messages.said_html(f"written to {found['file']}")
            if problem is None
            else messages.said_html(problem["message"], problem["hint"], failed=True)
        )

    def _settle(self, taken: bool, *, free: bool = False) -> None:
        self._taken = taken
        self.replace.layout.display = None if taken else "none"
        self.go.disabled = not (free or (taken and self.replace.value))

    def _write(self) -> None:
        params: dict[str, Any] = {"id": self._version, "path": self.file.value, "overwrite": self.replace.value}
        self.go.disabled = True
        self.stop.description = "Cancel"
        self._running = self._asker.ask("export", self._done, **params)

    def ended(self) -> None:
        """Re-enable the form after any outcome."""
        if self._running is not None:
            self._running = None
            self.stop.description = "Cancel"
            self._look()

    def _done(self, result: Message) -> None:
        self._running = None
        self.stop.description = "Cancel"
        self._say(result)
        self._leave()

    def _stop(self) -> None:
        if self._running is not None:
            self._asker.ask("cancel", request=self._running)
        else:
            self._leave()
