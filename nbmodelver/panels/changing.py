"""Handles the requests of a panel that change something: variables, refs, notes, settings and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import commit as actions
from nbmodelver.actions import maintain
from nbmodelver.actions.commit import CommitRequest
from nbmodelver.actions.restore import RollbackRequest
from nbmodelver.errors import NothingToCommit
from nbmodelver.kernel import document
from nbmodelver.kernel.committing import drawn
from nbmodelver.panels import entries
from nbmodelver.panels.export import export, first_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Plan
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params


# -- variables


def commit(context: PanelContext, params: Params, request: Request) -> Message:
    """Create a version."""
    names = params.texts("names") if params.has("names") else None
    if names == []:
        raise NothingToCommit("nothing to commit: no variable is selected", "select at least one variable")
    notebook = context.notebook
    asked = CommitRequest(
        notebook.pick(names) if names else notebook.commits.state(),
        params.text("message", ""),
        metrics=params.metrics(),
        note=params.text("note", ""),
        tags=params.texts("tags"),
        bounded=not names,
    )
    with context.reporting(request):
        made = actions.commit(notebook, asked)
    version = made.version
    done = context.done(request, first_line(drawn(made)))
    return {**done, "entry": entries.entry(version, context.cached.labels), "skipped": entries.skipped(version.skipped)}


def rollback(context: PanelContext, params: Params, request: Request) -> Message:
    """Roll back to a version. The page has shown the plan."""
    restores = context.notebook.restores.actions
    asked = RollbackRequest(params.text("id"), params.texts("names"))
    return _restored(context, request, lambda: restores.rollback(restores.plan(asked)))


def undo(context: PanelContext, _params: Params, request: Request) -> Message:
    """Undo the last rollback."""
    return _restored(context, request, context.notebook.restores.actions.undo)


def redo(context: PanelContext, _params: Params, request: Request) -> Message:
    """Repeat the rollback that the last undo reverted."""
    return _restored(context, request, context.notebook.restores.actions.redo)


def switch(context: PanelContext, params: Params, request: Request) -> Message:
    """Switch to another branch. create: create it at the current version first."""
    name, create = params.text("branch"), params.flag("create")
    context.repo().wait_for_pending()  # A commit in the background comes first.
    with context.reporting(request):
        plan = context.notebook.restores.actions.switch(name, create=create)
    return context.done(request, f"on branch {name} · {_summary(plan)}")


def _restored(context: PanelContext, request: Request, restore: Callable[[], Plan]) -> Message:
    context.repo().wait_for_pending()  # A commit in the background comes first.
    with context.reporting(request):
        plan = restore()
    return {**context.done(request, _summary(plan)), "plan": plan.to_dict()}


def _summary(planned: Plan) -> str:
    """A rollback that was done, in one line."""
    changed = [c for c in planned.changes if c.effect not in ("stays", "lost")]
    lost = planned.named("lost")
    facts = [f"restored {planned.version.name}", views.plural(len(changed), "variable")]
    facts += [f"{views.size(planned.load_bytes)} loaded"] if planned.load_bytes else []
    facts += [f"not restored: {', '.join(lost)}"] if lost else []
    return " · ".join(facts)


# -- refs, notes and settings


def tag(context: PanelContext, params: Params, request: Request) -> Message:
    """Tag a version."""
    name = params.text("name")
    version = context.repo().tag(name, params.text("id"), move=params.flag("move"))
    return context.done(request, f"tag {name} set on {version.name}", push=True)


def untag(context: PanelContext, params: Params, request: Request) -> Message:
    """Delete a tag; its version stays."""
    name = params.text("name")
    context.repo().history.delete_tag(name)
    return context.done(request, f"tag {name} deleted", push=True)


def note(context: PanelContext, params: Params, request: Request) -> Message:
    """Change the note of a version."""
    repo = context.repo()
    version = repo[params.text("id")]
    repo.history.set_note(version, params.text("note"))
    return context.done(request, f"note of {version.name} saved", push=True)


def set_(context: PanelContext, params: Params, request: Request) -> Message:
    """Change a setting of the store, or turn automatic commits on or off (key "auto")."""
    key, value = params.text("key"), params.any("value")
    if key == "auto":
        return auto(context, type(params)("auto", {"on": value}), request)
    text = maintain.set_setting(context.notebook.repo(create=True), key, value)
    return context.done(request, f"{key} is {text}", push=True)


def auto(context: PanelContext, params: Params, request: Request) -> Message:
    """Turn automatic commits on or off."""
    is_on = params.flag("on")
    set_auto(context, is_on)
    return context.done(request, f"automatic commits are {'on' if is_on else 'off'}", push=True)


def set_auto(context: PanelContext, is_on: bool) -> None:
    """Turn automatic commits on or off, as `%mv_auto` does."""
    context.notebook.commits.switch_auto(is_on)


def set_preferences(context: PanelContext, params: Params, _request: Request) -> Message:
    """Apply the preferences of the user (see preferences.py)."""
    if context.preferences.replace(auto=params.flag("auto"), settings=params.table("settings")):
        context.push()
    return {}


def live(context: PanelContext, params: Params, _request: Request) -> Message:
    """Keep the notebook document as the page shows it."""
    context.notebook.live = document.live(params.text("path", ""), params.table("notebook"))
    return {}


VARIABLES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "commit": commit,
    "rollback": rollback,
    "undo": undo,
    "redo": redo,
    "switch": switch,
}
"""Handlers that change variables. They run in the mutation queue."""

LABELS: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "tag": tag,
    "untag": untag,
    "note": note,
    "set": set_,
    "auto": auto,
    "live": live,
    "wish": set_preferences,
}
"""Handlers that change a ref, a note or a setting. They run at once."""

FILES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"export": export}
"""Handlers that write a file. Each runs in a thread of its own."""

TASK_NAMES = {
    "commit": ("commit", "message"),
    "rollback": ("rollback", "id"),
    "undo": ("undo", ""),
    "redo": ("redo", ""),
    "switch": ("switch of branch", "branch"),
}
"""How the page names a waiting request: words, and the parameter that follows them."""
