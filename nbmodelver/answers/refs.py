"""Answers about tags, branches and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import notes

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def tag(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Set, move, delete or list tags."""
    name = call["name"]
    if not name:
        return views.tags(repo.history.tags())
    if call["delete"]:
        repo.history.delete_tag(name)
        return views.sentence("tag ", views.Span(name, "strong"), " deleted", value=repo.history.tags())
    version = repo.tag(name, call["version"], move=call["move"])
    return views.sentence(views.Span(version.name, "strong"), " is ", views.Span(name, "strong"), value=version)


def branch(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Create, delete or list branches."""
    name = call["name"]
    if not name:
        return views.branches(repo.history.branches(), repo.history.branch)
    if call["delete"]:
        repo.history.delete_branch(name)
        return views.sentence("branch ", views.Span(name, "strong"), " deleted", value=repo.history.branches())
    version = repo.branch(name)
    hint = views.Span(f" · switch to it: %mv_switch {name}", "dim")
    return views.sentence("branch ", views.Span(name, "strong"), f" starts at {version.name}", hint, value=version)


def note(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show or set a note, or accept a finding."""
    finding = call["accept"]
    if finding:
        reason = notes.accept(repo, finding, (call["version"], call["text"]))
        return views.sentence("accepted ", views.Span(finding, "strong"), f": {reason}", value=reason)
    found = notes.note(repo, notes.NoteRequest(call["version"], call["text"]))
    return views.note(found.version, found.note, found.before)
