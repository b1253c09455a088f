"""Chooses the form of a panel, and makes the static content that a saved notebook keeps of it.

A notebook that is opened again has no kernel, and the page shows an error for each widget whose kernel is gone. A panel
therefore has two outputs: static HTML, which its own style hides while the panel beside it is alive, and the widget,
which the same style hides if it failed. A page that does not apply these styles shows both.
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
"""Visible only in a live page without a panel; the style of the JupyterLab plugin hides it."""


def form(wanted: str) -> Form:
    """The form of the panel: plain widgets if they are wanted or anywidget cannot be loaded."""
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
    """The MIME bundle of the static output."""
    html = f'{STYLE}<div class="nbmv-static">{shown._repr_html_()}{MISSING}</div>'
    return {"text/plain": str(shown), "text/html": html}


def widget_view(widget: Any) -> dict[str, Any]:
    """The MIME bundle of the widget output; its text is empty so that hosts without widgets show nothing twice."""
    found = widget._repr_mimebundle_()
    data = found[0] if isinstance(found, tuple) else found
    return {"text/plain": "", VIEW_MIME: data[VIEW_MIME]}


class PanelResult(Shown):
    """A result that displays itself as a panel if possible, and otherwise behaves like its value."""

    def __init__(self, document: Document, value: Any, draw: Callable[[PanelResult], None]) -> None:
        super().__init__(document, value)
        self._draw = draw

    def _ipython_display_(self) -> None:
        self._draw(self)
