"""Proves by signatures, for a reader, that a stage holds a version as the policy demands.

The reader trusts only the public keys that are pinned in the own configuration. They sign policies; a policy names the
keys that sign promotions and approvals. What others wrote into the store counts for nothing without these signatures.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import NotVerified, UnknownModel
from nbmodelver.registry import addresses, approvals, gates, reading, signers
from nbmodelver.registry.policy_reading import parsed
from nbmodelver.repo.core import states
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.intact import LOG
from nbmodelver.repo.core.signing import PinnedKeys

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbmodelver.model import Json, Version
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.registry.rules import Policy, StagePolicy
    from nbmodelver.repo.core.open_store import OpenStore

HOW_TO_PIN = "pin the keys that sign your policies: nbmodelver policy --pin ed25519:BASE64"


def version(store: OpenStore, address: str, registered: RegisteredVersion) -> Version:
    """Return the version of an address, if the promotion to its stage is proven. address: what named it.

    An address with a number is proven by a stage that the version is in now. Raises NotVerified with the first reason,
    MissingLibrary.
    """
    pinned = PinnedKeys().all()
    if not pinned:
        raise NotVerified(f"{registered.address} is not verified: you pinned no public key", HOW_TO_PIN)
    keys.require_library()
    proof = _Proof(store, registered, frozenset(pinned))
    proof.log_is_whole()
    proof.policies_are_signed()
    reasons = []
    for stage in _stages(store, address, registered):
        try:
            return proof.of_stage(stage)
        except NotVerified as error:
            reasons.append(error)
    if reasons:
        raise reasons[0]
    raise proof.refusal("it is in no stage, so no promotion proves it", "load a stage: models:/MODEL@STAGE")


def _stages(store: OpenStore, address: str, registered: RegisteredVersion) -> list[str]:
    """Return the stage of an address, or the stages that its version is in now."""
    found = reading.holders(store, states.STAGES, registered.model)
    holding = [stage for stage, number in found.items() if number == registered.number]
    named = addresses.parse(address)
    if not named.holder or named.back or named.day:
        return holding
    return [s for s in holding if s.casefold() == named.holder.casefold()] or holding


class _Proof:
    """The proof for one version. pinned: the keys of the reader."""

    def __init__(self, store: OpenStore, registered: RegisteredVersion, pinned: frozenset[str]) -> None:
        self._store, self._registered, self._pinned = store, registered, pinned
        self._policies: list[Event] = []
        """The policies that a pinned key signed, oldest first. Others count for nothing."""

    def refusal(self, why: str, hint: str = "") -> NotVerified:
        return NotVerified(f"{self._registered.address} is not verified: {why}", hint or "see: %mv_audit --verify")

    def log_is_whole(self) -> None:
        found = check_events(self._store)
        if found.problems:
            raise self.refusal(f"the log is damaged: {found.problems[0].what} ({found.problems[0].object})")

    def policies_are_signed(self) -> None:
        """Raise NotVerified unless a pinned key signed the policy in force, and admins all acceptances of damage."""
        known = signers.policies(self._store)
        self._policies = [e for e in known if self._is_signed(e, self._pinned)]
        if not self._policies:
            raise self.refusal("no policy is signed by a key that you pinned", "an admin signs it: %mv_policy adopt")
        if known[-1].id != self._policies[-1].id:
            raise self.refusal(f"no key that you pinned signed the policy of {_said(known[-1])}", HOW_TO_PIN)
        admins = self._pinned | _keys_of(self._now, ("admin",))
        for event in self._store.moves.log.about(LOG):
            if event.kind == "accept" and not self._is_signed(event, admins):
                raise self.refusal(f"no admin signed the acceptance of damage by {_said(event)}")

    @property
    def _now(self) -> Policy:
        event = self._policies[-1]
        return parsed(signers.text_of(event), event.id)

    def of_stage(self, name: str) -> Version:
        """Return the version that the stage holds. Raises NotVerified."""
        ref = f"{states.STAGES}{self._registered.model}/{name}"
        if name in reading.diverged(self._store, self._registered.model):
            raise self.refusal(f"two stores moved {name} differently", "settle it: %mv_promote --settle")
        state = self._store.moves.state(ref)
        event = states.event_of(self._store, state.event) if state is not None else None
        if state is None or event is None:
            raise self.refusal(f"the event that set {name} is missing")
        return self._promoted(event, ref, name, state.value)

    def _promoted(self, event: Event, ref: str, name: str, value: Json) -> Version:
        if event.kind not in ("promote", "back") or event.data.get("number") != self._registered.number:
            raise self.refusal(f"it came to {name} without a promotion of its own ({event.kind} of {_said(event)})")
        rules = self._policy_of(event)
        writers = _keys_of(rules, ("writer", "admin")) or _keys_of(rules, rules.roles)
        self._require_signed(event, rules, writers | self._pinned, f"the {event.kind} to {name}")
        stage = rules.stages.get(name)
        if stage is None:
            raise self.refusal(f"the policy has no stage {name}")
        first = self._first(event, ref, value)
        if event.kind == "promote" or stage.back == "gated":
            self._gates_passed(event, stage, rules)
        if first.id != event.id:
            return self._promoted(first, ref, name, value)
        self._approved(rules, stage)
        return self._version(event, value)

    def _first(self, event: Event, ref: str, value: Json) -> Event:
        """Return the promotion to which a move back leads, the event itself for a promotion."""
        if event.kind == "promote":
            return event
        former = states.event_of(self._store, str(event.data.get("to", "")))
        moved = former is not None and any(m.ref == ref and m.after == value for m in former.moves)
        if former is None or not moved or not signers.knows(self._store, event, former):
            raise self.refusal(f"the move back of {_said(event)} leads to no promotion of it")
        return former

    def _policy_of(self, event: Event) -> Policy:
        """Return the policy in force at an event. Raises NotVerified unless it is signed and the newest one then."""
        adopted = next((p for p in self._policies if p.id == event.policy), None)
        if adopted is None:
            raise self.refusal(f"no policy that a pinned key signed was in force at {_said(event)}", "promote it again")
        for other in self._policies[self._policies.index(adopted) + 1 :]:
            if not signers.knows(self._store, other, event):
                raise self.refusal(f"the promotion of {_said(event)} ignores the policy of {_said(other)}")
        return parsed(signers.text_of(adopted), adopted.id)

    def _require_signed(self, event: Event, rules: Policy, allowed: Collection[str], what: str) -> None:
        if not self._is_signed(event, allowed):
            key = f" with {keys.short(event.signature.key)}" if event.signature is not None else ""
            said = f"is signed{key}, which the policy does not list" if key else "is not signed"
            raise self.refusal(f"{what} by {_said(event)} {said}", "the owner of a listed key promotes it again")
        why = signers.why_revoked(self._store, event, self._judging(rules))
        if why:
            raise self.refusal(f"{what} by {_said(event)}: {why}", "promote it again")

    def _is_signed(self, event: Event, allowed: Collection[str]) -> bool:
        signature = event.signature
        return signature is not None and signature.key in allowed and keys.verdict(signature) == "valid"

    def _judging(self, rules: Policy) -> Policy:
        """Return the policy with the revocations of today."""
        now = self._now
        return replace(rules, id=now.id, revoked=tuple(dict.fromkeys([*rules.revoked, *now.revoked])))

    def _gates_passed(self, event: Event, stage: StagePolicy, rules: Policy) -> None:
        if event.data.get("forced"):
            raise self.refusal(f"{_said(event)} forced it past {event.data['forced']}")
        passed = _passed(event.data.get("gates"))
        missing = [label for label in gates.demanded(stage, rules) if label not in passed]
        if missing:
            raise self.refusal(f"the promotion by {_said(event)} does not state that '{missing[0]}' passed")

    def _approved(self, rules: Policy, stage: StagePolicy) -> None:
        for gate in rules.gates_to(stage.name):
            if not gate.approvals:
                continue
            judged = approvals.counted(self._store, self._registered, replace(gate, signed=True), self._judging(rules))
            given = [a for a in judged if a.counts]
            if len(given) < gate.approvals:
                why = "".join(f"; {a.by}: {a.why_not}" for a in judged if not a.counts)
                raise self.refusal(f"{len(given)} of {gate.approvals} approvals for {stage.name} are signed{why}")

    def _version(self, event: Event, value: Json) -> Version:
        """Return the version that the signed event names. The registration must be one that the promoter knew."""
        registration = states.event_of(self._store, self._registered.event)
        if registration is None or not signers.knows(self._store, event, registration):
            raise self.refusal("its promotion does not know its registration", "promote it again")
        expected = value.get("version") if isinstance(value, dict) else None
        try:
            found = reading.version_of(self._store, self._registered)
        except UnknownModel as error:
            raise self.refusal(error.message, error.hint) from None
        if not found.id == expected == self._registered.version:
            why = "its version is not the one that was promoted, as after a purge"
            raise self.refusal(why, "register and promote it again")
        return found


def _passed(rows: Json) -> set[str]:
    """Return the names of the gates that passed, from the rows [name, outcome, measured] of a promotion."""
    found = rows if isinstance(rows, list) else []
    return {str(r[0]) for r in found if isinstance(r, list) and len(r) == 3 and r[1] in ("pass", "first")}


def _keys_of(rules: Policy, roles: Collection[str]) -> frozenset[str]:
    return frozenset(one for role in roles for one in rules.roles.get(role, ()) if keys.is_key(one))


def _said(event: Event) -> str:
    """Return by whom and when, as the event claims."""
    return f"{event.by.shown} on {event.at_utc[:10]}"
