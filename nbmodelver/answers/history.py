"""Answers about versions: status, log, show, diff, compare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbmodelver import views
from nbmodelver.actions import background_push, history, remotes
from nbmodelver.actions import compare as actions_compare
from nbmodelver.actions.compare import CompareRequest
from nbmodelver.actions.conditions import CheckFailed, conditions_met
from nbmodelver.actions.pictures import charts_of, write_pictures
from nbmodelver.actions.schedule import kept
from nbmodelver.errors import StoreError, UsageError
from nbmodelver.model import LeakRequest
from nbmodelver.registry import notifications
from nbmodelver.registry.reading import registrations
from nbmodelver.repo import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Chart, Json, Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def _refs(now: history.RefsNow) -> views.RefLabels:
    return views.RefLabels(
        now.head, now.branch, dict(now.branches), dict(now.tags), dict(now.registered), dict(now.tracked)
    )


def status(repo: Repo, _call: Call, _progress: Progress | None) -> Shown:
    """Show the store, without live variables."""
    return views.status(state_of(repo))


def state_of(repo: Repo, **more: Any) -> views.State:
    """Return the part of the status that describes the store."""
    settings: dict[str, Any] = {"live": False, **more}
    settings["notes"] = (*settings.get("notes", ()), *_missed(repo), *_of_remotes(repo))
    head = repo.history.head
    return views.State(
        store=repo.where,
        branch=repo.history.branch,
        head=head,
        findings=repo.findings(head) if head is not None else None,
        versions=repo.history.records.count(),
        stored_bytes=repo.size_bytes(),
        **settings | {"notes": (*settings.get("notes", ()), *notifications.notes())},
    )


def _of_remotes(repo: Repo) -> tuple[str, ...]:
    """Return what is not pushed or not pulled, and why the last push failed. A damaged copy prevents no status."""
    try:
        return tuple(filter(None, (remotes.status_note(repo), background_push.problem_of(repo))))
    except StoreError:
        return ()


def _missed(repo: Repo) -> tuple[str, ...]:
    """Return a sentence for each schedule with a missed or failed run. A damaged log prevents no status."""
    try:
        return tuple(s.missed for s in kept.listed(repo) if s.missed)
    except StoreError:
        return ()


def log(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List the versions, newest or best first."""
    query = Query(where=call["where"], branch=call["branch"], tag=call["tag"], text=call["text"])
    if call["best"] and call["graph"]:
        raise UsageError("--best and --graph cannot be combined", "leave out one of them")
    found = history.log(repo, history.LogRequest(query, call["limit"], call["best"] or "", call["all"]))
    return views.log(
        found.versions,
        _refs(found.refs),
        graph=bool(call["graph"]),
        more=found.more,
        metric=found.metric,
        alarms=found.alarms,
        states=found.states,
        hidden=found.hidden,
    )


def show(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show one version, or some of its values."""
    names = call["names"]
    version = history.version_of(repo, call["version"], "%mv_show HEAD")
    refs = _refs(history.refs(repo))
    held = (*registrations(repo, version.id), *refs.registered.get(version.id, ()))
    return views.show(
        version,
        replace(refs, registered={version.id: held}),
        directions=repo.directions([version]),
        note=repo.history.note(version),
        parent=history.parent_of(repo, version),
        findings=repo.findings(version),
        profiles={n: repo.profile(version, n) for n in names} if names else None,
        cells=() if names else repo.cells(version),
        environment={} if names else repo.environment(version),
        modules={} if names else repo.modules(version),
        about_modules=() if names else repo.modules_of(version).notes,
    )


def diff(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Compare two versions, section by section. Raises CheckFailed if a condition of --fail-on holds."""
    leaks = LeakRequest(tuple(call["group"] or ()), call["time"] or "", call["near_text"])
    key = tuple(c.strip() for c in (call["key"] or "").split(",") if c.strip())
    on, target = (call[name] or "" for name in ("on", "target"))
    request = history.DiffRequest(
        call["a"], call["b"], call["names"], on, target, leaks, key, call["exact"], call["limit"], call["safe"]
    )
    found = history.diff(repo, request)
    if call["plot"]:
        shown = _written(call["plot"], charts_of(found))
    else:
        shown = views.as_json(found, found.to_dict()) if call["json"] else views.diff(found)
    failed = conditions_met(found, call["fail_on"] or "")
    if failed:
        raise CheckFailed(failed, shown)
    return shown


def compare(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show several versions side by side, or write them as a table."""
    request = CompareRequest(call["versions"], call["where"] or "", call["limit"], call["sort"] or "")
    found = actions_compare.compare(repo, request)
    if call["csv"]:
        path = actions_compare.write_csv(call["csv"], found)
        said = views.plural(len(found.versions), "version")
        return views.sentence(f"{said} written to ", views.Span(str(path), "code"), value=path)
    if call["plot"]:
        return _written(call["plot"], found.table.charts)
    if call["json"]:
        data: dict[str, Json] = {"versions": [v.to_dict() for v in found.versions], **found.table.to_dict()}
        return views.as_json(list(found.versions), data)
    return views.compare(
        found.versions,
        found.directions,
        associated=found.table.associated,
        metric=found.table.metric,
        only_differences=call["only_differences"],
    )


def _written(path: str, charts: Sequence[Chart]) -> Shown:
    """Write charts to a file."""
    file, count = write_pictures(path, charts)
    return views.sentence(f"{views.plural(count, 'chart')} written to ", views.Span(str(file), "code"), value=file)
