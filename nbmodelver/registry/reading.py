"""Reads registered models, their versions and the histories of their stages from refs and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.checking import settled_by
from nbmodelver.errors import Damaged, UnknownModel, UnknownVersion
from nbmodelver.model import VersionId
from nbmodelver.model.registry import Holding, RegisteredModel, RegisteredVersion
from nbmodelver.registry import addresses
from nbmodelver.repo.core import states
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.core.states import ALIASES, STAGES

if TYPE_CHECKING:
    from nbmodelver.model import Json, Version
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import Deployment, StageMove
    from nbmodelver.registry.addresses import Address
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.core.ref_states import RefState

MODELS = "models/"


def names(store: OpenStore) -> list[str]:
    """Return the names of all registered models, sorted."""
    if not store.moves.has_events:
        return []
    return [ref.removeprefix(MODELS) for ref in store.moves.states(MODELS)]


def require(store: OpenStore, name: str) -> str:
    """Return the name of a registered model. Raises UnknownModel with the nearest name."""
    known = names(store)
    if name in known:
        return name
    if not known:
        raise UnknownModel(f"no model '{name}' is registered", f"register one: %mv_register {name} VERSION")
    raise UnknownModel(
        f"no model '{name}' is registered", nearest(name, known) or f"registered are: {', '.join(known[:20])}"
    )


def versions(store: OpenStore, name: str) -> list[RegisteredVersion]:
    """Return the versions of a model, newest first."""
    about = store.moves.log.about(MODELS + name)
    registering = [e for e in about if e.kind == "register" and any(m.ref == MODELS + name for m in e.moves)]
    return [registered_by(e) for e in registering[::-1]]


def registered_by(event: Event) -> RegisteredVersion:
    """Return the version that a `register` event registered."""
    data = event.data
    return RegisteredVersion(
        event.subject.removeprefix(MODELS),
        str(data["number"]),
        VersionId(str(data["version"])),
        str(event.private.get("variable", "")),
        event.id,
        event.at_utc,
        event.by.shown,
        str(data.get("change", "")),
        str(event.private.get("reason", "")),
    )


def model(store: OpenStore, name: str) -> RegisteredModel:
    """Return a model with its versions, stages, aliases and states. Raises UnknownModel."""
    require(store, name)
    known = versions(store, name)
    every_state = states.states(store)
    described = [e for e in store.moves.log.about(MODELS + name) if e.kind in ("describe", "register")]
    texts = {k: v for e in described for k, v in e.private.items() if k in ("description", "owners")}
    owners = texts.get("owners")
    return RegisteredModel(
        name,
        tuple(known),
        holders(store, STAGES, name),
        holders(store, ALIASES, name),
        {v.number: every_state[v.version] for v in known if v.version in every_state},
        str(texts.get("description", "")),
        tuple(str(o) for o in owners) if isinstance(owners, list) else (),
        diverged=diverged(store, name),
        forced=tuple(s for s in holders(store, STAGES, name) if _is_forced(store, name, s)),
    )


def _is_forced(store: OpenStore, name: str, stage: str) -> bool:
    """True if the present holder of a stage was moved there although gates failed."""
    event = states.event_of(store, _set_by(store, f"{STAGES}{name}/{stage}"))
    return event is not None and bool(event.data.get("forced"))


def _set_by(store: OpenStore, ref: str) -> str:
    state = store.moves.state(ref)
    return state.event if state is not None else ""


def labels(store: OpenStore) -> dict[VersionId, tuple[str, ...]]:
    """Return version -> the stages and aliases that it holds, as "churn@production". Reads refs only."""
    found: dict[VersionId, tuple[str, ...]] = {}
    for prefix in (STAGES, ALIASES):
        for ref, state in store.moves.states(prefix).items():
            model_name, _, holder = ref.removeprefix(prefix).rpartition("/")
            if isinstance(state.value, dict):
                version = VersionId(str(state.value.get("version")))
                found[version] = (*found.get(version, ()), f"{model_name}@{holder}")
    return found


def registrations(store: OpenStore, version: VersionId) -> tuple[str, ...]:
    """Return the addresses under which a version is registered."""
    every = (v for name in names(store) for v in versions(store, name) if v.version == version)
    return tuple(v.address for v in every)


def holders(store: OpenStore, prefix: str, name: str) -> dict[str, str]:
    """Return stage -> number of a model, or alias -> number. prefix: STAGES or ALIASES."""
    found = store.moves.states(f"{prefix}{name}/")
    return {ref.rpartition("/")[2]: _number(state.value) for ref, state in found.items()}


def diverged(store: OpenStore, name: str) -> tuple[str, ...]:
    """Return the stages of a model that two stores moved differently before they were merged."""
    found = []
    for ref in store.moves.states(f"{STAGES}{name}/"):
        about = store.moves.log.about(ref)
        moves = [(e.id, m.since) for e in about for m in e.moves if m.ref == ref]
        replaced = {since for _, since in moves}
        settled = {s for e in about if any(m.ref == ref for m in e.moves) for s in settled_by(e)}
        if len([id_ for id_, _ in moves if id_ not in replaced | settled]) > 1:
            found.append(ref.rpartition("/")[2])
    return tuple(found)


def _number(value: Json) -> str:
    return str(value.get("number", "")) if isinstance(value, dict) else ""


def history(store: OpenStore, name: str, holder: str) -> list[Holding]:
    """Return the holders of a stage or alias of a model, newest first. A time without a holder has no entry."""
    ref = holder_ref(store, name, holder)
    known = {v.number: v for v in versions(store, name)}
    found: list[Holding] = []
    ended = ""
    for event in reversed(store.moves.log.about(ref)):
        move = next((m for m in event.moves if m.ref == ref), None)
        if move is None:
            continue
        registered = known.get(_number(move.after))
        if registered is not None:
            forced = bool(event.data.get("forced"))
            found.append(
                Holding(registered, event.id, event.kind, event.at_utc, event.by.shown, event.why, ended, forced)
            )
        ended = event.at_utc
    return found


def holder_ref(store: OpenStore, name: str, holder: str) -> str:
    """Return the ref of a stage or alias. Raises UnknownModel if the model has neither."""
    folded = holder.casefold()
    for prefix in (STAGES, ALIASES):
        for ref in store.moves.states(f"{prefix}{name}/"):
            if ref.rpartition("/")[2].casefold() == folded:
                return ref
    known = [*holders(store, STAGES, name), *holders(store, ALIASES, name)]
    past = store.moves.log.about(f"{STAGES}{name}/{folded}")
    if past:
        return f"{STAGES}{name}/{folded}"
    raise UnknownModel(
        f"no version of {name} is in stage '{holder}', and no alias has this name",
        nearest(holder, known) or f"move one there: %mv_promote {name} --to {holder} -m WHY",
    )


def resolve(store: OpenStore, text: str) -> RegisteredVersion:
    """Return the registered version of an address. Raises UnknownModel, Damaged for a stage that was edited by hand."""
    address = addresses.parse(text)
    require(store, address.model)
    if address.number:
        return numbered(store, address.model, address.number)
    if address.holder:
        return _held(store, address)
    return versions(store, address.model)[0]


def numbered(store: OpenStore, name: str, number: str) -> RegisteredVersion:
    """Return the version of a model with this number. Raises UnknownModel."""
    known = versions(store, name)
    found = next((v for v in known if v.number == number), None)
    if found is None:
        numbers = [v.number for v in known]
        hint = nearest(number, numbers) or f"versions: {', '.join(numbers[:20])}"
        raise UnknownModel(f"{name} has no version '{number}'", hint)
    return found


def _held(store: OpenStore, address: Address) -> RegisteredVersion:
    past = history(store, address.model, address.holder)
    label = f"{address.model}@{address.holder}"
    if address.day:
        past = [h for h in past if h.since_utc[:10] <= address.day < (h.until_utc[:10] or "9999")]
        if not past:
            raise UnknownModel(f"{label} had no holder on {address.day}", f"see its history: %mv_models {label}")
        return past[0].registered
    ref = holder_ref(store, address.model, address.holder)
    current = store.moves.state(ref)
    if not address.back:
        if current is None:
            raise UnknownModel(f"{label} has no holder now", f"see its history: %mv_models {label}")
        _require_set_by_event(store, ref, current)
        return numbered(store, address.model, _number(current.value))
    if address.back >= len(past):
        raise UnknownModel(f"{label} had only {len(past)} holders", f"see its history: %mv_models {label}")
    return past[address.back].registered


def _require_set_by_event(store: OpenStore, ref: str, state: RefState) -> None:
    """Raise Damaged if no event gave this value to the ref: somebody edited it by hand."""
    event = states.event_of(store, state.event)
    if event is None or not any(m.ref == ref and m.after == state.value for m in event.moves):
        raise Damaged(
            f"{ref} was changed without an event",
            "see what it contradicts: %mv_audit --verify · load by number meanwhile",
        )


def version_of(store: OpenStore, registered: RegisteredVersion) -> Version:
    """Return the version of the store. Follows a purge. Raises UnknownModel if it was forgotten, Damaged."""
    try:
        return store.history.exact(registered.version)
    except UnknownVersion as error:
        raise UnknownModel(f"the data of {registered.address} is gone: {error.message}", error.hint) from None


def registered_of(store: OpenStore, version_id: VersionId) -> list[RegisteredVersion]:
    """Return every registered version of a version of the store."""
    found: list[RegisteredVersion] = []
    for name in names(store):
        known = versions(store, name)
        found += [v for v in known if v.version == version_id or _same(store, v, version_id)]
    return found


def _same(store: OpenStore, registered: RegisteredVersion, version_id: VersionId) -> bool:
    """Return True if a purge replaced the registered version by this one."""
    if store.history.records.exists(registered.version):
        return False
    try:
        return store.history.version(registered.version).id == version_id
    except (UnknownVersion, Damaged):
        return False


def as_json(found: RegisteredModel) -> dict[str, Json]:
    """Return a model as JSON."""
    return {
        "name": found.name,
        "description": found.description,
        "owners": [*found.owners],
        "stages": {**found.stages},
        "aliases": {**found.aliases},
        "diverged": [*found.diverged],
        "forced": [*found.forced],
        "versions": [
            {
                **version_as_json(v),
                "stages": [*found.labels(v.number)],
                "state": found.states[v.number].state if v.number in found.states else "active",
            }
            for v in found.versions
        ],
    }


def version_as_json(found: RegisteredVersion) -> dict[str, Json]:
    """Return a registered version as JSON."""
    return {
        "address": found.address, "number": found.number, "version": found.version, "variable": found.variable,
        "at": found.at_utc, "by": found.by, "change": found.change, "reason": found.reason,
    }  # fmt: skip


def move_as_json(found: StageMove) -> dict[str, Json]:
    """Return a promotion as JSON."""
    return {
        "model": found.model, "stage": found.stage, "forced": found.forced, "dry_run": found.is_dry,
        "after": version_as_json(found.after) if found.after is not None else None,
        "before": version_as_json(found.before) if found.before is not None else None,
        "gates": [{**vars(g)} for g in found.gates],
    }  # fmt: skip


def deployment_as_json(found: Deployment) -> dict[str, Json]:
    """Return a deployment as JSON."""
    return {
        "place": found.place, "address": found.registered.address, "version": found.registered.version,
        "share": found.share_percent, "since": found.since_utc, "until": found.until_utc, "by": found.by,
        "why": found.why, "note": found.note,
    }  # fmt: skip
