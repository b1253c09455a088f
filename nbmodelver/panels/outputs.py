"""Shows panels in outputs as widgets if the host can show widgets and the session is interactive, otherwise as text."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver import views
from nbmodelver.errors import NoStore
from nbmodelver.kernel.plain_outputs import PlainOutputs
from nbmodelver.panels.comms import answer_in_subshell
from nbmodelver.verbs import parse
from nbmodelver.views import live

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.kernel.session import Session
    from nbmodelver.model import Plan
    from nbmodelver.panels.connections import Connection
    from nbmodelver.panels.server import PanelServer
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

MAX_OUTPUTS = 20
"""Number of panels in outputs that stay connected; older ones keep their static picture."""


@dataclass
class _Output:
    """A panel in the output of a cell.

    cell: id of the cell. run: number of the run of a cell. redraw: draws the static picture again.
    """

    cell: str
    run: int
    widget: Any
    handle: Any
    redraw: Callable[[], Shown] | None


class WidgetConnection:
    """The connection of one widget to the panel server."""

    def __init__(self, server: PanelServer, receive: Callable[[dict[str, Any]], None]) -> None:
        self._server = server
        self._connection: Connection = server.open(receive)

    def send(self, message: Any) -> None:
        """Send a request to the panel server."""
        self._server.handle(message, self._connection)

    def close(self) -> None:
        """Close the connection."""
        self._server.close(self._connection)


class PanelOutputs(PlainOutputs):
    """The panels in the outputs of one notebook."""

    def __init__(self, notebook: Session, server: PanelServer) -> None:
        super().__init__(notebook)
        self.server = server
        self._outputs: list[_Output] = []

    def form(self) -> live.Form | None:
        """Return the kind of widget that this cell can show; None for text and HTML."""
        wanted = self._wanted()
        if wanted == "off" or not self._can_show(asked=wanted != "auto"):
            return None
        return live.form(wanted)

    def _wanted(self) -> str:
        try:
            return str(self._session.repo().settings["widgets"])
        except NoStore:
            return "auto"

    def _can_show(self, *, asked: bool) -> bool:
        """Return True in an interactive session whose host can show widgets. asked: the user chose a kind of widget."""
        kernel = getattr(self._session.shell, "kernel", None)
        is_person = kernel is not None and bool(getattr(kernel, "_allow_stdin", False))
        is_page = bool(self._session.cells.cell_id) or "google.colab" in sys.modules
        return is_person and (is_page or asked)

    def panel(self, kind: live.Form, view: str, selected: Sequence[str] = ()) -> Any:
        """Return a panel as a widget."""
        server = self.server
        widget = live.panel(kind, lambda receive: WidgetConnection(server, receive), view, selected)
        answer_in_subshell(widget.comm)
        return widget

    def panel_for(self, call: Call) -> Shown:
        """Answer `%mv_panel`: the widget is the value. Without widgets the answer is the history."""
        notebook = self._session
        view, names = call["view"] or "history", call["versions"]
        ids = [notebook.repo()[name].id for name in names] if names else []
        shown, kind = self.history(), self.form()
        if kind is None:
            return shown
        return self.shown(shown, view, ids, widget=self.panel(kind, view, ids), redraw=self.history)

    def result(self, call: Call, shown: Shown) -> Shown:
        """Return the answer of a verb, as a panel if it is a history without options or a comparison."""
        if call.verb.name == "log" and _is_bare(call):
            return self.shown(shown, "history", redraw=self.history)
        if call.verb.name == "compare" and not (call["json"] or call["csv"] or call["plot"]) and len(shown.value) > 1:
            return self.shown(shown, "compare", [v.id for v in shown.value])
        return shown

    def offer(self, call: Call, plan: Plan) -> Shown | None:
        """Show the plan of a rollback as a panel with a button. Returns None without widgets or if nothing is lost."""
        loses = plan.named("changes") or plan.named("vanishes")
        if not loses or not _is_bare(call, "version") or self.form() is None:
            return None
        target = plan.version
        offered = self.shown(views.plan(plan), "rollback", [target.id], redraw=lambda: self._plan_of(plan))
        if isinstance(offered, live.PanelResult):
            offered._ipython_display_()  # At once, because it may not be the last line of the cell.
        hint = f"nothing has changed yet: click above, or run %mv_rollback {target.name} --yes"
        return views.sentence(views.Span(hint, "dim"), value=plan)

    def _plan_of(self, plan: Plan) -> Shown:
        head = self._session.repo().history.head
        return views.plan(plan, done=head is not None and head.id == plan.version.id)

    def shown(
        self,
        shown: Shown,
        view: str,
        selected: Sequence[str] = (),
        *,
        widget: Any = None,
        redraw: Callable[[], Shown] | None = None,
    ) -> Shown:
        """Return an answer as a panel, or unchanged if none can be shown. redraw: draws the static picture again."""
        kind = self.form()
        if kind is None:
            return shown

        def draw(result: live.PanelResult) -> None:
            self._show(result, widget or self.panel(kind, view, selected), redraw)

        return live.PanelResult(shown.document, shown.value if widget is None else widget, draw)

    def _show(self, shown: Shown, widget: Any, redraw: Callable[[], Shown] | None) -> None:
        from IPython.display import display

        cells = self._session.cells
        self._retire(cells.cell_id, cells.started)
        view = live.widget_view(widget)
        if "__vsc_ipynb_file__" in self._session.values:  # VS Code shows one output, and does not load our style.
            display({**live.static(shown), live.VIEW_MIME: view[live.VIEW_MIME]}, raw=True)
            handle = None
        else:
            handle = display(live.static(shown), raw=True, display_id=True)
            display(view, raw=True)
        self._outputs.append(_Output(cells.cell_id, cells.started, widget, handle, redraw))

    def _retire(self, cell: str, run: int) -> None:
        """Close the panels of earlier runs of the cell, whose output was cleared, and the oldest above MAX_OUTPUTS."""
        gone = [o for o in self._outputs if o.cell and o.cell == cell and o.run != run]
        kept = [o for o in self._outputs if o not in gone]
        gone += kept[: max(len(kept) - MAX_OUTPUTS + 1, 0)]
        for output in gone:
            self._outputs.remove(output)
            output.widget.close()

    def redraw(self) -> None:
        """Update the static pictures, so that a saved notebook shows the current state."""
        drawn: dict[Callable[[], Shown], dict[str, str]] = {}
        for output in list(self._outputs):
            if output.handle is not None and output.redraw is not None:
                if output.redraw not in drawn:
                    drawn[output.redraw] = live.static(output.redraw())
                output.handle.update(drawn[output.redraw], raw=True)


def _is_bare(call: Call, *but: str) -> bool:
    """Return True if all arguments of a call except `but` have their defaults."""
    bare = parse(call.verb, [str(call[n]) for n in but])
    return all(call[a.name] == bare[a.name] for a in call.verb.arguments)
