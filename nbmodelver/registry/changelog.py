"""The changelog of registered models as Markdown: for each version what changed, why, and who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model.event_phrases import what
from nbmodelver.registry.card_formats import escaped
from nbmodelver.registry.report_facts import ReportFacts, ReportRequest, checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json, Version
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo

LATER = {
    "promote": "promoted", "back": "moved back", "alias": "alias", "approve": "approved", "refuse": "refused",
    "withdraw": "approval withdrawn", "request": "approval asked for", "deprecate": "deprecated",
    "undeprecate": "active again", "archive": "archived", "restore": "restored", "deploy": "deployed",
}  # fmt: skip
"""What happened to a version after its registration."""


def entries(repo: Repo, request: ReportRequest) -> list[dict[str, Json]]:
    """Return an entry for each registered version, by model, newest first. Raises UnknownModel, UsageError, Damaged.

    The period limits what happened later, and the versions to those that it registered or in which something happened.
    """
    facts = ReportFacts(repo, checked(repo, request))
    found = []
    for at, one in enumerate(facts.registered):
        before = facts.registered[at + 1] if at + 1 < len(facts.registered) else None
        if before is not None and before.model != one.model:
            before = None
        registration = next(e for e in facts.every_event if e.id == one.event)
        later = [e for e in reversed(facts.events) if e.kind in LATER and _is_of(e, one, facts)]
        if later or facts.is_in_period(registration):
            found.append(_entry(facts, one, before, registration, later))
    return found


def _entry(
    facts: ReportFacts,
    one: RegisteredVersion,
    before: RegisteredVersion | None,
    registration: Event,
    later: list[Event],
) -> dict[str, Json]:
    version = facts.versions.get(one.address)
    old = facts.versions.get(before.address) if before is not None else None
    return {
        "model": one.model, "number": one.number, "at": one.at_utc, "by": one.by, "why": registration.why,
        "change": one.change, "what": one.reason, "after": before.number if before is not None else "",
        "version": one.version, "name": version.name if version is not None else "",
        "message": facts.message(version) if version is not None else "",
        "made_by": facts.author(version) if version is not None else "",
        "metrics": {n: [None if old is None else old.metrics.get(n), v] for n, v in _metrics(version).items()},
        "later": [
            {"at": e.at_utc, "by": e.by.shown, "kind": e.kind, "what": what(e, facts.names), "why": e.why}
            for e in later
        ],
    }  # fmt: skip


def _metrics(version: Version | None) -> dict[str, float]:
    return dict(version.metrics) if version is not None else {}


def _is_of(event: Event, one: RegisteredVersion, facts: ReportFacts) -> bool:
    """Return True if an event is about a registered version."""
    if event.subject == f"models/{one.model}":
        if "number" in event.data:
            return event.data["number"] == one.number
        values = [m.after for m in event.moves if isinstance(m.after, dict)]
        return any(v.get("number") == one.number for v in values)
    version = facts.versions.get(one.address)
    return event.subject in (f"states/{one.version}", f"states/{version.id if version is not None else ''}")


def markdown(found: list[dict[str, Json]], title: str) -> str:
    """Return the entries as Markdown."""
    lines = [f"# {escaped(title)}", ""]
    for entry in found:
        address = f"{entry['model']}/{entry['number']}"
        lines += [f"## {escaped(address)} ({str(entry['at'])[:10]})", ""]
        lines += [f"- {label}: {escaped(text)}" for label, text in _lines(entry) if text]
        lines.append("")
    return "\n".join(lines if found else [*lines, "nothing happened", ""])


def _lines(entry: dict[str, Json]) -> Iterator[tuple[str, str]]:
    after = f" (after {entry['after']})" if entry["after"] else ""
    change = f"{entry['change']}: " if entry["change"] not in ("", "first") else ""
    yield "what", f"{change}{entry['what']}{after}" if entry["what"] else str(entry["change"])
    yield "why", str(entry["why"] or entry["message"])
    made = f", made by {entry['made_by']}" if entry["made_by"] not in ("", entry["by"]) else ""
    yield "who", f"registered by {entry['by']}{made}"
    metrics = entry["metrics"]
    yield "metrics", ", ".join(_metric(n, v) for n, v in metrics.items()) if isinstance(metrics, dict) else ""
    later = entry["later"]
    for event in later if isinstance(later, list) else ():
        if isinstance(event, dict):
            why = f": {event['why']}" if event["why"] else ""
            yield str(event["at"])[:10], f"{LATER[str(event['kind'])]}, {event['what']}, by {event['by']}{why}"


def _metric(name: str, values: Json) -> str:
    before, now = values if isinstance(values, list) else (None, None)
    return f"{name} {now:.6g}" if before is None else f"{name} {before:.6g} -> {now:.6g}"
