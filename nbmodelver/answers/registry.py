"""Answers of the registry: register, models, promote, approve, deprecate, archive, deploy, trace, audit, policy."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.errors import BadPolicy, UsageError
from nbmodelver.registry import (
    approvals,
    audit,
    checkpoints,
    checks,
    deployments,
    hooks,
    lifecycle,
    lineage,
    lineage_formats,
    notifications,
    policy,
    promote,
    reading,
    register,
    tracing,
)
from nbmodelver.registry.policy_example import EXAMPLE
from nbmodelver.repo.core.signing import PinnedKeys, SigningKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Json, Progress
    from nbmodelver.model.registry import RegisteredModel
    from nbmodelver.registry.rules import Policy
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


_QUOTED = re.compile(r"""(["']).*\1""", re.DOTALL)


def register_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Register a version under the name of a model."""
    request = register.RegisterRequest(
        call["name"], call["version"], call["model"] or "", call["number"] or "", call["message"],
        texts_of(call["set"]), call["base"],
    )  # fmt: skip
    return views.registered(register.register(repo, request))


def texts_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """Return KEY=TEXT pairs without the quotes that a line needs around a text with spaces."""
    return {key: text[1:-1] if _QUOTED.fullmatch(text) else text for key, text in pairs.items()}


def models(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List the models, show one, or describe it."""
    address = call["address"]
    if call["describe"] is not None or call["owner"] or call["set"]:
        if not address:
            raise UsageError("a model is missing", "name one: %mv_models churn --describe TEXT")
        found = register.describe(
            repo, address, description=call["describe"], owners=call["owner"] or None, metadata=texts_of(call["set"])
        )
        return views.model(found)
    if not address:
        listed = [_with_requests(repo, reading.model(repo, name)) for name in reading.names(repo)]
        return views.as_json(listed, [reading.as_json(m) for m in listed]) if call["json"] else views.models(listed)
    if "@" in address:
        model, _, holder = address.removeprefix("models:/").partition("@")
        reading.require(repo, model)
        return views.holders(address, reading.history(repo, model, holder))
    found = _with_requests(repo, reading.model(repo, reading.resolve(repo, address).model))
    return views.as_json(found, reading.as_json(found)) if call["json"] else views.model(found, every=call["all"])


def _with_requests(repo: Repo, found: RegisteredModel) -> RegisteredModel:
    """Return the model with a sentence for each request that nobody has decided, and for each approval that ended."""
    waiting = tuple(
        f"{a.registered.number} for {a.stage}, asked by {a.by}" for a in approvals.waiting(repo, found.name)
    )
    said = {"withdraw": "withdrew the approval", "refuse": "now refuses"}
    lost = tuple(
        f"{stage} holds {a.registered.number}, and {a.by} {said[a.outcome]} on {a.at_utc[:10]}: {a.why}"
        for stage, a in approvals.lost(repo, found.name)
    )
    return replace(found, waiting=waiting, lost=lost)


def promote_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Promote a version, move back, or move an alias."""
    address, why = call["address"], call["message"]
    if bool(call["to"]) + bool(call["alias"]) + bool(call["back"] and not call["to"]) != 1:
        raise UsageError("one target is needed", "add --to STAGE, --alias NAME or --back")
    if call["alias"] and call["delete"]:
        moved = promote.remove_alias(repo, address, call["alias"], why)
    elif call["alias"]:
        moved = promote.alias(repo, address, call["alias"], why)
    elif call["back"]:
        moved = promote.back(repo, address, call["to"] or "", why, is_dry=call["dry_run"])
    elif call["to"].casefold() == "archived":
        return views.state_changed(lifecycle.archive(repo, address, why, is_dry=call["dry_run"]))
    else:
        request = promote.PromoteRequest(
            address, call["to"], why, is_forced=call["force"], is_dry=call["dry_run"], settles=call["settle"]
        )
        moved = promote.promote(repo, request)
    return views.as_json(moved, reading.move_as_json(moved)) if call["json"] else views.moved(moved)


def approve(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Approve, ask, refuse or withdraw."""
    chosen = [kind for kind in ("request", "refuse", "withdraw") if call[kind]]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} cannot be combined", "give one of them")
    outcome = chosen[0] if chosen else "approve"
    return views.approval(approvals.state(repo, call["address"], call["stage"] or "", outcome, call["message"]))


