"""Which form a panel takes here, and the static picture that stays of it in a saved notebook.

A notebook that is opened again has no kernel, and the page shows an error for each widget whose kernel is gone. So a
panel is two outputs: a static one, hidden by its own style while the panel beside it lives, and the widget, hidden by
the same style when it failed. Without a page that knows these styles both are seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.views.asking import Connect
    from nbmodelver.views.blocks import Document

Form = Literal["anywidget", "plain"]
VIEW_MIME = "application/vnd.jupyter.widget-view+json"

STYLE = (
    "<style>.jp-OutputArea:has(.nbmv-mounted) .nbmv-static{display:none}"
    ".jp-OutputArea:has(.nbmv-static)>.jp-OutputArea-child>.jp-OutputArea-output.jupyter-widgets{display:none}"
    ".jp-NotebookPanel .nbmv-missing{display:block}</style>"
)
MISSING = (
    "<p class=\"nbmv-missing\" hidden>No panel here: run pip install 'nbmodelver[lab]' in the environment that serves "
    "this page, then reload it.</p>"
)
"""Seen in a live page only, where no panel hides the static picture; the style of our plugin hides it everywhere."""


def form(wanted: str) -> Form:
    """The form that a panel can have: plain widgets where it is wanted, or where anywidget cannot be loaded."""
    if wanted == "plain":
        return "plain"
    try:
        from nbmodelver.views import widget
    except ImportError:
        return "plain"
    return "plain" if widget.missing() else "anywidget"


def panel(kind: Form, connect: Connect, view: str = "history", selected: Sequence[str] = ()) -> Any:
    """A panel: an ipywidgets widget with the traits selected, view and head."""
    if kind == "anywidget":
        from nbmodelver.views.widget import PanelWidget

        return PanelWidget(connect, view, selected)
    from nbmodelver.views.forms import PlainPanel

    return PlainPanel(connect, view, selected)


def static(shown: Shown) -> dict[str, str]:
    """The outputs' static part."""
    html = f'{STYLE}<div class="nbmv-static">{shown._repr_html_()}{MISSING}</div>'
    return {"text/plain": str(shown), "text/html": html}


def widget_view(widget: Any) -> dict[str, Any]:
    """The output's living part; nothing is said twice where widgets are not shown."""
    found = widget._repr_mimebundle_()
    data = found[0] if isinstance(found, tuple) else found
    return {"text/plain": "", VIEW_MIME: data[VIEW_MIME]}


class PanelResult(Shown):
    """A result that is shown as a panel where it can be; to code it is what it was."""

    def __init__(self, document: Document, value: Any, draw: Callable[[PanelResult], None]) -> None:
        super().__init__(document, value)
        self._draw = draw

    def _ipython_display_(self) -> None:
        self._draw(self)
