"""Registers a version under the name of a model, and describes models."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import BadName, NbmodelverError, UnknownName, UsageError
from nbmodelver.kinds.interface import interface
from nbmodelver.model.registry import Registered, RegisteredModel, RegisteredVersion
from nbmodelver.registry import numbers, policy, reading, roles
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.hooks import around
from nbmodelver.store.ref_names import normalized, require_distinct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Json, Version
    from nbmodelver.registry.numbers import Content, Proposal
    from nbmodelver.repo.core.open_store import LoadingStore, OpenStore
    from nbmodelver.repo.core.ref_states import RefState

MOST_TEXT = 20_000
MOST_BASE = 300


@dataclass(frozen=True)
class RegisterRequest:
    """A version to register. variable: the value in the version, "" for its only model. number: "" to propose one.

    metadata: texts by key, such as {"licence.customers": "CC-BY-4.0"}. bases: models that it was made from, as by
    fine-tuning: addresses of this store, or names and revisions of other places ("hf:org/name@3f9c2a1").
    """

    model: str
    revision: str = "HEAD"
    variable: str = ""
    number: str = ""
    why: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    bases: Sequence[str] = ()


def register(store: LoadingStore, request: RegisterRequest) -> Registered:
    """Register a version of the store as a version of a model, and return it with its number.

    Raises BadName for an invalid name or number, UsageError if the value is not clear or is registered already,
    UnknownVersion, UnknownName, ArchivedVersion, RefMoved if another process registered one meanwhile, StoreError.
    """
    store.moves.require_events()
    rules = policy.in_force(store)
    name = valid_name(store, request.model, rules.model_names)
    roles.require(store, rules, "writer", "register a version")
    version = store[request.revision]
    states.require_not_archived(store, version)
    variable = _variable(version, request)
    seen = store.moves.state(reading.MODELS + name)  # Before the versions: what was seen is what is extended.
    known = reading.versions(store, name) if seen is not None else []
    _require_new(known, version, variable)
    before = known[0] if known else None
    content = numbers.Content(version, variable, interface_of(store, version, variable))
    taken = [v.number for v in known]
    proposal = numbers.proposed(rules.numbers, content, _content(store, before), taken)
    number = numbers.valid(rules.numbers, request.number, taken) if request.number else proposal.number
    facts: dict[str, Json] = {"model": name, "number": number, "address": f"{name}/{number}", "variable": variable}
    act = around.of_version("register", version, None, request.why, **facts)
    around.before(store, act)
    _write(store, replace(request, model=name, number=number), content, proposal, seen)
    around.after(store, act)
    return Registered(reading.numbered(store, name, number), version, before)


def _write(
    store: OpenStore, request: RegisterRequest, content: Content, proposal: Proposal, state: RefState | None
) -> None:
    ref, number = reading.MODELS + request.model, request.number
    data: dict[str, Json] = {"number": number, "version": content.version.id, "change": proposal.change}
    private: dict[str, Json] = {
        "variable": content.variable,
        "reason": proposal.reason,
        "interface": dict(content.interface),
        "metadata": dict(request.metadata),
    }
    bases = [_base(store, base) for base in request.bases]
    data |= {"bases": [*bases]} if bases else {}
    with store.exclusive_refs():  # No other kernel forgets the version meanwhile.
        store.history.exact(content.version.id)
        store.moves.run(
            EventDraft("register", ref, request.why, data, private), [Wanted(ref, state, {"newest": number})]
        )


def _base(store: OpenStore, text: str) -> str:
    """Return a base as it is kept: the address with the number, if it is a model of this store."""
    model = text.removeprefix("models:/").partition("/")[0].partition("@")[0]
    if model in reading.names(store):
        return reading.resolve(store, text).address
    if not text.strip() or len(text) > MOST_BASE:
        raise UsageError(f"{text[:40]!r} cannot be a base model", "write an address, or a name and revision")
    return text.strip()


def bases_of(store: OpenStore, registered: RegisteredVersion) -> tuple[str, ...]:
    """Return the base models that were declared at the registration."""
    event = states.event_of(store, registered.event)
    bases = event.data.get("bases") if event is not None else None
    return tuple(map(str, bases)) if isinstance(bases, list) else ()


def valid_name(store: OpenStore, name: str, pattern: str) -> str:
    """Return the name of a model. Raises BadName, with a valid name as hint."""
    name = normalized(name)
    known = reading.names(store)
    if name in known:
        return name
    if not re.fullmatch(pattern, name):
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        hint = f"try: {plain}" if re.fullmatch(pattern, plain) else f"names match {pattern}; the policy can change that"
        raise BadName(f"{name!r} cannot be the name of a model", hint)
    require_distinct(name, known)
    return name


def interface_of(store: LoadingStore, version: Version, variable: str) -> Mapping[str, Any]:
    """Return inputs and outputs of a value, {} if it is not known or the value cannot be loaded here."""
    try:
        values, _ = store.loaded(version, [variable])
        return interface(values[variable])
    except NbmodelverError:
        return {}


def metadata_of(store: OpenStore, registered: RegisteredVersion) -> dict[str, str]:
    """Return the metadata of a registered version: that of its registration and later changes."""
    found: dict[str, str] = {}
    for event in store.moves.log.about(reading.MODELS + registered.model):
        if event.kind in ("register", "describe") and event.data.get("number") == registered.number:
            given = event.private.get("metadata")
            found |= {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    return {key: text for key, text in found.items() if text}


def describe(
    store: OpenStore,
    address: str,
    *,
    description: str | None = None,
    owners: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> RegisteredModel:
    """Set the description and the owners of a model, or the metadata of a version. None: leave it as it is.

    The former texts stay in the log. Raises UnknownModel, UsageError for a text that is too long.
    """
    registered = reading.resolve(store, address)
    policy.require_role(store, "writer", "describe a model")
    private: dict[str, Json] = {}
    if description is not None:
        private["description"] = _text(description)
    if owners is not None:
        private["owners"] = [_text(o) for o in owners]
    if metadata:
        private["metadata"] = {k: _text(v) for k, v in metadata.items()}
    if not private:
        raise UsageError("nothing to change was given", "add --describe TEXT, --owner NAME or --set KEY=TEXT")
    data: dict[str, Json] = {"number": registered.number} if metadata else {}
    store.moves.note(EventDraft("describe", reading.MODELS + registered.model, data=data, private=private))
    return reading.model(store, registered.model)


def _text(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise UsageError(f"the text has {len(text)} characters; the limit is {MOST_TEXT}", "make it shorter")
    return text


def _variable(version: Version, request: RegisterRequest) -> str:
    if request.variable:
        if request.variable not in version.kept:
            raise UnknownName(f"{version.name} has no '{request.variable}'", nearest(request.variable, [*version.kept]))
        return request.variable
    models = [n for n, kept in version.kept.items() if kept.kind == "model"]
    if len(models) == 1:
        return models[0]
    what = f"{len(models)} models ({', '.join(models[:5])})" if models else "no model"
    example = models[0] if models else next(iter(version.kept), "NAME")
    raise UsageError(
        f"{version.name} has {what}", f"name the value: %mv_register {request.model} {version.name} --model {example}"
    )


def _require_new(known: Sequence[RegisteredVersion], version: Version, variable: str) -> None:
    same = next((v for v in known if v.version == version.id and v.variable == variable), None)
    if same is not None:
        raise UsageError(
            f"{version.name} is registered already: {same.address}", f"move it: %mv_promote {same.address} --to STAGE"
        )


def _content(store: OpenStore, before: RegisteredVersion | None) -> Content | None:
    if before is None:
        return None
    event = states.event_of(store, before.event)
    known = event.private.get("interface") if event is not None else None
    version = reading.version_of(store, before)
    return numbers.Content(version, before.variable, known if isinstance(known, dict) else {})
