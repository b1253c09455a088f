"""Reports for an audit: tables of evidence, the questions that they concern, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.events import Checkpoint
    from nbmodelver.model.versions import Json

REPORT_FORMAT = 1


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: "1 event", "3 events"."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


Cover = Literal["prevented", "visible", "not covered"]
"""prevented: our software refuses it. visible: a record shows it afterwards. not covered: nothing here shows it."""


@dataclass(frozen=True)
class ReportTable:
    """A table of a report. id: its name in the JSON form. note: what the reader has to know. empty: said without rows.

    problem: why the table could not be made, or is incomplete; "" if it is complete.
    """

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    empty: str = "none"
    problem: str = ""


@dataclass(frozen=True)
class RuleAnswer:
    """A question of a rule. evidence: what this report has, source: where it comes from."""

    rule: str
    question: str
    evidence: str
    source: str
    cover: Cover


@dataclass(frozen=True)
class Unknown:
    """A kind of fact that is not known. count: how many, None if they cannot be counted. way_out: how to state them."""

    what: str
    count: int | None
    way_out: str = ""


@dataclass(frozen=True)
class ComplianceReport:
    """The evidence of a store for an audit.

    scope: the model, "" for all. since, until: the first and last day of the events, "" without a limit. damage: what
    the check of the log and of the store found. models, versions, events: their numbers in the scope. bom: CycloneDX.
    state: what the checks of the log and of the store found if they found no damage.
    checkpoint: of the audit log; None if none was written, with the reason in no_checkpoint.
    """

    store: str
    at_utc: str
    software: str
    scope: str
    since: str
    until: str
    models: int
    versions: int
    events: int
    tables: tuple[ReportTable, ...]
    rules: tuple[RuleAnswer, ...]
    not_known: tuple[Unknown, ...]
    damage: tuple[str, ...] = ()
    state: str = "no damage found"
    bom: Mapping[str, Json] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    no_checkpoint: str = ""

    @property
    def unknown_count(self) -> int:
        """The number of facts that are not known, as far as they can be counted."""
        return sum(one.count or 0 for one in self.not_known)

    @property
    def headline(self) -> str:
        """The first line of the report. Damage comes first."""
        about = ", ".join(
            counted(count, noun)
            for count, noun in ((self.models, "model"), (self.versions, "version"), (self.events, "event"))
        )
        uncounted = sum(one.count is None for one in self.not_known)
        unknown = f"not known: {counted(self.unknown_count, 'fact')}, and {uncounted} kinds that cannot be counted"
        if self.damage:
            damage = f"DAMAGED: {counted(len(self.damage), 'problem')}, first: {self.damage[0]}"
            return f"{damage} · {about} · {unknown}"
        return f"{about} · {self.state} · {unknown}"

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form, with everything that the page shows."""
        return {
            "format": REPORT_FORMAT,
            "headline": self.headline,
            "store": self.store,
            "at": self.at_utc,
            "software": self.software,
            "scope": self.scope,
            "since": self.since,
            "until": self.until,
            "damage": list(self.damage),
            "not_known": [{"what": u.what, "count": u.count, "way_out": u.way_out} for u in self.not_known],
            "rules": [{**vars(r)} for r in self.rules],
            "tables": {
                t.id: {
                    "title": t.title, "note": t.note, "problem": t.problem, "columns": list(t.columns),
                    "rows": [list(row) for row in t.rows],
                }
                for t in self.tables
            },
            "checkpoint": self._checkpoint(),
            "bom": dict(self.bom),
        }  # fmt: skip

    def _checkpoint(self) -> Json:
        if self.checkpoint is None:
            return {"missing": self.no_checkpoint}
        found = self.checkpoint
        return {"fingerprint": found.fingerprint, "store": found.store, "events": found.events,
                "heads": list(found.heads), "policy": found.policy, "at": found.at_utc}  # fmt: skip
