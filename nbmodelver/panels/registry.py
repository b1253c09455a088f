"""Handles the requests of a panel about registered models: lists, gates, promotions, approvals and states."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.errors import Damaged, NoStore, UnknownModel, UnknownVersion, UsageError
from nbmodelver.model import Findings
from nbmodelver.model.event_phrases import what
from nbmodelver.panels.export import first_line
from nbmodelver.registry import approvals, audit, lifecycle, policy, promote, reading
from nbmodelver.registry.audit import AuditRequest
from nbmodelver.registry.gates import metrics_in
from nbmodelver.registry.promote import PromoteRequest
from nbmodelver.repo.inspect.findings import known_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import Version
    from nbmodelver.model.events import Audit, Event
    from nbmodelver.model.registry import Approval, Holding, RegisteredModel, RegisteredVersion, StageMove
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params
    from nbmodelver.registry.rules import Policy
    from nbmodelver.repo import Repo
    from nbmodelver.views import Shown

EVENTS = 20
MAX_EVENTS = 1000
"""Events of the audit list in one answer: by default and at most."""
MOST_METRICS = 3
"""Metrics of a version in the answer about a model."""


# -- reading


def models(context: PanelContext, _params: Params, _request: Request) -> Message:
    """Return every registered model in short, and the stages of the policy in its order; nothing without a store."""
    try:
        repo = context.repo()
    except NoStore:
        return {"models": [], "stages": []}
    found = [reading.model(repo, name) for name in reading.names(repo)]
    stages = dict.fromkeys([*policy.in_force(repo).stages, *(stage for m in found for stage in m.stages)])
    return {"models": [_summary(repo, m) for m in found], "stages": [*stages]}


def model(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return a model: versions, waiting requests, holders, and the newest events. Raises UnknownModel."""
    repo = context.repo()
    found = reading.model(repo, params.text("name"))
    limit = params.count("limit", EVENTS, MAX_EVENTS)
    page = audit.page(repo, AuditRequest(found.name, limit=limit))
    rules = policy.in_force(repo)
    stages = list(rules.stages)
    versions = {v.number: _version_of(repo, v) for v in found.versions}
    metrics = _metrics(repo, rules, [v for v in versions.values() if v is not None])
    return {
        "name": found.name,
        "description": found.description,
        "owners": list(found.owners),
        "stages": stages,
        "diverged": list(found.diverged),
        "metrics": metrics,
        "versions": [{**_registered(found, v), **_recorded(repo, versions[v.number], metrics)} for v in found.versions],
        "waiting": [_approval(a) for a in approvals.waiting(repo, found.name)],
        "holders": [
            {"holder": name, "is_stage": name in stages, "holdings": holdings}
            for name in dict.fromkeys([*stages, *found.stages, *found.aliases])
            if (holdings := _holdings(repo, found.name, name))
        ],
        "events": [_event(e, _what(e, page)) for e in page.events],
        "has_more": page.more,
    }


