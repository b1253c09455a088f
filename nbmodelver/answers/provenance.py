"""Answers about one variable or metric: its history, its origin, its best version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import history as versions

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def history(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List the versions in which a variable changed."""
    found = repo.name_history(call["name"], limit=call["limit"])
    head = repo.history.head
    return views.name_history(found, head.id if head is not None else None)


def best(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show the best version by a metric."""
    found = versions.best(repo, call["metric"])
    return views.best(found.version, found.metric, found.head, found.better_by)
