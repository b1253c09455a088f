"""The audit log: events and commits in causal order, filters, and the proof that nothing was changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import BadPolicy, Damaged, MissingLibrary, UnknownVersion, UsageError
from nbmodelver.model import VersionId, is_id
from nbmodelver.model.events import EVENT_KINDS, Audit, LogCheck
from nbmodelver.registry import checkpoints, policy, reading
from nbmodelver.registry.policy_reading import parsed
from nbmodelver.repo.core import event_check
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import POLICY, EventDraft
from nbmodelver.repo.core.signing import PinnedKeys
from nbmodelver.repo.core.states import event_of
from nbmodelver.repo.notices import telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nbmodelver.model import Json
    from nbmodelver.model.events import Checkpoint, Event
    from nbmodelver.repo.core.open_store import OpenStore


@dataclass(frozen=True)
class AuditRequest:
    """The events to list. subject: a model or an address, "" for all. kinds, who, since: filters; since is ISO 8601."""

    subject: str = ""
    kinds: tuple[str, ...] = ()
    who: str = ""
    since: str = ""
    limit: int | None = 50


def page(store: OpenStore, request: AuditRequest) -> Audit:
    """Return events, newest first. Damaged ones are left out and counted.

    Raises UsageError for an unknown kind or date, UnknownModel.
    """
    for kind in request.kinds:
        if kind not in EVENT_KINDS:
            raise UsageError(f"there is no kind of event '{kind}'", f"kinds: {', '.join(EVENT_KINDS)}")
    if request.since:
        _require_moment(request.since)
    found: list[Event] = []
    for event in _events(store, request.subject):
        if not _matches(event, request):
            continue
        if request.limit is not None and len(found) == request.limit:
            return _page(store, found, more=True)
        found.append(event)
    return _page(store, found, more=False)


def _page(store: OpenStore, found: list[Event], *, more: bool) -> Audit:
    signed = {str(e.id): keys.verdict(e.signature) for e in found if e.signature is not None}
    log = store.moves.log
    if not store.moves.has_events:
        return Audit(tuple(found), more, 0)
    unconfirmed = {str(id_): log.unconfirmed.remote_of(id_) for id_ in log.unconfirmed.ids() & {e.id for e in found}}
    return Audit(tuple(found), more, log.count(), _names(store, found), signed, len(log.unreadable()), unconfirmed)


def _names(store: OpenStore, events: list[Event]) -> dict[str, str]:
    """Return the names of the versions that events are about, as far as they exist."""
    found: dict[str, str] = {}
    for event in events:
        for id_ in {event.subject.rpartition("/")[2], str(event.data.get("version", ""))}:
            if id_ not in found and is_id(id_):
                with suppress(UnknownVersion, Damaged):
                    found[id_] = store.history.version(VersionId(id_)).name
    return found


def _events(store: OpenStore, subject: str) -> Iterator[Event]:
    if not store.moves.has_events:
        return iter(())
    if not subject:
        return store.moves.log.newest(strict=False)
    registered = reading.resolve(store, subject)
    is_one = "/" in subject.removeprefix("models:/") or "@" in subject
    versions = [registered] if is_one else reading.versions(store, registered.model)
    about = store.moves.log.all_about(reading.MODELS + registered.model)
    kept = {e.id: e for e in about if not is_one or e.data.get("number") == registered.number}
    for version in dict.fromkeys(v.version for v in versions):
        for topic in (f"states/{version}", f"checks/{version}"):
            kept |= {e.id: e for e in store.moves.log.all_about(topic)}
    return iter(sorted(kept.values(), key=lambda e: (e.order, e.id), reverse=True))


def _matches(event: Event, request: AuditRequest) -> bool:
    claims = (event.by.name, event.by.login, event.by.email, event.by.hub, event.by.pseudonym)
    return (
        (not request.kinds or event.kind in request.kinds)
        and (not request.who or request.who.casefold() in (c.casefold() for c in claims))
        and (not request.since or event.at_utc >= request.since)
    )


def erase(store: OpenStore, who: str, why: str) -> int:
    """Remove the name, the addresses and the texts of a person from all events, and write an event that says so.

    who: a name, login, address or pseudonym. The pseudonym, the moves and the order stay, so the log can still be
    verified. Waiting notifications of this user are dropped; copies elsewhere (backups, bundles) are not reached.
    Returns the number of events.
    Raises UsageError without a reason, or if no event is by this person; NotAllowed without the role "admin".
    """
    store.moves.require_events()
    policy.require_role(store, "admin", "erase texts of a person")
    if not why:
        raise UsageError("an erasure needs a reason", "add it: -m WHY")
    found = [e for e in store.moves.log.newest() if _matches(e, AuditRequest(who=who))]
    if not found:
        raise UsageError(f"no event is by '{who}'", "see who acted: %mv_audit")
    texts = frozenset({"who", *(name for e in found for name in e.private)})
    data: dict[str, Json] = {"events": [e.id for e in found], "by": found[0].by.pseudonym}
    store.moves.note(EventDraft("erase", "", why, data))
    with store.backend.lock("fold"):
        store.moves.log.erase([e.id for e in found], texts)
    telling.erase(store, [*{e.by.pseudonym for e in found}], [e.id for e in found])
    return len(found)


def verify(store: OpenStore, against: str | Path | None = None) -> LogCheck:
    """Check every event, chain, ref and signature. against: a checkpoint that the log must extend, see `checkpoints`.

    Raises UsageError for a file that is no checkpoint. Reports damage, raises nothing for it.
    """
    found = check_events(store)
    known = checkpoints.read(store, str(against)) if against is not None else []
    problems = [*found.problems, *(p for one in known for p in checkpoints.contradictions(store, one, found))]
    unknown = _unknown_keys(store, found, known)
    return replace(found, problems=tuple(problems), unknown_keys=unknown, checkpoints=tuple(known))


def _unknown_keys(store: OpenStore, found: LogCheck, known: Sequence[Checkpoint]) -> tuple[str, ...]:
    """Return the keys that signed something although no policy of then lists them, and that the user does not know."""
    trusted = set(PinnedKeys().all())
    with suppress(UsageError, MissingLibrary):
        own = store.moves.signer()
        trusted |= {own.public} if own is not None else set()
    adopted = ""
    with suppress(Damaged):  # The check of the refs reports it.
        state = store.moves.state(POLICY)
        adopted = state.event if state is not None else ""
    signed = [*found.signers, *((adopted, c.key) for c in known if c.key)]
    listed = {id_: _listed(store, id_) for id_ in {policy for policy, _ in signed}}
    return tuple(sorted({key for policy, key in signed if key not in trusted and key not in listed[policy]}))


def _listed(store: OpenStore, policy: str) -> frozenset[str]:
    """Return whom the roles of a policy list. policy: the event that adopted it, "" for none."""
    event = event_of(store, policy) if policy else None
    try:
        people = parsed(str(event.data.get("text", ""))).roles.values() if event is not None else ()
    except BadPolicy:
        return frozenset()
    return frozenset(one for several in people for one in several)


def accept(store: OpenStore, why: str) -> int:
    """Accept the damage of the log, so that moves work again. Returns the number of problems that the event names.

    Raises NotAllowed without the role "admin"; UsageError, Damaged as `event_check.accept`.
    """
    with suppress(BadPolicy):  # Its event may be what is damaged.
        policy.require_role(store, "admin", "accept damage of the log")
    return len(event_check.accept(store, why)[1])


def as_json(event: Event) -> dict[str, Json]:
    """Return an event as JSON for export. Erased texts are missing and counted."""
    person = {k: v for k, v in vars(event.by).items() if v not in ("", None)}
    return {
        "id": event.id, "order": event.order, "at": event.at_utc, "kind": event.kind, "subject": event.subject,
        "by": person, "why": event.why, "data": dict(event.data),
        "moves": [{"ref": m.ref, "from": m.before, "to": m.after} for m in event.moves],
        "writer": event.writer, "sequence": event.sequence, "erased": event.erased,
        "key": event.signature.key if event.signature is not None else "",
        "signature": keys.verdict(event.signature) if event.signature is not None else "",
    }  # fmt: skip


def _require_moment(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no date", "write YYYY-MM-DD, such as 2026-10-01") from None
