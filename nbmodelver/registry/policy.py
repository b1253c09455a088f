"""The policy of a store: the draft in a file, and the policy in force.

The file `.nbmodelver/policy.toml` is a draft. In force is the text that the last `policy` event adopted.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import BadPolicy, RefusedVersion, UsageError
from nbmodelver.registry import roles
from nbmodelver.registry.policy_reading import parsed
from nbmodelver.registry.rules import Policy
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import POLICY, EventDraft, Wanted
from nbmodelver.repo.core.states import event_of

if TYPE_CHECKING:
    from nbmodelver.model import Json, Version
    from nbmodelver.registry.rules import GatePolicy
    from nbmodelver.repo.core.hook_rules import HookRules
    from nbmodelver.repo.core.open_store import OpenStore

FILE = "policy.toml"
MAX_BYTES = 64 << 10


def in_force(store: OpenStore) -> Policy:
    """Return the policy that was adopted, else the default policy. Raises Damaged if its event is missing."""
    state = store.moves.state(POLICY) if store.moves.has_events else None
    if state is None:
        return Policy()
    event = event_of(store, state.event)
    if event is None:
        raise BadPolicy("the policy in force cannot be read: its event is missing", "see %mv_audit --verify")
    text = str(event.data.get("text", ""))
    return parsed(text, event.id)


def require_not_refused(store: OpenStore, shown: str, version: Version, way_out: str = "") -> None:
    """Raise RefusedVersion if the version is deprecated and the policy refuses the use of such versions.

    shown: names the version in the error. way_out: the option that does it nevertheless.
    """
    state = states.state_of(store, version.id)
    if state is None or state.state != "deprecated" or not states.is_in_force(state):
        return
    if in_force(store).deprecated == "refuse":
        use = f"use {state.use}" if state.use else "choose another version"
        hint = f"{use} · or once: {way_out}" if way_out else use
        raise RefusedVersion(f"{shown} is deprecated since {state.starts_on or state.at_utc[:10]}: {state.why}", hint)


def require_role(store: OpenStore, role: str, what: str) -> None:
    """Raise NotAllowed unless the user has a role of the policy in force. what: names the action in the error."""
    roles.require(store, in_force(store), role, what)


def draft(store: OpenStore) -> Policy | None:
    """Return the policy of the file in the store's folder, None without a file. Raises BadPolicy."""
    path = draft_path(store)
    if path is None or not path.is_file():
        return None
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path} cannot be read: {error}", "write it as UTF-8 text") from None
    if len(raw) > MAX_BYTES:
        raise BadPolicy(f"{path} is larger than {MAX_BYTES >> 10} KiB", "make it shorter")
    return parsed(text)


def draft_path(store: OpenStore) -> Path | None:
    """Return the path of the draft, None for a store that is not a folder."""
    root = store.backend.local_path()
    return None if root is None else Path(root) / FILE


def where_to_write(store: OpenStore) -> str:
    """Return the hint that names the file of the draft."""
    path = draft_path(store)
    if path is None:
        return "a policy needs a store in a folder"
    return f"write it to {path}: see %mv_policy --example"


def adopt(store: OpenStore, why: str) -> tuple[Policy, tuple[str, ...]]:
    """Put the draft into force. Returns it, and what it makes weaker. Raises UsageError without a draft, BadPolicy."""
    new = draft(store)
    if new is None:
        raise UsageError("there is no draft of a policy", where_to_write(store))
    if not why:
        raise UsageError("a new policy needs a reason", "add it: -m WHY")
    before = in_force(store)
    roles.require(store, before, "admin", "adopt a policy")
    weaker = weaknesses(before, new)
    state = store.moves.state(POLICY)
    data: dict[str, Json] = {"text": new.text, "weaker": [*weaker]}
    event = store.moves.run(
        EventDraft("policy", POLICY, why, data), [Wanted(POLICY, state, {"lines": new.text.count("\n")})]
    )
    return parsed(new.text, event.id), weaker


def weaknesses(before: Policy, after: Policy) -> tuple[str, ...]:
    """Return what a new policy no longer demands, one sentence each."""
    found = [text for g in before.gates if g not in after.gates for text in _weaker_gate(g, after)]
    for stage in before.stages.values():
        new = after.stages.get(stage.name)
        if new is not None and stage.sources and set(new.sources or after.stages) - set(stage.sources):
            found.append(f"{stage.name} may be entered from more stages")
    for role, people in before.roles.items():
        more = set(after.roles.get(role, ())) - set(people)
        added = [one for one in more if keys.is_key(one)]
        if role not in after.roles:
            found.append(f"anybody is {role}")
        if more - set(added):
            found.append(f"{len(more) - len(added)} more people are {role}")
        found += [f"the key {keys.short(one)} is {role}" for one in sorted(added)]
    found += [f"the key {keys.short(k)} is no longer revoked" for k in before.revoked if k not in after.revoked]
    if before.deprecated == "refuse" and after.deprecated == "warn":
        found.append("a deprecated version is no longer refused")
    found += _weaker_hooks(before.hook_rules, after.hook_rules)
    if before.metadata and set(before.metadata) - set(after.metadata):
        found.append("less metadata is required")
    return tuple(found)


def _weaker_hooks(before: HookRules, after: HookRules) -> list[str]:
    """Return the hooks before a verb and the notifications that are gone. A hook after a verb stops nothing."""
    gone = [h for h in before.hooks if h.when == "before" and h not in after.hooks]
    found = [f"the hook {h.label} is gone" for h in gone]
    for rule in before.notify:
        kept = {word for n in after.notify if n.channel == rule.channel for word in n.on}
        less = [word for word in rule.on if word not in kept]
        found += [f"'{rule.channel}' is no longer notified of: {', '.join(less)}"] if less else []
    return found


def _weaker_gate(gate: GatePolicy, after: Policy) -> list[str]:
    """Return in what the gate that replaces another one is weaker: "is gone" unless both count approvals."""
    now = next((g for g in after.gates if g.to == gate.to and g.approvals and gate.approvals), None)
    if now is None or replace(now, approvals=0, role="", not_by=(), signed=False) != replace(
        gate, approvals=0, role="", not_by=(), signed=False
    ):
        return [f"gate to {gate.to} is gone: {gate.label}"]
    found = []
    if now.approvals < gate.approvals:
        found.append(f"{now.approvals} instead of {gate.approvals} approvals for {gate.to}")
    if gate.signed and not now.signed:
        found.append(f"approvals for {gate.to} need no signature")
    if now.role != gate.role:
        found.append(f"approvals for {gate.to} come from the role {now.role} instead of {gate.role}")
    return found + [f"the {who} may approve for {gate.to}" for who in gate.not_by if who not in now.not_by]


def weakened(store: OpenStore, rules: Policy) -> str:
    """Return who weakened the policy in force, when and how; "" if it was not weakened."""
    event = event_of(store, rules.id) if rules.id else None
    weaker = event.data.get("weaker") if event is not None else None
    if event is None or not isinstance(weaker, list) or not weaker:
        return ""
    return f"{event.by.shown} weakened the policy on {event.at_utc[:10]}: {'; '.join(map(str, weaker))}"
