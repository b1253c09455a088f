"""Answers about pointer files in Git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import git as acts
from nbmodelver.errors import MergeConflict, UsageError

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

_MERGED = 3
"""Git passes three files to a merge driver: base, ours, theirs."""


def git(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List, write, check, offer or merge pointers, or install hooks."""
    action, files = call["action"], [Path(f) for f in call["files"] or ()]
    folder = Path.cwd()
    if action not in ("write", "merge") and files:
        raise UsageError(f"{action or 'git'} takes no files", "leave them out")
    if action == "write":
        path = acts.write_pointer(repo, files[0] if files else None)
        return views.sentence(views.Span(path.name, "code"), f" points to {_head(repo)}", value=path)
    if action == "install":
        done = acts.install(folder)
        return views.hooks_installed(done.written, done.foreign, done)
    if action == "check":
        return views.notes(list(acts.warnings(repo, folder)), "every pointer can be followed")
    if action == "offer":
        return views.notes(list(acts.offers(repo, folder)), "the notebook stands where this commit of Git points")
    if action == "merge":
        return _merge(repo, files)
    found = acts.states(repo, folder)
    rows = acts.described(found)
    if call["json"]:
        return views.as_json(found, [{"file": f, "version": v, "state": s} for f, v, s in rows])
    return views.pointers(rows, found)


def _head(repo: Repo) -> str:
    head = repo.history.head
    return head.name if head is not None else ""


def _merge(repo: Repo, files: list[Path]) -> Shown:
    if len(files) != _MERGED:
        said = "merge takes three files: base, ours and theirs"
        raise UsageError(said, "it is a merge driver: nbmodelver git merge %O %A %B")
    if not acts.merge_files(repo, files[1], files[2]):
        raise MergeConflict(
            "both sides point to versions that do not lead to each other",
            "merge the versions, then write the pointer: %mv_merge, %mv_git write",
        )
    return views.sentence("merged", value=files[1])
