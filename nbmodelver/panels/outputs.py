"""Panels in outputs: shown where the host can show widgets and a person is there, as text and HTML elsewhere."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver import views
from nbmodelver.errors import NoStore
from nbmodelver.kernel.plain_outputs import PlainOutputs
from nbmodelver.panels.comms import answer_where_asked
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

MOST = 20
"""So many panels of earlier outputs stay alive; older ones keep their static picture."""


@dataclass
class _Output:
    """A panel in a cell's output. cell: its id. run: which run of a cell it was. again: its static picture anew."""

    cell: str
    run: int
    widget: Any
    handle: Any
    again: Callable[[], Shown] | None


class WidgetConnection:
    """One widget's line to the desk."""

    def __init__(self, server: PanelServer, hear: Callable[[dict[str, Any]], None]) -> None:
        self._server = server
        self._connection: Connection = server.open(hear)

    def send(self, message: Any) -> None:
        """Hand a request to the desk."""
        self._server.handle(message, self._connection)

    def close(self) -> None:
        """Hear nothing more."""
        self._server.close(self._connection)


class PanelOutputs(PlainOutputs):
    """The panels in the outputs of one notebook."""

    def __init__(self, notebook: Session, server: PanelServer) -> None:
        super().__init__(notebook)
        self.server = server
        self._outputs: list[_Output] = []

    def form(self) -> live.Form | None:
        """The form in which panels are shown here and now; None for text and HTML."""
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
        """Whether this cell runs in a notebook with a person before it. asked: the user says that widgets are shown."""
        kernel = getattr(self._session.shell, "kernel", None)
        is_person = kernel is not None and bool(getattr(kernel, "_allow_stdin", False))
        is_page = bool(self._session.cells.cell_id) or "google.colab" in sys.modules
        return is_person and (is_page or asked)

    def panel(self, kind: live.Form, view: str, selected: Sequence[str] = ()) -> Any:
        """A panel as a widget."""
        server = self.server
        widget = live.panel(kind, lambda hear: WidgetConnection(server, hear), view, selected)
        answer_where_asked(widget.comm)
        return widget

    def panel_for(self, call: Call) -> Shown:
        """`%mv_panel`: the widget is its value; where there is none it shows the history."""
        notebook = self._session
        view, names = call["view"] or "history", call["versions"]
        ids = [notebook.repo()[name].id for name in names] if names else []
        shown, kind = self.history(), self.form()
        if kind is None:
            return shown
        return self.shown(shown, view, ids, widget=self.panel(kind, view, ids), again=self.history)

    def result(self, call: Call, shown: Shown) -> Shown:
        """What a verb answered, as a panel where the panel says the same: a bare history, a comparison."""
        if call.verb.name == "log" and _is_bare(call):
            return self.shown(shown, "history", again=self.history)
        if call.verb.name == "compare" and len(shown.value) > 1:
            return self.shown(shown, "compare", [v.id for v in shown.value])
        return shown

    def offer(self, call: Call, plan: Plan) -> Shown | None:
        """Show a rollback's plan as a panel, to be done by a click; None where that cannot be, or nothing is lost."""
        loses = plan.named("changes") or plan.named("vanishes")
        if not loses or not _is_bare(call, "version") or self.form() is None:
            return None
        target = plan.version
        offered = self.shown(views.plan(plan), "rollback", [target.id], again=lambda: self._plan_of(plan))
        if isinstance(offered, live.PanelResult):
            offered._ipython_display_()  # At once: it may not be the cell's last line.
        said = f"nothing has changed yet: click above, or %mv_rollback {target.name} --yes"
        return views.sentence(views.Span(said, "dim"), value=plan)

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
        again: Callable[[], Shown] | None = None,
    ) -> Shown:
        """The result as a panel where that can be shown; else as it is. again: gives the static picture anew."""
        kind = self.form()
        if kind is None:
            return shown

        def draw(result: live.PanelResult) -> None:
            self._show(result, widget or self.panel(kind, view, selected), again)

        return live.PanelResult(shown.document, shown.value if widget is None else widget, draw)

    def _show(self, shown: Shown, widget: Any, again: Callable[[], Shown] | None) -> None:
        from IPython.display import display

        cells = self._session.cells
        self._retire(cells.cell_id, cells.started)
        view = live.widget_view(widget)
        if "__vsc_ipynb_file__" in self._session.values:  # One output there: its page knows nothing of our style.
            display({**live.static(shown), live.VIEW_MIME: view[live.VIEW_MIME]}, raw=True)
            handle = None
        else:
            handle = display(live.static(shown), raw=True, display_id=True)
            display(view, raw=True)
        self._outputs.append(_Output(cells.cell_id, cells.started, widget, handle, again))

    def _retire(self, cell: str, run: int) -> None:
        """Close the panels of the cell's earlier run, whose output is gone, and the oldest of too many."""
        gone = [o for o in self._outputs if o.cell and o.cell == cell and o.run != run]
        kept = [o for o in self._outputs if o not in gone]
        gone += kept[: max(len(kept) - MOST + 1, 0)]
        for output in gone:
            self._outputs.remove(output)
            output.widget.close()

    def redraw(self) -> None:
        """Bring the static pictures up to date, so that a notebook that is saved now shows the last state."""
        drawn: dict[Callable[[], Shown], dict[str, str]] = {}
        for output in list(self._outputs):
            if output.handle is not None and output.again is not None:
                if output.again not in drawn:
                    drawn[output.again] = live.static(output.again())
                output.handle.update(drawn[output.again], raw=True)


def _is_bare(call: Call, *but: str) -> bool:
    """True when a call has nothing but defaults, aside from some arguments."""
    bare = parse(call.verb, [str(call[n]) for n in but])
    return all(call[a.name] == bare[a.name] for a in call.verb.arguments)
