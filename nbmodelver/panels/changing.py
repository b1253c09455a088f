"""What a panel may change: variables (in their turn, see turns.py), and what the store says about versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import bundle, views
from nbmodelver.actions import commit as actions
from nbmodelver.actions.commit import CommitRequest
from nbmodelver.actions.restore import RollbackRequest
from nbmodelver.errors import NothingToCommit, UsageError
from nbmodelver.kernel import document
from nbmodelver.kernel.committing import drawn
from nbmodelver.panels import entries
from nbmodelver.panels.export import check, path_of, replaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Plan
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params
    from nbmodelver.views import Shown


def first_line(shown: Shown) -> str:
    """What a magic would print, its first line."""
    return views.to_text(shown.document, 400).strip().partition("\n")[0].strip()


# -- variables


def commit(context: PanelContext, params: Params, request: Request) -> Message:
    """A new version."""
    names = params.texts("names") if params.has("names") else None
    if names == []:
        raise NothingToCommit("nothing to commit: no variable is selected", "select at least one")
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
    """Back to a version; the user has seen the plan."""
    restores = context.notebook.restores.actions
    asked = RollbackRequest(params.text("id"), params.texts("names"))
    return _jumped(context, request, lambda: restores.rollback(restores.plan(asked)))


def undo(context: PanelContext, _params: Params, request: Request) -> Message:
    """Take the last rollback back."""
    return _jumped(context, request, context.notebook.restores.actions.undo)


def redo(context: PanelContext, _params: Params, request: Request) -> Message:
    """Do again what undo took back."""
    return _jumped(context, request, context.notebook.restores.actions.redo)


def switch(context: PanelContext, params: Params, request: Request) -> Message:
    """To another branch, made first if that is asked for."""
    name = params.text("branch")
    if params.flag("create"):
        context.repo().branch(name)
    context.repo().wait_for_pending()
    with context.reporting(request):
        plan = context.notebook.restores.actions.switch(name)
    return context.done(request, f"on branch {name} · {_summary(plan)}")


def _jumped(context: PanelContext, request: Request, jump: Callable[[], Plan]) -> Message:
    context.repo().wait_for_pending()  # A commit in the background comes first.
    with context.reporting(request):
        plan = jump()
    return {**context.done(request, _summary(plan)), "plan": plan.to_dict()}


def _summary(planned: Plan) -> str:
    """A rollback that was done, in one line."""
    changed = [c for c in planned.changes if c.effect not in ("stays", "lost")]
    lost = planned.named("lost")
    facts = [f"back at {planned.version.name}", views.plural(len(changed), "name")]
    facts += [f"{views.size(planned.load_bytes)} loaded"] if planned.load_bytes else []
    facts += [f"{', '.join(lost)} could not come back"] if lost else []
    return " · ".join(facts)


# -- what is said about versions


def tag(context: PanelContext, params: Params, request: Request) -> Message:
    """Tag a version."""
    name = params.text("name")
    version = context.repo().tag(name, params.text("id"), move=params.flag("move"))
    return context.done(request, f"{version.name} is {name}", tell=True)


def untag(context: PanelContext, params: Params, request: Request) -> Message:
    """Remove a tag; its version stays."""
    name = params.text("name")
    context.repo().history.delete_tag(name)
    return context.done(request, f"tag {name} removed", tell=True)


def note(context: PanelContext, params: Params, request: Request) -> Message:
    """Change a version's note."""
    repo = context.repo()
    version = repo[params.text("id")]
    repo.history.set_note(version, params.text("note"))
    return context.done(request, f"note of {version.name} kept", tell=True)


def set_(context: PanelContext, params: Params, request: Request) -> Message:
    """Change a setting."""
    key, value = params.text("key"), params.any("value")
    if key == "auto":
        return auto(context, type(params)("auto", {"on": value}), request)
    if not isinstance(value, (bool, int, float, str)):
        raise UsageError(f"the setting '{key}' cannot be {value!r}", "give a text, a number, or true or false")
    text = ("on" if value else "off") if isinstance(value, bool) else str(value)
    context.notebook.repo(create=True).settings.set(key, text)
    return context.done(request, f"{key} is {text}", tell=True)


def auto(context: PanelContext, params: Params, request: Request) -> Message:
    """Automatic commits on or off."""
    is_on = params.flag("on")
    set_auto(context, is_on)
    return context.done(request, f"automatic commits are {'on' if is_on else 'off'}", tell=True)


def set_auto(context: PanelContext, is_on: bool) -> None:
    """Automatic commits on or off, as `%mv_auto` does it."""
    context.notebook.commits.switch_auto(is_on)


def wish(context: PanelContext, params: Params, _request: Request) -> Message:
    """Apply the settings of the user; a store that is opened later gets them before its first commit."""
    if context.preferences.take(auto=params.flag("auto"), settings=params.table("settings")):
        context.push()
    return {}


def live(context: PanelContext, params: Params, _request: Request) -> Message:
    """Remember the notebook as the page has it."""
    context.notebook.live = document.live(params.text("path", ""), params.table("notebook"))
    return {}


def export(context: PanelContext, params: Params, request: Request) -> Message:
    """Write a bundle beside the notebook, or where `path` says. A file that is there is replaced only when asked to."""
    repo = context.repo()
    version = repo[params.text("id")]
    path = path_of(context.notebook.folder, version, params.text("path", ""))
    overwrite = params.flag("overwrite")
    check(path, overwrite=overwrite)
    with replaced(path, overwrite=overwrite) as place:
        bundle.write(repo, version, place, request)
    size_bytes = path.stat().st_size
    shown = views.exported(str(path), size_bytes, version.name)
    return {**context.done(request, first_line(shown)), "path": str(path), "size_bytes": size_bytes}


VARIABLES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "commit": commit,
    "rollback": rollback,
    "undo": undo,
    "redo": redo,
    "switch": switch,
}
"""These change variables: they wait for their turn."""

LABELS: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "tag": tag,
    "untag": untag,
    "note": note,
    "set": set_,
    "auto": auto,
    "live": live,
    "wish": wish,
}
"""These change a ref or a setting: at once."""

FILES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"export": export}
"""These write a file: in a thread of their own."""

WORDS = {
    "commit": "commit",
    "rollback": "rollback",
    "undo": "undo",
    "redo": "redo",
    "switch": "switch of branch",
}
"""What waits, in words."""
