"""Approvals: asked for, given, refused and withdrawn, each bound to a version, a stage and the policy in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.model.registry import Approval
from nbmodelver.registry import policy, reading, roles, signers
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import POLICY, EventDraft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model.events import Event, Person
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.registry.rules import GatePolicy, Policy
    from nbmodelver.repo.core.open_store import OpenStore

KINDS = ("request", "approve", "refuse", "withdraw")


def state(store: OpenStore, address: str, stage: str, outcome: str, why: str) -> Approval:
    """Ask for an approval, or give, refuse or withdraw one, and return it.

    outcome: one of KINDS. stage: "" for the last stage of the policy. Raises UnknownModel, ArchivedVersion, UsageError
    without a reason, or for a withdrawal of an approval that was not given.
    """
    registered = reading.resolve(store, address)
    rules = policy.in_force(store)
    name = rules.stage(stage or list(rules.stages)[-1]).name
    version = reading.version_of(store, registered)
    states.require_not_archived(store, version, shown=registered.address)
    if outcome != "request" and not why:
        raise UsageError("a decision needs a reason", "add it: -m WHY")
    me = store.moves.person()
    own = [e for e in events(store, registered, name) if same_person(e.by, me)]
    if outcome == "withdraw" and (not own or own[-1].kind != "approve"):
        raise UsageError(
            f"you have not approved {registered.address} for {name}",
            f"see what was said: %mv_models {registered.address}",
        )
    data = {"number": registered.number, "version": registered.version, "stage": name}
    store.moves.note(EventDraft(outcome, reading.MODELS + registered.model, why, data))
    return all_of(store, registered, name)[-1]


def events(store: OpenStore, registered: RegisteredVersion, stage: str) -> list[Event]:
    """Return the events about approvals of a version for a stage, oldest first."""
    about = store.moves.log.about(reading.MODELS + registered.model)
    return [
        e
        for e in about
        if e.kind in KINDS
        and (e.data.get("number"), e.data.get("version")) == (registered.number, registered.version)
        and (not stage or e.data.get("stage") == stage)
    ]


def all_of(store: OpenStore, registered: RegisteredVersion, stage: str = "") -> list[Approval]:
    """Return every statement about a version, oldest first, with whether it counts now. stage: "" for all."""
    judging = _Judging(store, registered, events(store, registered, stage), policy.in_force(store))
    return [judging.approval(event) for event in judging.found]


def counted(store: OpenStore, registered: RegisteredVersion, gate: GatePolicy, rules: Policy) -> list[Approval]:
    """Return the approvals for a gate, oldest first. Those that do not count say why."""
    judging = _Judging(store, registered, events(store, registered, gate.to), rules, gate)
    return [judging.approval(e) for e in judging.found if e.kind == "approve"]


def waiting(store: OpenStore, name: str) -> list[Approval]:
    """Return the requests of a model that nobody has decided yet."""
    found = []
    for registered in reading.versions(store, name):
        for event in events(store, registered, ""):
            later = [e for e in events(store, registered, str(event.data["stage"])) if e.order > event.order]
            if event.kind == "request" and not any(e.kind in ("approve", "refuse") for e in later):
                found.append(_plain(registered, event))
    return found


def lost(store: OpenStore, name: str) -> list[tuple[str, Approval]]:
    """Return stage and statement for each approval that was withdrawn or refused after its version came to the stage.

    Nothing moves by itself then.
    """
    found = []
    for stage in reading.holders(store, states.STAGES, name):
        holding = reading.history(store, name, stage)[0]
        promoted = states.event_of(store, holding.event)
        said = events(store, holding.registered, stage)
        for event in said:
            given = any(e.order < event.order and e.kind == "approve" and is_same(e, event) for e in said)
            is_later = promoted is not None and event.order > promoted.order
            if given and is_later and event.kind in ("withdraw", "refuse"):
                found.append((stage, _plain(holding.registered, event)))
    return found


@dataclass(frozen=True)
class _Judging:
    """Decides which approvals of a version count.

    gate: the gate that asks; None for the one of the policy for the stage of each approval, if there is one.
    """

    store: OpenStore
    registered: RegisteredVersion
    found: Sequence[Event]
    rules: Policy
    gate: GatePolicy | None = None

    def approval(self, event: Event) -> Approval:
        why_not = self._why_not(event) if event.kind == "approve" else ""
        counts = event.kind == "approve" and not why_not
        return replace(_plain(self.registered, event), counts=counts, why_not=why_not)

    def _why_not(self, event: Event) -> str:
        """Return why an approval does not count, "" if it counts."""
        stage = event.data.get("stage")
        later = [e for e in self.found if e.order > event.order and e.data.get("stage") == stage]
        own = [e for e in later if is_same(e, event)]
        if any(e.kind in ("refuse", "withdraw") for e in own):
            return "it was withdrawn later"
        gate = self.gate or next((g for g in self.rules.gates_to(str(stage)) if g.approvals), None)
        again = [e for e in own if e.kind == "approve"]
        if gate is not None and gate.signed:  # An unsigned approval does not replace a signed one.
            again = [e for e in again if not signers.why_not(self.store, e, self.rules, gate.role)]
        if again:
            return "the same person approved again later"
        not_by = gate.not_by if gate is not None else ("author",)
        if "author" in not_by and self._is_author(event):
            return "the author of the version does not count"
        requests = [e for e in self.found if e.kind == "request"]
        if "requester" in not_by and any(is_same(e, event) for e in requests):
            return "who asked for the approval does not count"
        role = gate.role if gate is not None else "approver"
        if gate is not None and gate.signed:
            return signers.why_not(self.store, event, self.rules, role)
        people = self.rules.roles.get(role)
        fine = people is None or roles.has(event, people, self.rules.revoked)
        return "" if fine else f"{event.by.shown} is no {role}"

    def _is_author(self, event: Event) -> bool:
        """Return True if the person registered the version, is named as author of its record, or signs with its key.

        The key of the author is known from what the author signed about the model, or from a policy.
        """
        made, by = states.event_of(self.store, self.registered.event), event.by
        if made is not None and same_person(made.by, by):
            return True
        log = self.store.moves.log
        about = [*log.about(reading.MODELS + self.registered.model), *log.about(POLICY)]
        if made is not None and any(same_person(made.by, e.by) and _same_key(e, event) for e in about):
            return True
        author = reading.version_of(self.store, self.registered).author
        return bool(author) and author in (by.name, by.login, by.email, by.hub)


def _plain(registered: RegisteredVersion, event: Event) -> Approval:
    key = event.signature.key if event.signature is not None else ""
    return Approval(
        registered, str(event.data.get("stage", "")), event.kind, event.by.shown, event.at_utc, event.why, key=key
    )


def same_person(one: Person, other: Person) -> bool:
    """Return True if two people are the same: one pseudonym, or one login and user id on one host."""
    if one.pseudonym == other.pseudonym:
        return True
    known = bool(one.login) and one.uid is not None
    return known and (one.login, one.uid, one.host) == (other.login, other.uid, other.host)


def is_same(one: Event, other: Event) -> bool:
    """Return True if two events are by the same person, as claimed, or signed with the same key."""
    return same_person(one.by, other.by) or _same_key(one, other)


def _same_key(one: Event, other: Event) -> bool:
    return one.signature is not None and other.signature is not None and one.signature.key == other.signature.key
