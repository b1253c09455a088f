"""What the tables of a report are made from: the events of a period and the registered versions, each read once.

A damaged log does not stop a report. The events that can still be read are used, and the damage is stated first.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import lines
from nbmodelver.errors import NbmodelverError, StoreError, UnknownModel, UsageError
from nbmodelver.model import VersionId, is_id
from nbmodelver.registry import audit, lineage, reading
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nbmodelver.model import Problem, Version
    from nbmodelver.model.events import Event, LogCheck
    from nbmodelver.model.lineage import Lineage
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo
    from nbmodelver.repo.core.open_store import OpenStore

HIDDEN_AUTHOR = "not shown, as a person was erased from the log"


@dataclass(frozen=True)
class ReportRequest:
    """A report. model: the name of a registered model, "" for all. since, until: days, ISO 8601, "" without a limit."""

    model: str = ""
    since: str = ""
    until: str = ""


def checked(store: OpenStore, request: ReportRequest) -> ReportRequest:
    """Return the request. Raises UnknownModel, UsageError for a day that is none, or a period that ends first."""
    if request.model:
        reading.require(store, request.model)
    for day in filter(None, (request.since, request.until)):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise UsageError(f"'{day}' is no day", "write YYYY-MM-DD, such as 2026-10-01") from None
    if request.since and request.until and request.since > request.until:
        raise UsageError(f"the period ends before it begins: {request.since} to {request.until}", "swap the days")
    return request


class ReportFacts:
    """The events and registered versions in the scope of a report."""

    def __init__(self, repo: Repo, request: ReportRequest) -> None:
        self.repo = repo
        self.request = request

    @cached_property
    def log(self) -> LogCheck:
        """The check of the audit log."""
        return audit.verify(self.repo)

    @cached_property
    def store_problems(self) -> list[Problem]:
        """The problems of the structure of the store, the log apart."""
        return self.repo.reachability.problems(full=False, sample=None, progress=None)

    @cached_property
    def every_event(self) -> list[Event]:
        """All events that can be read, newest first."""
        return readable(self.repo)

    @cached_property
    def in_scope(self) -> list[Event]:
        """The events about the models of the report, of any time, and those about the whole store, newest first.

        Without those that have no effect here, because the remote that brought them does not confirm them.
        """
        name, unconfirmed = self.request.model, self.repo.moves.log.unconfirmed.ids()
        counting = [e for e in self.every_event if e.id not in unconfirmed]
        if not name:
            return counting
        ids = {r.version for r in self.registered} | {v.id for v in self.versions.values()}
        return [e for e in counting if _is_about(e, name, ids)]

    @cached_property
    def events(self) -> list[Event]:
        """The events of the period, newest first."""
        return [e for e in self.in_scope if self.is_in_period(e)]

    def is_in_period(self, event: Event) -> bool:
        """Return True if the day of an event is in the period. The day is a claim of the writer's clock."""
        day, request = event.at_utc[:10], self.request
        return (not request.since or day >= request.since) and (not request.until or day <= request.until)

    def of_kinds(self, *kinds: str) -> list[Event]:
        """Return the events of the period of these kinds, newest first."""
        return [e for e in self.events if e.kind in kinds]

    @cached_property
    def registered(self) -> list[RegisteredVersion]:
        """Every registered version of the scope, by model, newest first."""
        found = [reading.registered_by(e) for e in self.every_event if e.kind == "register"]
        names = dict.fromkeys(sorted(r.model for r in found))
        return [r for n in names for r in found if r.model == n and self.request.model in ("", n)]

    @cached_property
    def versions(self) -> Mapping[str, Version]:
        """Address -> version, for the registered versions whose data is there."""
        found = {}
        for one in self.registered:
            with suppress(UnknownModel, StoreError):
                found[one.address] = reading.version_of(self.repo, one)
        return found

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The names of the models in the scope."""
        return tuple(dict.fromkeys(r.model for r in self.registered))

    @cached_property
    def lineages(self) -> Mapping[str, Lineage]:
        """Address -> lineage of the registered versions, as far as it can be read."""
        found = {}
        for address in self.versions:
            with suppress(NbmodelverError):
                found[address] = lineage.lineage(self.repo, address)
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Id of a version -> its address, else its name, for the versions that events are about."""
        found: dict[str, str] = {version.id: address for address, version in self.versions.items()}
        found |= {r.version: r.address for r in self.registered}
        ids = {i for e in self.events for i in (e.subject.rpartition("/")[2], str(e.data.get("version", "")))}
        for id_ in ids - found.keys():
            if is_id(id_):
                with suppress(NbmodelverError):
                    found[id_] = self.repo.history.version(VersionId(id_)).name
        return found

    def author(self, version: Version) -> str:
        """Return the author in the record of a version.

        Records hold names in clear, which an erasure does not reach. Once a person was erased from the log, only
        authors whom an event still names are shown.
        """
        if version.author in self._named or not any(e.kind == "erase" for e in self.every_event):
            return version.author
        return HIDDEN_AUTHOR

    def message(self, version: Version) -> str:
        """Return the message of a version, "" if its author is not shown."""
        return version.message if self.author(version) == version.author else ""

    @cached_property
    def _named(self) -> frozenset[str]:
        people = [e.by for e in self.every_event]
        return frozenset(claim for p in people for claim in (p.name, p.login, p.email, p.hub) if claim)


def readable(store: OpenStore) -> list[Event]:
    """Return every event that can be read, newest first, also of a damaged log."""
    if not store.moves.has_events:
        return []
    try:
        return list(store.moves.log.newest())
    except StoreError:
        found: dict[str, Event] = {}
        for key, raw in store.moves.log.raw():
            with suppress(StoreError):
                if isinstance(raw, bytes):
                    event = lines.parse(raw, key)
                    found.setdefault(event.id, event)  # Files come first: their texts may be erased.
        return sorted(found.values(), key=lambda e: (e.order, e.id), reverse=True)


def state_of(facts: ReportFacts, version: Version) -> str:
    """Return the state of a version as a phrase. Raises Damaged."""
    state = states.state_of(facts.repo, version.id) if facts.repo.moves.has_events else None
    return states.phrase(state) if state is not None else "active"


def _is_about(event: Event, model: str, versions: Collection[str]) -> bool:
    if event.kind in ("policy", "purge", "erase", "forget", "accept", "repair", "checkpoint"):
        return True
    subject, _, rest = event.subject.partition("/")
    if subject == "models":
        return rest == model
    if rest in versions or event.data.get("version") in versions:
        return True
    return any(m.ref.split("/")[:2] in (["stages", model], ["aliases", model]) for m in event.moves)