def gates(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return what a promotion would do, with the outcome of every gate. Nothing is moved."""
    repo = context.repo()
    asked = PromoteRequest(params.text("address"), params.text("stage"), is_dry=True)
    return _move(promote.promote(repo, asked))


def way_back(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return what a move back would do. Nothing is moved."""
    return _move(promote.back(context.repo(), params.text("model"), params.text("stage"), "", is_dry=True))


def _what(event: Event, page: Audit) -> str:
    said = what(event, page.names)
    return f"not confirmed by {page.unconfirmed[event.id]}: {said}" if event.id in page.unconfirmed else said


def _summary(repo: Repo, found: RegisteredModel) -> Message:
    newest = found.versions[0]
    return {
        "name": found.name,
        "description": found.description.partition("\n")[0],
        "newest": newest.number,
        "at_utc": newest.at_utc,
        "versions": len(found.versions),
        "stages": dict(found.stages),
        "waiting": len(approvals.waiting(repo, found.name)),
    }


def _version_of(repo: Repo, registered: RegisteredVersion) -> Version | None:
    """Return the version of the store; None if its record is gone or damaged."""
    with suppress(UnknownVersion, Damaged):
        return repo.history.exact(registered.version)
    return None


def _metrics(repo: Repo, rules: Policy, versions: Sequence[Version]) -> list[str]:
    """Return the metrics that matter: of the gates, the default one; else the first of the newest version with any."""
    named = [name for gate in rules.gates if gate.require for name in metrics_in(gate.require, rules)]
    known = dict.fromkeys(name for version in versions for name in version.metrics)
    chosen = [m for m in dict.fromkeys([*named, str(repo.settings["default_metric"])]) if m in known]
    return (chosen or [*known][:1])[:MOST_METRICS]


def _registered(found: RegisteredModel, version: RegisteredVersion) -> Message:
    state = found.states.get(version.number)
    return {
        "address": version.address,
        "number": version.number,
        "variable": version.variable,
        "at_utc": version.at_utc,
        "by": version.by,
        "change": version.change,
        "reason": version.reason,
        "stages": [s for s, number in found.stages.items() if number == version.number],
        "aliases": [a for a, number in found.aliases.items() if number == version.number],
        "state": None if state is None else asdict(state),
    }


def _recorded(repo: Repo, version: Version | None, metrics: Sequence[str]) -> Message:
    """What the record of a version says. Alarms are those that a check found and nobody accepted."""
    if version is None:
        return {"id": "", "version": "", "metrics": {}, "alarms": []}
    found = known_findings(repo, version) or Findings()
    return {
        "id": version.id,
        "version": version.name,
        "metrics": {name: version.metrics[name] for name in metrics if name in version.metrics},
        "alarms": [f.text for f in found.of("alarm")],
    }


def _approval(found: Approval) -> Message:
    return {
        "address": found.registered.address,
        "stage": found.stage,
        "by": found.by,
        "at_utc": found.at_utc,
        "why": found.why,
    }


def _holdings(repo: Repo, name: str, holder: str) -> list[Message]:
    """Return the holders of a stage or alias, newest first; [] if it never had one."""
    try:
        found = reading.history(repo, name, holder)
    except UnknownModel:
        return []
    return [_holding(h) for h in found]


def _holding(found: Holding) -> Message:
    return {
        "number": found.registered.number,
        "kind": found.kind,
        "since_utc": found.since_utc,
        "until_utc": found.until_utc,
        "by": found.by,
        "why": found.why,
        "forced": found.forced,
    }


def _event(event: Event, text: str) -> Message:
    return {
        "at_utc": event.at_utc,
        "kind": event.kind,
        "by": event.by.shown,
        "what": text,
        "why": event.why,
        "forced": bool(event.data.get("forced")),
        "erased": event.erased,
    }


def _move(found: StageMove) -> Message:
    return {
        "stage": found.stage,
        "before": found.before.address if found.before is not None else "",
        "after": found.after.address if found.after is not None else "",
        "gates": [{**asdict(g), "is_met": g.is_met} for g in found.gates],
        "approved_by": list(found.approved_by),
        "notes": list(found.notes),
    }


# -- changing


def promote_(context: PanelContext, params: Params, request: Request) -> Message:
    """Promote a version. Raises GateFailed with every failed gate, RefMoved, ArchivedVersion and others."""
    asked = PromoteRequest(
        params.text("address"),
        params.text("stage"),
        params.text("why"),
        is_forced=params.flag("force"),
        settles=params.flag("settle"),
    )
    return _changed(context, request, lambda repo: views.moved(promote.promote(repo, asked)))


def back(context: PanelContext, params: Params, request: Request) -> Message:
    """Move a stage to its former holder."""
    name, stage, why = params.text("model"), params.text("stage"), params.text("why")
    return _changed(context, request, lambda repo: views.moved(promote.back(repo, name, stage, why)))


def decide(context: PanelContext, params: Params, request: Request) -> Message:
    """Ask for an approval, give it, refuse it or withdraw it."""
    outcome = params.text("outcome")
    if outcome not in approvals.KINDS:
        raise UsageError(f"decide: 'outcome' must be one of {', '.join(approvals.KINDS)}", "reload the page")
    address, stage, why = params.text("address"), params.text("stage"), params.text("why")
    return _changed(context, request, lambda repo: views.approval(approvals.state(repo, address, stage, outcome, why)))


def deprecate(context: PanelContext, params: Params, request: Request) -> Message:
    """Deprecate a version. use: what to use instead. starts_on: the first day."""
    address, why = params.text("address"), params.text("why")
    use, starts_on = params.text("use", ""), params.text("starts_on", "")
    return _changed(
        context,
        request,
        lambda repo: views.state_changed(lifecycle.deprecate(repo, address, why, use=use, starts_on=starts_on)),
    )


def archive(context: PanelContext, params: Params, request: Request) -> Message:
    """Archive a version."""
    address, why = params.text("address"), params.text("why")
    return _changed(context, request, lambda repo: views.state_changed(lifecycle.archive(repo, address, why)))


def restore(context: PanelContext, params: Params, request: Request) -> Message:
    """Make a deprecated or archived version active again."""
    address, why = params.text("address"), params.text("why")
    return _changed(context, request, lambda repo: views.state_changed(lifecycle.restore(repo, address, why)))


def _changed(context: PanelContext, request: Request, change: Callable[[Repo], Shown]) -> Message:
    """Make a change and send the state to all panels."""
    repo = context.repo()
    repo.wait_for_pending()  # A commit in the background comes first.
    return context.done(request, first_line(change(repo)), push=True)


READING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "models": models,
    "model": model,
    "gates": gates,
    "way_back": way_back,
}
"""Handlers that read. Each runs in a thread of its own."""

CHANGING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "promote": promote_,
    "back": back,
    "decide": decide,
    "deprecate": deprecate,
    "archive": archive,
    "restore": restore,
}
"""Handlers that change a stage or a state. They run in the mutation queue, because gates may load values."""

TASK_NAMES = {
    "promote": ("promotion of", "address"),
    "back": ("way back of", "model"),
    "decide": ("decision on", "address"),
    "deprecate": ("deprecation of", "address"),
    "archive": ("archiving of", "address"),
    "restore": ("restoration of", "address"),
}
"""How the page names a waiting request: words, and the parameter that follows them."""
