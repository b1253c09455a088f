"""The panel in plain ipywidgets, for hosts where anywidget cannot be loaded or the page files were not built.

It uses the same requests as the panel in the page and does not depend on the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from nbmodelver.views import messages
from nbmodelver.views.asking import Asker, Message
from nbmodelver.views.export import ExportForm
from nbmodelver.views.why_form import WhyForm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.views.asking import Connect

PAGE = 100
WIDE = {"width": "98%"}


def button(text: str, call: Callable[[], None], tip: str = "", style: str = "") -> Any:
    """A button with a callback."""
    made = ipywidgets.Button(description=text, tooltip=tip or text, button_style=style)
    made.on_click(lambda _button: call())
    return made


class PlainPanel(ipywidgets.VBox):  # type: ignore[misc]  # the library is untyped
    """History, comparison, rollback and commit form. It has the traits of `PanelWidget`: selected, view, head."""

    selected = traitlets.List(traitlets.Unicode(), help="ids of the selected versions")
    view = traitlets.Unicode("history", help="the view that is shown")
    head = traitlets.Unicode("", help="name of the current version")

    def __init__(self, connect: Connect, view: str = "history", selected: Sequence[str] = ()) -> None:
        self._state: Message | None = None
        self._filling = False
        self.status = ipywidgets.HTML()
        self.said = ipywidgets.HTML()
        self.filter = ipywidgets.Text(placeholder="search in messages, variables, tags", continuous_update=False)
        self.versions = ipywidgets.SelectMultiple(rows=10, layout=WIDE)
        self.body = ipywidgets.HTML()
        self.wait = ipywidgets.Checkbox(description="wait for a running cell", value=False, indent=False)
        self.buttons = self._buttons()
        self.form = CommitForm(self._commit, lambda: self.turn("history"))
        self.labels = LabelForm(self)
        self.confirm = button("Roll back now", self._roll_back, style="warning")
        self._plan_bar = ipywidgets.HBox([self.confirm, button("Cancel", lambda: self.turn("history"))])
        bar = ipywidgets.HBox([*self.buttons.values(), self.wait])
        self._top = (self.status, bar, self.said, self.filter, self.versions)
        super().__init__(self._top, view=view, selected=list(selected))
        self.add_class("nbmv-mounted")
        self._asker = Asker(connect, self._take, self._failed)
        self.export = ExportForm(self._asker, self._done, self._draw_view)
        self.why = WhyForm(self._asker, lambda: self.wait.value)
        self._asker.on_progress(lambda p: self._say(f"{p['what']}: {p['done']:,} of {p['total']:,}"))
        self.filter.observe(lambda _change: self._list(), "value")
        self.versions.observe(self._picked, "value")
        self.observe(lambda _change: self._selected(), "selected")
        self.observe(lambda _change: self._draw_view(), "view")
        self._asker.ask("hello", self._take)
        self._draw_view()

    def _buttons(self) -> dict[str, Any]:
        made = {
            "Commit": lambda: self.turn("commit"),
            "Show": self._show,
            "Compare": lambda: self.turn("compare"),
            "Roll back": lambda: self.turn("rollback"),
            "Undo": lambda: self._change("undo"),
            "Redo": lambda: self._change("redo"),
            "Export": self._export,
        }
        return {text: button(text, call) for text, call in made.items()}

    # -- views

    def turn(self, view: str) -> None:
        """Show a view; a view that is already shown is refreshed."""
        if view == self.view:
            self._draw_view()
        self.view = view

    def _draw_view(self) -> None:
        if self.view == "commit":
            self._asker.ask("form", self.form.fill)
            self._hold(self.form.box)
        elif self.view == "rollback":
            self._hold(self.body, self._plan_bar)
            self._plan()
        elif self.view == "compare":
            self._hold(self.body)
            self._draw_comparison()
        else:
            self._draw("")
            self._hold(self.labels.box, self.body)

    def _hold(self, *parts: Any) -> None:
        self.children = [*self._top, *parts]

    def _take(self, state: Message) -> None:
        """Handle a state that was pushed, requested, or sent with a result."""
        before, self._state = self._state, state
        head = (state["head"] or {}).get("name", "")
        self.head = head
        self.status.value = messages.state_html(state)
        self.buttons["Undo"].disabled = state["undo"] is None
        self.buttons["Redo"].disabled = state["redo"] is None
        self.labels.fill(state)
        if before is None or any(before[k] != state[k] for k in ("head", "versions", "tags", "branches")):
            self._list()

    def _list(self) -> None:
        wanted = {"text": self.filter.value} if self.filter.value else {}
        self._asker.ask("history", self._fill, filter=wanted, offset=0, limit=PAGE)

    def _fill(self, page: Message) -> None:
        head = (self._state or {}).get("head") or {}
        options = [(messages.label(e, head.get("id", "")), e["id"]) for e in page["entries"]]
        self._filling = True
        try:
            self.versions.options = options
            self.versions.value = self._listed(self.selected)
        finally:
            self._filling = False
        more = page["total"] - len(options)
        self.filter.description = f"{more} older" if more > 0 else ""

    def _listed(self, ids: Sequence[str]) -> list[str]:
        known = {value for _, value in self.versions.options}
        return [i for i in ids if i in known]

    def _picked(self, change: Message) -> None:
        if not self._filling:
            self.selected = list(change["new"])

    def _selected(self) -> None:
        self._filling = True
        try:
            self.versions.value = self._listed(self.selected)
        finally:
            self._filling = False
        if self.view in ("compare", "rollback"):
            self._draw_view()

    def _say(self, text: str, hint: str = "", *, failed: bool = False) -> None:
        self.said.value = messages.said_html(text, hint, failed=failed)

    def _failed(self, error: Message) -> None:
        self._say(error["message"], error["hint"], failed=True)
        self.export.ended()
        self.why.ended()

    # -- actions

    def one(self) -> str | None:
        """The selected version; reports it and returns None if there is none."""
        if not self.selected:
            self._say("select a version first", failed=True)
            return None
        return str(self.selected[0])

    def _draw(self, html: str) -> None:
        self.body.value = html

    def _show(self) -> None:
        if (version := self.one()) is not None:
            self._asker.ask("version", lambda found: self._draw(messages.version_html(found)), id=version)

    def _draw_comparison(self) -> None:
        if len(self.selected) == 2:
            after, before = self.selected  # The list has the newest first.
            self._asker.ask("diff", self._draw_diff, before=before, after=after)
        elif len(self.selected) > 2:
            ids = list(self.selected)
            self._asker.ask("compare", lambda c: self._draw(messages.comparison_html(c)), ids=ids)
        else:
            self._draw(messages.said_html("select two or more versions"))

    def _draw_diff(self, diff: Message) -> None:
        self._draw(messages.diff_html(diff))
        self.why.open(diff)
        self._hold(self.why.box, self.body)

    def _plan(self) -> None:
        if (version := self.one()) is not None:
            self._asker.ask("plan", lambda p: self._draw(messages.plan_html(p)), id=version)

    def _roll_back(self) -> None:
        if (version := self.one()) is not None:
            self._change("rollback", id=version)

    def _change(self, method: str, **params: Any) -> None:
        self._asker.ask(method, self._done, **params, queue=self.wait.value)

    def change(self, method: str, **params: Any) -> None:
        """Request a change that does not wait for a running cell."""
        self._asker.ask(method, self._done, **params)

    def _done(self, result: Message) -> None:
        self._say(result["said"])
        if self.view in ("rollback", "commit"):
            self.turn("history")

    def _export(self) -> None:
        if (version := self.one()) is not None:
            self.export.open(version)
            self._hold(self.export.box)

    def _commit(self, params: Message) -> None:
        self._change("commit", **params)

    def close(self) -> None:
        """Remove the panel from the page and stop receiving messages."""
        self._asker.close()
        super().close()


class LabelForm:
    """Tag, note and branch of the selected version."""

    def __init__(self, panel: PlainPanel) -> None:
        self._panel = panel
        self.tag = ipywidgets.Text(placeholder="tag")
        self.note = ipywidgets.Text(placeholder="note")
        self.branch = ipywidgets.Dropdown(options=["main"], value="main", description="branch")
        self.buttons = {
            "Tag": button("Tag", self._tag),
            "Untag": button("Untag", self._untag),
            "Note": button("Save note", self._note),
            "Switch": button("Switch", self._switch),
        }
        rows = [[self.tag, self.buttons["Tag"], self.buttons["Untag"]], [self.note, self.buttons["Note"]]]
        rows.append([self.branch, self.buttons["Switch"]])
        self.box = ipywidgets.VBox([ipywidgets.HBox(row) for row in rows])

    def fill(self, state: Message) -> None:
        """Update the list of branches."""
        names = list(state["branches"]) or [state["branch"]]
        if list(self.branch.options) != names:
            self.branch.options = names
        if state["branch"] in names:
            self.branch.value = state["branch"]

    def _tag(self) -> None:
        if (version := self._panel.one()) is not None:
            self._panel.change("tag", id=version, name=self.tag.value)

    def _untag(self) -> None:
        self._panel.change("untag", name=self.tag.value)

    def _note(self) -> None:
        if (version := self._panel.one()) is not None:
            self._panel.change("note", id=version, note=self.note.value)

    def _switch(self) -> None:
        self._panel.change("switch", branch=self.branch.value)


class CommitForm:
    """Message, tag, metrics and names of the next commit."""

    def __init__(self, commit: Callable[[Message], None], leave: Callable[[], None]) -> None:
        self._metrics: dict[str, float] = {}
        self._commit = commit
        self.message = ipywidgets.Text(placeholder="a short description of this version", layout=WIDE)
        self.tag = ipywidgets.Text(placeholder="tag")
        self.note = ipywidgets.Textarea(placeholder="note", rows=2, layout=WIDE)
        self.names = ipywidgets.SelectMultiple(rows=8, layout=WIDE)
        self.metrics = ipywidgets.SelectMultiple(rows=3, description="metrics")
        self.problems = ipywidgets.HTML()
        self.go = button("Commit", self._send, style="primary")
        self.box = ipywidgets.VBox(
            [self.message, self.names, self.problems, self.metrics, self.tag, self.note, self._ways(leave)]
        )

    def _ways(self, leave: Callable[[], None]) -> Any:
        return ipywidgets.HBox([self.go, button("Cancel", leave)])

    def fill(self, form: Message) -> None:
        """Show the names that the kernel offers for the commit."""
        fine = [n for n in form["names"] if not n["problem"]]
        self.names.options = [(messages.name_label(n), n["name"]) for n in fine]
        self.names.value = [n["name"] for n in fine if n["chosen"]]
        self._metrics = form["metrics"]
        self.metrics.options = [(f"{n} {float(v):g}", n) for n, v in form["metrics"].items()]
        self.metrics.value = list(form["metrics"])
        self.problems.value = messages.problems_html([n for n in form["names"] if n["problem"]])

    def _send(self) -> None:
        params: Message = {"names": list(self.names.value), "message": self.message.value, "note": self.note.value}
        params["tags"] = [self.tag.value] if self.tag.value else []
        params["metrics"] = {n: self._metrics[n] for n in self.metrics.value}
        self._commit(params)
