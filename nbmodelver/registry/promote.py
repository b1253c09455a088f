"""Moves versions between stages and aliases: promotion with gates, the way back, and aliases."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import GateFailed, RefMoved, UnknownModel, UsageError
from nbmodelver.model.registry import GateResult, StageMove
from nbmodelver.registry import addresses, approvals, gates, policy, reading, roles
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.hooks import around
from nbmodelver.repo.notices import telling
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Json
    from nbmodelver.model.registry import Holding, RegisteredVersion
    from nbmodelver.registry.rules import Policy, StagePolicy
    from nbmodelver.repo import Repo
    from nbmodelver.repo.core.open_store import OpenStore

ARCHIVED = "archived"


@dataclass(frozen=True)
class PromoteRequest:
    """A move to a stage. is_forced: move although gates fail; `why` is then kept with them. is_dry: move nothing.

    settles: the stage diverged when two stores were merged, and this move decides.
    """

    address: str
    stage: str
    why: str = ""
    is_forced: bool = False
    is_dry: bool = False
    settles: bool = False


def promote(repo: Repo, request: PromoteRequest) -> StageMove:
    """Move a registered version to a stage, if every gate passes.

    Raises GateFailed with every failed gate, HookFailed, UnknownModel, UsageError, ArchivedVersion, RefusedVersion,
    NotAllowed without the role, RefMoved if another process moved the stage meanwhile. Nothing was moved then.
    """
    repo.moves.require_events()
    if not request.why and not request.is_dry:
        raise UsageError("a promotion needs a reason", "add it: -m WHY")
    rules = policy.in_force(repo)
    stage = rules.stage(request.stage)
    registered = reading.resolve(repo, request.address)
    ref = f"{states.STAGES}{registered.model}/{stage.name}"
    seen = repo.moves.state(ref)  # Before the gates: what they judged is what is moved.
    before = _holder(repo, registered.model, seen.value if seen else None)
    if before is not None and before.number == registered.number:
        raise UsageError(f"{registered.address} is in {stage.name} already", "choose another version or stage")
    _require_usable(repo, registered, request)
    _require_settled(repo, registered.model, stage, request)
    if not request.is_dry:
        roles.require(repo, rules, "admin" if request.is_forced else "writer", f"move {stage.name}")
    found = gates.results(repo, registered, stage, rules)
    failed = [g for g in found if not g.is_met]
    if failed and not request.is_forced and not request.is_dry:
        telling.of_failed_gates(repo, registered, stage.name, [g.gate for g in failed], request.why)
        raise _refused(registered, stage, found)
    result = StageMove(
        registered.model, stage.name, registered, before, found, _approvers(repo, registered, stage),
        request.why if failed and request.is_forced else "", request.is_dry, _notes(repo, registered, rules),
    )  # fmt: skip
    if not request.is_dry:
        act = _act(repo, "promote", result, request.why)
        around.before(repo, act)
        wanted = [Wanted(ref, seen, _value(registered)), *_leaving(repo, registered, stage, before)]
        data: dict[str, Json] = {
            "number": registered.number,
            "gates": _outcomes(found),
            "forced": [g.gate for g in failed],
        }
        if request.settles:
            data["settles"] = [e.id for e in repo.moves.log.about(ref) if any(m.ref == ref for m in e.moves)]
        _run(repo, EventDraft("promote", reading.MODELS + registered.model, request.why, data), registered, wanted)
        around.after(repo, act)
    return result


def back(repo: Repo, address: str, stage: str, why: str, *, is_dry: bool = False) -> StageMove:
    """Move a stage to its former holder: the one before the event that first set the present holder.

    stage: "" for the last stage of the policy. Gates run only if the policy says back = "gated". Raises UsageError
    if there is no former holder or it cannot be used, and names the one before; UnknownModel, RefMoved, GateFailed.
    """
    repo.moves.require_events()
    parsed = addresses.parse(address)
    rules = policy.in_force(repo)
    reading.require(repo, parsed.model)
    name = rules.stage(stage or parsed.holder or list(rules.stages)[-1])
    if not why and not is_dry:
        raise UsageError("the way back needs a reason", "add it: -m WHY")
    if not is_dry:
        roles.require(repo, rules, "writer", f"move {name.name}")
    ref = f"{states.STAGES}{parsed.model}/{name.name}"
    seen = repo.moves.state(ref)
    present = _holder(repo, parsed.model, seen.value if seen else None)
    if present is None:
        raise UsageError(f"{parsed.model} has no version in {name.name}", f"see: %mv_models {parsed.model}")
    former = _former(repo, parsed.model, name.name, present)
    found: tuple[GateResult, ...] = ()
    if name.back == "gated":
        found = gates.results(repo, former.registered, name, rules)
        if not all(g.is_met for g in found):
            if not is_dry:
                failed = [g.gate for g in found if not g.is_met]
                telling.of_failed_gates(repo, former.registered, name.name, failed, why)
            raise _refused(former.registered, name, found)
    result = StageMove(
        parsed.model, name.name, former.registered, present, is_dry=is_dry,
        notes=(f"its holder until {former.until_utc[:16].replace('T', ' ')}",
               "gates run" if name.back == "gated" else "gates not run again"),
    )  # fmt: skip
    if not is_dry:
        act = _act(repo, "back", result, why)
        around.before(repo, act)
        wanted = [Wanted(ref, seen, _value(former.registered)), *_leaving(repo, former.registered, name, None)]
        data: dict[str, Json] = {"number": former.registered.number, "to": former.event}
        data |= {"gates": _outcomes(found)} if found else {}
        _run(repo, EventDraft("back", reading.MODELS + parsed.model, why, data), former.registered, wanted)
        around.after(repo, act)
    return result


def alias(repo: Repo, address: str, name: str, why: str = "") -> StageMove:
    """Point an alias at a registered version. Raises BadName for the name of a stage, UnknownModel, RefMoved."""
    repo.moves.require_events()
    registered = reading.resolve(repo, address)
    rules = policy.in_force(repo)
    if name.casefold() in rules.stages or name.casefold() == ARCHIVED:
        raise UsageError(f"'{name}' is a stage", f"%mv_promote {registered.address} --to {name} -m WHY")
    roles.require(repo, rules, "writer", f"move the alias {name}")
    known = reading.holders(repo, states.ALIASES, registered.model)
    name = valid_name(name, known)
    ref = f"{states.ALIASES}{registered.model}/{name}"
    seen = repo.moves.state(ref)
    before = _holder(repo, registered.model, seen.value if seen else None)
    states.require_not_archived(repo, reading.version_of(repo, registered), shown=registered.address)
    draft = EventDraft("alias", reading.MODELS + registered.model, why, {"number": registered.number})
    _run(repo, draft, registered, [Wanted(ref, seen, _value(registered))])
    return StageMove(registered.model, name, registered, before)


def remove_alias(repo: Repo, model: str, name: str, why: str = "") -> StageMove:
    """Remove an alias. Raises UnknownModel if it does not exist."""
    ref = f"{states.ALIASES}{reading.require(repo, model)}/{name}"
    policy.require_role(repo, "writer", f"remove the alias {name}")
    seen = repo.moves.state(ref)
    if seen is None:
        known = ", ".join(reading.holders(repo, states.ALIASES, model)) or "none"
        raise UnknownModel(f"{model} has no alias '{name}'", f"aliases: {known}")
    repo.moves.run(EventDraft("alias", reading.MODELS + model, why), [Wanted(ref, seen, None)])
    return StageMove(model, name, None, _holder(repo, model, seen.value))


def _former(repo: Repo, model: str, stage: str, present: RegisteredVersion) -> Holding:
    """Return the holding before the one that first set the present holder, so that two moves back are two steps.

    A move back does not count as a step forward: it continues from where it went to. A version that left the stage and
    came back to it was its own former holder, and is passed over.
    """
    past = reading.history(repo, model, stage)
    at = 0
    while past[at].kind == "back":
        event = states.event_of(repo, past[at].event)
        target = str(event.data.get("to", "")) if event is not None else ""
        at = next((n for n, h in enumerate(past) if h.event == target), at + 1)
    later = list(itertools.dropwhile(lambda h: h.registered.number == present.number, past[at + 1 :]))
    if not later:
        raise UsageError(
            f"{model} had no other version in {stage} before {present.number}",
            f"take it out of use: %mv_archive {present.address} -m WHY",
        )
    _require_return(repo, later, stage)
    return later[0]


def _require_return(repo: Repo, later: Sequence[Holding], stage: str) -> None:
    """Raise UsageError if the former holder is archived, deprecated or forgotten. It names the one before that."""
    why = _unusable(repo, later[0].registered)
    if not why:
        return
    other = next((h.registered for h in later[1:] if not _unusable(repo, h.registered)), None)
    way_out = f"%mv_promote {other.address} --to {stage} -m WHY" if other else ""
    hint = f"move another there: {way_out}" if way_out else "no older one can be used"
    raise UsageError(f"the former holder {later[0].registered.address} {why}", hint)


def _unusable(repo: Repo, registered: RegisteredVersion) -> str:
    try:
        version = reading.version_of(repo, registered)
    except UnknownModel:
        return "was forgotten"
    state = states.state_of(repo, version.id)
    if state is None or (state.state == "deprecated" and not states.is_in_force(state)):
        return ""
    return f"is {state.state}: {state.why}"


def _require_usable(repo: Repo, registered: RegisteredVersion, request: PromoteRequest) -> None:
    version = reading.version_of(repo, registered)
    states.require_not_archived(repo, version, shown=registered.address)
    if not request.is_forced:
        policy.require_not_refused(repo, registered.address, version, "--force -m WHY")


def _require_settled(repo: Repo, model: str, stage: StagePolicy, request: PromoteRequest) -> None:
    if stage.name in reading.diverged(repo, model) and not request.settles:
        raise RefMoved(
            f"two stores moved {model}@{stage.name} to different versions before they were merged",
            f"decide: %mv_promote {request.address} --to {stage.name} --settle -m WHY",
        )


def _outcomes(found: Sequence[GateResult]) -> Json:
    return [[g.gate, g.outcome, g.measured] for g in found]


def _refused(registered: RegisteredVersion, stage: StagePolicy, found: Sequence[GateResult]) -> GateFailed:
    """Return the error that lists every failed gate with its values and the way out."""
    failed = [g for g in found if not g.is_met]
    width = max(len(g.gate) for g in failed)
    lines = [f"  {g.gate.ljust(width)}  {g.measured}".rstrip() + (f"\n    {g.hint}" if g.hint else "") for g in failed]
    count = f"{len(failed)} of {len(found)} gates fail" if len(found) > 1 else "its gate fails"
    return GateFailed(
        f"{registered.address} cannot go to {stage.name}: {count}; nothing was moved\n" + "\n".join(lines),
        "or with a reason: --force -m WHY",
        tuple(found),
    )


def _leaving(
    repo: Repo, registered: RegisteredVersion, stage: StagePolicy, before: RegisteredVersion | None
) -> list[Wanted]:
    """Return the other moves of a promotion: the version leaves its stages, the former holder goes where it should."""
    wanted: dict[str, Wanted] = {}
    for name, number in reading.holders(repo, states.STAGES, registered.model).items():
        if number == registered.number and name != stage.name:
            ref = f"{states.STAGES}{registered.model}/{name}"
            wanted[ref] = Wanted(ref, repo.moves.state(ref), None)
    if before is not None and stage.former and stage.former != stage.name:
        ref = f"{states.STAGES}{registered.model}/{stage.former}"
        wanted[ref] = Wanted(ref, repo.moves.state(ref), _value(before))
    return list(wanted.values())


def _act(repo: Repo, verb: str, move: StageMove, why: str) -> around.Act:
    """Return what the hooks around a move get."""
    assert move.after is not None
    version = reading.version_of(repo, move.after)
    left = None if move.before is None else move.before.address
    return around.of_version(verb, version, move.after, why, stage=move.stage, to=move.after.address, **{"from": left})


def _run(repo: Repo, draft: EventDraft, registered: RegisteredVersion, wanted: Sequence[Wanted]) -> None:
    with repo.exclusive_refs():  # No other kernel forgets the version meanwhile.
        reading.version_of(repo, registered)
        repo.moves.run(draft, wanted)


def _value(registered: RegisteredVersion) -> Json:
    return {"number": registered.number, "version": registered.version}


def _holder(store: OpenStore, model: str, value: Json) -> RegisteredVersion | None:
    if not isinstance(value, dict):
        return None
    return next((v for v in reading.versions(store, model) if v.number == value.get("number")), None)


def _approvers(repo: Repo, registered: RegisteredVersion, stage: StagePolicy) -> tuple[str, ...]:
    return tuple(a.by for a in approvals.all_of(repo, registered, stage.name) if a.counts)


def _notes(repo: Repo, registered: RegisteredVersion, rules: Policy) -> tuple[str, ...]:
    notes = [states.deprecation_note(repo, reading.version_of(repo, registered))]
    about = repo.moves.log.about(reading.MODELS + registered.model)
    if not any(e.kind == "promote" and e.policy == rules.id for e in about):
        notes.append(policy.weakened(repo, rules))
    try:
        own = policy.draft(repo)
    except UsageError as error:
        notes.append(f"the draft of the policy is not used: {error.message}")
    else:
        if own is not None and own.text != rules.text:
            notes.append("the draft of the policy differs from the policy in force and was not used: %mv_policy")
    return tuple(n for n in notes if n)
