"""Handles the requests of a panel that only read. They may run at any time, also while a cell runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbmodelver.actions.restore import RollbackRequest
from nbmodelver.comparison.code.roles import roles_of
from nbmodelver.comparison.side_by_side import side_by_side
from nbmodelver.errors import UsageError
from nbmodelver.kernel.cells import assigned_names
from nbmodelver.model import section_to_dict
from nbmodelver.panels import entries
from nbmodelver.panels.export import destination, estimate
from nbmodelver.panels.form import form
from nbmodelver.panels.params import is_metric
from nbmodelver.panels.provenance import blame
from nbmodelver.repo.inspect.change_summaries import summarize_steps
from nbmodelver.repo.inspect.profiles import profile_section

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params

MAX_PAGE = 1000
MAX_COMPARED = 50
MAX_NAMES = 20
MAX_ROWS = 200
"""Rows of a table in one page."""


def hello(context: PanelContext, _params: Params, request: Request) -> Message:
    """Return the state. If the comparison of live variables is slow, it runs in the background and is pushed."""
    return context.state(request.connection, refresh=True, compare=True)


def history(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return a page of the history."""
    cached = context.cached
    offset, limit = params.count("offset", 0, 10**9), params.count("limit", 100, MAX_PAGE)
    if not cached.has_store:
        return {"total": 0, "entries": []}
    labels = cached.labels
    total, found = cached.timeline().page(params.filter(), labels, offset, limit)
    return {"total": total, "entries": [entries.history_entry(v, labels, place) for v, place in found]}


def series(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return a metric, or a numeric parameter, of each version, oldest first. NaN is included."""
    name = params.text("metric")
    if not context.cached.has_store:
        return {"points": []}
    found = context.cached.timeline().found(params.filter(), context.cached.labels)
    values = ((row, row["metrics"].get(name, row["params"].get(name))) for row in reversed(found))
    return {"points": [{"id": r["id"], "number": r["number"], "value": n} for r, n in values if is_metric(n)]}


def version(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return one version with its cells and environment."""
    repo = context.repo()
    found = repo[params.text("id")]
    return entries.full(found, context.cached.labels, repo.cells(found), repo.environment(found))


def profile(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return the profile of one variable of a version."""
    repo = context.repo()
    found = repo[params.text("id")]
    return {"section": section_to_dict(profile_section(repo, found, params.text("name")))}


def inspect(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return the history of one variable, or of those that a cell assigns. Without either, return the names only."""
    timeline = context.cached.timeline() if context.cached.has_store else None
    known = dict.fromkeys(n for row in timeline.rows() for n in row["names"]) if timeline is not None else {}
    live = context.notebook.namespace.names()
    every = {**known, **dict.fromkeys(live)}
    asked: list[str] = []
    if params.has("name"):
        asked = [params.text("name")]
    elif params.has("cell"):
        asked = _assigned_by(context, params.table("cell"), every)
    labels = context.cached.labels
    found = []
    for name in asked[:MAX_NAMES]:
        if timeline is not None and name in known:
            steps = timeline.steps(name)
            summaries = summarize_steps(context.repo(), name, steps)
            messages = [entries.step(s, labels, change) for s, change in zip(steps, summaries, strict=True)]
            found.append({"name": name, "steps": messages})
    return {"found": found, "names": asked if params.has("cell") else sorted(every)}


def _assigned_by(context: PanelContext, cell: dict[str, Any], names: dict[str, None]) -> list[str]:
    """The variables that a cell assigns, and those that the current version has from it."""
    source, cell_id = cell.get("source"), cell.get("id")
    if not isinstance(source, str):
        raise UsageError("inspect: 'cell' must contain its source", "reload the page")
    found = [n for n in assigned_names(source) if n in names]
    head = context.repo().history.head if context.cached.has_store else None
    if head is not None and cell_id:
        cells = context.repo().cells(head)
        found += [
            n
            for n, k in head.kept.items()
            if k.cell is not None and k.cell < len(cells) and cells[k.cell].id == cell_id
        ]
    return list(dict.fromkeys(found))


def diff(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return the differences of two versions, section by section."""
    found = context.repo().diff(params.text("before"), params.text("after"), params.texts("names"))
    return found.to_dict()


def datasets(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return what a model of two versions can be run on: test and validation data first, and names of targets."""
    repo = context.repo()
    before, after = repo[params.text("before")], repo[params.text("after")]
    kept = {**before.kept, **after.kept}
    roles = {**roles_of(before), **roles_of(after)}
    order = {"test": 0, "validation": 1, "train": 3}
    found = [
        {"name": name, "roles": list(roles.get(name, ())), "type": entry.type}
        for name, entry in kept.items()
        if entry.kind == "dataset"
    ]
    found.sort(key=lambda one: min((order[role] for role in one["roles"]), default=2))
    return {"datasets": found}


def rows(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return rows in which a table differs between two versions."""
    found = context.repo().changed_rows(
        params.text("before"),
        params.text("after"),
        params.text("name"),
        params.text("what", "changed"),
        start=params.count("start", 0, 10**9),
        count=params.count("count", 50, MAX_ROWS),
    )
    return found.to_dict()


def compare(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return several versions side by side."""
    repo = context.repo()
    found = [repo[revision] for revision in params.texts("ids")[:MAX_COMPARED]]
    table = side_by_side(found, str(repo.settings["default_metric"]), repo.directions(found))
    return {"versions": [entries.entry(v, context.cached.labels) for v in found], **table.to_dict()}


def plan(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return the plan of a rollback. Nothing is changed."""
    request = RollbackRequest(params.text("id"), params.texts("names"))
    return context.notebook.restores.actions.plan(request).plan.to_dict()


def document(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return the notebook document of a version; None if the version has none."""
    repo = context.repo()
    found = repo[params.text("id")]
    data = repo.notebook(found)
    name = found.notebook_path or "notebook.ipynb"
    return {"notebook": None if data is None else _parsed(data), "name": f"{name.removesuffix('.ipynb')}-{found.name}"}


def _parsed(data: bytes) -> Any:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def commit_form(context: PanelContext, _params: Params, _request: Request) -> Message:
    """Return what the next commit could save."""
    return form(context.notebook)


QUICK: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "hello": hello,
    "history": history,
    "series": series,
}
"""Handlers that run at once, in the thread of the request."""

SLOW: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "version": version,
    "profile": profile,
    "inspect": inspect,
    "blame": blame,
    "diff": diff,
    "datasets": datasets,
    "rows": rows,
    "compare": compare,
    "plan": plan,
    "form": commit_form,
    "document": document,
    "destination": destination,
    "estimate": estimate,
}
"""Handlers that may read much data. Each runs in a thread of its own, so that no other panel waits."""
