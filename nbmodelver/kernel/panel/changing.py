"""What a panel may change: variables (in their turn, see turns.py), and what the store says about versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver import bundle, views
from nbmodelver.errors import NothingToCommit, UsageError
from nbmodelver.kernel import document
from nbmodelver.kernel.panel import entries
from nbmodelver.kernel.panel.export import check, path_of, replaced
from nbmodelver.verbs import Call, find, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.kernel.panel.desk import Desk
    from nbmodelver.kernel.panel.entries import Message
    from nbmodelver.kernel.panel.lines import Request
    from nbmodelver.kernel.panel.params import Params
    from nbmodelver.model import Plan
    from nbmodelver.views import Shown


def first_line(shown: Shown) -> str:
    """What a magic would print, its first line."""
    return views.to_text(shown.document, 400).strip().partition("\n")[0].strip()


# -- variables


def commit(desk: Desk, params: Params, request: Request) -> Message:
    """A new version."""
    names = params.texts("names") if params.has("names") else None
    if names == []:
        raise NothingToCommit("nothing to commit: no name is chosen", "tick at least one")
    labels = {"note": params.text("note", ""), "tag": params.texts("tags")}
    with desk.reporting(request):
        shown = desk.notebook.keep(names, params.text("message", ""), params.metrics(), **labels)
    version = shown.value
    done = desk.done(request, first_line(shown))
    return {**done, "entry": entries.entry(version, desk.shelf.labels), "skipped": entries.skipped(version.skipped)}


def rollback(desk: Desk, params: Params, request: Request) -> Message:
    """Back to a version; the user has seen the plan."""
    words = {**parse("rollback", "HEAD").values, "version": params.text("id"), "names": params.texts("names")}
    return _jumped(desk, request, lambda: desk.notebook.way.rollback(_call("rollback", {**words, "yes": True})))


def undo(desk: Desk, _params: Params, request: Request) -> Message:
    """Take the last rollback back."""
    return _jumped(desk, request, lambda: desk.notebook.way.undo(parse("undo", "")))


def redo(desk: Desk, _params: Params, request: Request) -> Message:
    """Do again what undo took back."""
    return _jumped(desk, request, lambda: desk.notebook.way.redo(parse("redo", "")))


def switch(desk: Desk, params: Params, request: Request) -> Message:
    """To another branch, made first if that is asked for."""
    name = params.text("branch")
    if params.flag("create"):
        desk.repo().branch(name)
    desk.repo().settle()
    with desk.reporting(request):
        shown = desk.notebook.way.switch(_call("switch", {"branch": name}))
    return desk.done(request, f"on branch {name} · {_summary(shown.value)}")


def _jumped(desk: Desk, request: Request, jump: Callable[[], Shown]) -> Message:
    desk.repo().settle()  # A commit in the background comes first.
    with desk.reporting(request):
        shown = jump()
    return {**desk.done(request, _summary(shown.value)), "plan": shown.value.to_dict()}


def _call(verb: str, words: dict[str, Any]) -> Call:
    return Call(find(verb), words)


def _summary(planned: Plan) -> str:
    """A rollback that was done, in one line."""
    changed = [c for c in planned.changes if c.effect not in ("stays", "lost")]
    lost = planned.named("lost")
    facts = [f"back at {planned.version.name}", views.plural(len(changed), "name")]
    facts += [f"{views.size(planned.load_bytes)} loaded"] if planned.load_bytes else []
    facts += [f"{', '.join(lost)} could not come back"] if lost else []
    return " · ".join(facts)


# -- what is said about versions


def tag(desk: Desk, params: Params, request: Request) -> Message:
    """Tag a version."""
    name = params.text("name")
    version = desk.repo().tag(name, params.text("id"), move=params.flag("move"))
    return desk.done(request, f"{version.name} is {name}", tell=True)


def untag(desk: Desk, params: Params, request: Request) -> Message:
    """Remove a tag; its version stays."""
    name = params.text("name")
    desk.repo().history.delete_tag(name)
    return desk.done(request, f"tag {name} removed", tell=True)


def note(desk: Desk, params: Params, request: Request) -> Message:
    """Change a version's note."""
    repo = desk.repo()
    version = repo[params.text("id")]
    repo.history.set_note(version, params.text("note"))
    return desk.done(request, f"note of {version.name} kept", tell=True)


def set_(desk: Desk, params: Params, request: Request) -> Message:
    """Change a setting."""
    key, value = params.text("key"), params.any("value")
    if key == "auto":
        return auto(desk, type(params)("auto", {"on": value}), request)
    if not isinstance(value, (bool, int, float, str)):
        raise UsageError(f"the setting '{key}' cannot be {value!r}", "give a text, a number, or true or false")
    text = ("on" if value else "off") if isinstance(value, bool) else str(value)
    desk.notebook.repo(create=True).settings.set(key, text)
    return desk.done(request, f"{key} is {text}", tell=True)


def auto(desk: Desk, params: Params, request: Request) -> Message:
    """Automatic commits on or off."""
    is_on = params.flag("on")
    set_auto(desk, is_on)
    return desk.done(request, f"automatic commits are {'on' if is_on else 'off'}", tell=True)


def set_auto(desk: Desk, is_on: bool) -> None:
    """Automatic commits on or off, as `%mv_auto` does it."""
    desk.notebook.set_auto(_call("auto", {"state": "on" if is_on else "off"}))


def wish(desk: Desk, params: Params, _request: Request) -> Message:
    """What the user's settings say for every notebook; a store that comes later is told before its first commit."""
    if desk.wishes.take(auto=params.flag("auto"), settings=params.table("settings")):
        desk.push()
    return {}


def live(desk: Desk, params: Params, _request: Request) -> Message:
    """Remember the notebook as the page has it."""
    desk.notebook.live = document.live(params.text("path", ""), params.table("notebook"))
    return {}


def export(desk: Desk, params: Params, request: Request) -> Message:
    """Write a bundle beside the notebook, or where `path` says. A file that is there is replaced only when asked to."""
    repo = desk.repo()
    version = repo[params.text("id")]
    path = path_of(desk.notebook.folder, version, params.text("path", ""))
    overwrite = params.flag("overwrite")
    check(path, overwrite=overwrite)
    with replaced(path, overwrite=overwrite) as place:
        bundle.write(repo, version, place, request)
    size_bytes = path.stat().st_size
    shown = views.exported(str(path), size_bytes, version.name)
    return {**desk.done(request, first_line(shown)), "path": str(path), "size_bytes": size_bytes}


VARIABLES: dict[str, Callable[[Desk, Params, Request], Message]] = {
    "commit": commit,
    "rollback": rollback,
    "undo": undo,
    "redo": redo,
    "switch": switch,
}
"""These change variables: they wait for their turn."""

LABELS: dict[str, Callable[[Desk, Params, Request], Message]] = {
    "tag": tag,
    "untag": untag,
    "note": note,
    "set": set_,
    "auto": auto,
    "live": live,
    "wish": wish,
}
"""These change a ref or a setting: at once."""

FILES: dict[str, Callable[[Desk, Params, Request], Message]] = {"export": export}
"""These write a file: in a thread of their own."""

WORDS = {
    "commit": "commit",
    "rollback": "rollback",
    "undo": "undo",
    "redo": "redo",
    "switch": "switch of branch",
}
"""What waits, in words."""