def check(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show the newest result of a check."""
    version, _ = lifecycle.version_at(repo, call["version"])
    event = checks.latest(repo, version.id, call["name"])
    return views.check_result(event, call["name"], version.name)


def deprecate(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Deprecate a version, or make it active again."""
    address, why, is_dry = call["address"], call["message"], call["dry_run"]
    if call["undo"]:
        return views.state_changed(lifecycle.restore(repo, address, why, is_dry=is_dry))
    return views.state_changed(
        lifecycle.deprecate(repo, address, why, use=call["use"] or "", starts_on=call["start"] or "", is_dry=is_dry)
    )


def archive(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Archive a version, or restore it."""
    change = lifecycle.restore if call["undo"] else lifecycle.archive
    return views.state_changed(change(repo, call["address"], call["message"], is_dry=call["dry_run"]))


def deploy(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Record a deployment or its end, or list what is deployed."""
    address = call["address"]
    if call["end"]:
        ended = deployments.end(repo, address or "", call["message"])
        return views.sentence(views.Span(ended.place, "strong"), f": {ended.registered.address} ended", value=ended)
    if address and not call["to"]:
        raise UsageError("the place is missing", f"add it: %mv_deploy {address} --to PLACE -m WHY")
    if not address:
        current = [d for place in deployments.places(repo) if (d := deployments.current(repo, place)) is not None]
        if call["json"]:
            return views.as_json(current, [reading.deployment_as_json(d) for d in current])
        return views.deployments(current)
    request = deployments.DeployRequest(
        address, call["to"], call["message"], call["note"] or "", call["share"], is_dry=call["dry_run"]
    )
    now, before = deployments.deploy(repo, request)
    return views.deployed(now, before, now.registered.stamp, is_dry=call["dry_run"])


def trace(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Trace a stamp, an address or a version."""
    found = tracing.trace(repo, call["what"])
    return views.as_json(found, tracing.as_json(found)) if call["json"] else views.traced(found)


def lineage_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show the lineage of a registered version or of a variable."""
    found = lineage.lineage(repo, call["address"], call["variable"] or "")
    if call["format"] == "json":
        return views.as_json(found, found.to_dict())
    if call["format"] == "openlineage":
        namespace = f"nbmodelver:{Path(repo.where).parent.name}"
        return views.as_json(found, [*lineage_formats.openlineage(found, namespace)])
    return views.as_json(found, lineage_formats.prov(found)) if call["format"] == "prov" else views.lineage(found)


def audit_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List events, check the log, or write a checkpoint. Raises CheckFailed if a check finds a problem."""
    if call["checkpoint"]:
        return views.checkpoint(checkpoints.make(repo, call["checkpoint"]), call["checkpoint"])
    if call["accept"]:
        count = audit.accept(repo, call["message"])
        said = f"{views.plural(count, 'problem')} accepted for ever · moves work again · refs are as the log states"
        return views.sentence(said, value=count)
    if call["erase"]:
        count = audit.erase(repo, call["erase"], call["message"])
        said = f"texts of {views.plural(count, 'event')} erased · backups and bundles are not reached"
        return views.sentence(said, value=count)
    if call["verify"] or call["against"]:
        found = audit.verify(repo, call["against"])
        shown = views.checked(found)
        if found.problems:
            hint = "nothing moves until an admin accepts it with a reason: %mv_audit --accept -m WHY"
            raise CheckFailed(tuple(p.what for p in found.problems[:5]), shown, hint)
        return shown
    page = audit.page(
        repo,
        audit.AuditRequest(
            call["address"] or "", tuple(call["kind"]), call["who"] or "", call["since"] or "", call["limit"]
        ),
    )
    if call["json"]:
        rows: list[Json] = [{**audit.as_json(e), "unconfirmed": page.unconfirmed.get(e.id, "")} for e in page.events]
        return views.as_json(page, rows)
    return views.audit(page)


def policy_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show the policy or an example, adopt the draft, allow hooks, or send the notifications that wait."""
    action, what = call["action"], call["what"] or ""
    if call["example"]:
        return views.code(EXAMPLE, "example of a policy")
    own = own_keys(call, is_on=bool(repo.settings["sign"]))
    if own is not None:
        return own
    if what and action not in ("allow", "revoke"):
        if action == "adopt":
            raise UsageError(f"adopt puts the draft into force, not '{what}'", policy.where_to_write(repo))
        raise UsageError(f"'{what}' belongs to no action", "write %mv_policy allow FINGERPRINT")
    if call["test"]:
        notifications.try_out(repo, call["test"])
        return views.sentence("a test message was sent to ", views.Span(call["test"], "strong"), value=call["test"])
    if action == "notify":
        return views.notified(notifications.send_now())
    if action == "revoke":
        return views.allowed(hooks.revoke(what))
    if action == "allow":
        return views.allowed([hooks.allow(repo, policy.in_force(repo), what)])
    if action == "adopt":
        adopted, weaker = policy.adopt(repo, call["message"])
        return _policy(repo, adopted, adopted.text, weaker=weaker)
    in_force = policy.in_force(repo)
    try:
        draft = policy.draft(repo)
    except BadPolicy as error:
        return _policy(repo, in_force, None, problem=error.message)
    return _policy(repo, in_force, draft.text if draft is not None else None)


def _policy(repo: Repo, found: Policy, draft: str | None, problem: str = "", weaker: Sequence[str] = ()) -> Shown:
    states, channels = hooks.states(repo, found), notifications.channels(found)
    return views.policy(found.text, draft, problem, weaker, hooks=states, channels=channels, value=found)


def own_keys(call: Call, *, is_on: bool = True) -> Shown | None:
    """Answer a call of `policy` that is about the user's own keys and needs no store; None for any other.

    is_on: the store signs.
    """
    if call["ssh"] and call["action"] != "key":
        raise UsageError("--ssh belongs to the action key", f"%mv_policy key --ssh {call['ssh']}")
    pinned = PinnedKeys()
    for key in call["pin"]:
        pinned.add(key)
    for key in call["unpin"]:
        pinned.remove(key)
    if call["pin"] or call["unpin"]:
        return views.pinned_keys(pinned.all())
    if call["action"] != "key":
        return None
    made = SigningKey().use_openssh(Path(call["ssh"])) if call["ssh"] else SigningKey().create()
    return views.signing_key(made.public, str(SigningKey().path), is_on=is_on)
