"""The panel as an anywidget widget, rendered by the code of the page.

Importing this module imports anywidget. If anywidget or the built page files (`missing`) are not available, forms.py is
used instead. Traits that may be observed and set: `selected` (ids of versions), `view`, `head`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.views.asking import Connect, Message

STATIC = Path(__file__).parents[1] / "static"
VIEWS = ("history", "inspect", "models", "compare", "rollback", "commit")
CODE, LOOKS = "widget.js", "panel.css"


def missing() -> list[str]:
    """The page files that were not built."""
    return [name for name in (CODE, LOOKS) if not (STATIC / name).is_file()]


class PanelWidget(anywidget.AnyWidget):  # type: ignore[misc]  # the library is untyped
    """History, comparison and rollback. It can be placed in any ipywidgets layout; `close` ends it."""

    _esm = property(lambda _: (STATIC / CODE).read_text(encoding="utf-8"))
    _css = property(lambda _: (STATIC / LOOKS).read_text(encoding="utf-8"))
    selected = traitlets.List(traitlets.Unicode(), help="ids of the selected versions").tag(sync=True)
    view = traitlets.Enum(VIEWS, "history", help="the view that is shown").tag(sync=True)
    head = traitlets.Unicode("", help="name of the current version").tag(sync=True)

    def __init__(self, connect: Connect, view: str = "history", selected: Sequence[str] = (), **traits: Any) -> None:
        super().__init__(view=view, selected=list(selected), **traits)
        self._wire = connect(self._hear)
        self.on_msg(self._asked)

    def _asked(self, _widget: Any, content: Any, _buffers: Any) -> None:
        self._wire.send(content)

    def _hear(self, message: Message) -> None:
        state = message.get("state") or (message.get("result") or {}).get("state")
        if isinstance(state, dict):
            self.head = (state["head"] or {}).get("name", "")
        self.send(message)

    def close(self) -> None:
        """Remove the panel from the page and stop receiving messages."""
        self._wire.close()
        super().close()
