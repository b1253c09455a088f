"""Deployments: which version runs where, since when. It records; it moves no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import UnknownModel, UsageError
from nbmodelver.model.registry import Deployment
from nbmodelver.registry import policy, reading
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.hooks import around
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo.core.open_store import OpenStore

DEPLOYMENTS = "deployments/"


@dataclass(frozen=True)
class DeployRequest:
    """A deployment to record. place: the endpoint, such as "scoring-eu"."""

    address: str
    place: str
    why: str = ""
    note: str = ""
    share_percent: float = 100.0
    is_dry: bool = False


def deploy(store: OpenStore, request: DeployRequest) -> tuple[Deployment, Deployment | None]:
    """Record that a version runs at a place. Returns it, and the deployment that it replaces.

    Raises UnknownModel, BadName, ArchivedVersion, UsageError for a version that is there already, RefusedVersion.
    """
    store.moves.require_events()
    registered = reading.resolve(store, request.address)
    version = reading.version_of(store, registered)
    states.require_not_archived(store, version, shown=registered.address)
    policy.require_not_refused(store, registered.address, version)
    if not 0 < request.share_percent <= 100:
        raise UsageError(f"a share of {request.share_percent:g} % is impossible", "give a number up to 100: --share 10")
    place = valid_name(request.place, places(store))
    ref = DEPLOYMENTS + place
    seen = store.moves.state(ref)
    before = current(store, place)
    same = (registered.address, request.share_percent)
    if before is not None and (before.registered.address, before.share_percent) == same:
        raise UsageError(f"{registered.address} is deployed to {place} already", "see: %mv_deploy")
    value: Json = {
        "model": registered.model, "number": registered.number, "version": registered.version,
        "share": str(request.share_percent),
    }  # fmt: skip
    if not request.is_dry:
        private: dict[str, Json] = {"note": request.note} if request.note else {}
        policy.require_role(store, "writer", "record a deployment")
        draft = EventDraft("deploy", reading.MODELS + registered.model, request.why, {"place": place}, private)
        left = before.registered.address if before is not None and before.is_open else None
        act = around.of_version("deploy", version, registered, request.why, to=place, **{"from": left})
        around.before(store, act)
        with store.exclusive_refs():
            reading.version_of(store, registered)
            store.moves.run(draft, [Wanted(ref, seen, value)])
        around.after(store, act)
        now = current(store, place)
        assert now is not None
        return now, before
    return Deployment(place, registered, "", "", request.why, request.note, request.share_percent), before


def end(store: OpenStore, place: str, why: str) -> Deployment:
    """Record that nothing runs at a place any more. Returns what ran there. Raises UsageError, UnknownModel."""
    if not why:
        raise UsageError("the end of a deployment needs a reason", "add it: -m WHY")
    before = current(store, place)
    if before is None:
        known = places(store)
        raise UnknownModel(f"nothing is deployed to '{place}'", nearest(place, known) or f"places: {', '.join(known)}")
    policy.require_role(store, "writer", "end a deployment")
    ref = DEPLOYMENTS + place
    subject = reading.MODELS + before.registered.model
    store.moves.run(EventDraft("undeploy", subject, why, {"place": place}), [Wanted(ref, store.moves.state(ref), None)])
    return before


def places(store: OpenStore) -> list[str]:
    """Return the places where a version runs now."""
    return [ref.removeprefix(DEPLOYMENTS) for ref in store.moves.states(DEPLOYMENTS)] if store.moves.has_events else []


def current(store: OpenStore, place: str) -> Deployment | None:
    """Return what runs at a place now."""
    past = history(store, place)
    return past[0] if past and past[0].is_open else None


def history(store: OpenStore, place: str) -> list[Deployment]:
    """Return what ran at a place, newest first."""
    found: list[Deployment] = []
    ended = ""
    for event in reversed(store.moves.log.about(DEPLOYMENTS + place)):
        deployment = _deployed(store, event, place, ended)
        if deployment is not None:
            found.append(deployment)
        ended = event.at_utc
    return found


def of_version(store: OpenStore, registered: RegisteredVersion) -> list[Deployment]:
    """Return every deployment of a registered version, newest first."""
    about = store.moves.log.about(reading.MODELS + registered.model)
    known = dict.fromkeys(str(e.data.get("place")) for e in about if e.kind == "deploy")
    found = [d for place in known for d in history(store, place) if d.registered.address == registered.address]
    return sorted(found, key=lambda d: d.since_utc, reverse=True)


def _deployed(store: OpenStore, event: Event, place: str, ended: str) -> Deployment | None:
    move = next((m for m in event.moves if m.ref == DEPLOYMENTS + place), None)
    if move is None or not isinstance(move.after, dict):
        return None
    model, number = str(move.after.get("model")), str(move.after.get("number"))
    registered = next((v for v in reading.versions(store, model) if v.number == number), None)
    if registered is None:
        return None
    return Deployment(
        place, registered, event.at_utc, event.by.shown, event.why, str(event.private.get("note", "")),
        float(str(move.after.get("share", "100"))), ended,
    )  # fmt: skip
