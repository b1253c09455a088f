"""Answers about one variable or metric: its history, its origin, its best version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import history as versions
from nbmodelver.errors import UsageError

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


def blame(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show the origin of a variable, or of one cell of a table."""
    name, row, column = call["name"], call["row"], call["column"]
    if call["cell"]:
        if row is None:
            raise UsageError("--cell needs a row and a column", f"write %mv_blame {name} --cell ROW COLUMN")
        return views.cell_blame(repo.cell_blame(name, row, column, call["version"]))
    if row is not None:
        words = " ".join(filter(None, (row, column)))
        hint = f"for another version: --version {row}; for a cell of a table: %mv_blame {name} --cell {words}"
        raise UsageError(f"%mv_blame takes one name, not '{words}' too", hint)
    return views.blame(repo.blame(name, call["version"]))
