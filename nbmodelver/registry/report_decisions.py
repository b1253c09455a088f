"""Tables of a report about decisions and safeguards: approvals, gates, forced acts, accesses, integrity, retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model.event_phrases import what
from nbmodelver.model.reports import ReportTable, counted
from nbmodelver.registry import approvals
from nbmodelver.registry.card_evidence import gates_of, stages_of
from nbmodelver.registry.report_tables import made, minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model.events import Event
    from nbmodelver.registry.report_facts import ReportFacts

MOST_PROBLEMS = 100


def approved(facts: ReportFacts) -> ReportTable:
    """Return every request, approval, refusal and withdrawal of the period, and whether it counts now."""
    columns = ("time", "version", "stage", "said", "by", "why", "counts")

    def rows() -> Iterator[tuple[str, ...]]:
        found = [a for one in facts.registered for a in approvals.all_of(facts.repo, one)]
        times = {(e.at_utc, e.kind) for e in facts.of_kinds(*approvals.KINDS)}
        for one in sorted(found, key=lambda a: a.at_utc, reverse=True):
            if (one.at_utc, one.outcome) in times:
                counts = "" if one.outcome != "approve" else "yes" if one.counts else f"no: {one.why_not}"
                yield (minute(one.at_utc), one.registered.address, one.stage, one.outcome, one.by, one.why, counts)

    note = "Names are claims of Git, JupyterHub or the system, and are not verified."
    return made(ReportTable("approvals", "Approvals", columns, note=note), rows)


def gates(facts: ReportFacts) -> ReportTable:
    """Return the outcome of every gate of the promotions of the period, and the results of checks."""
    columns = ("time", "version", "to stage", "gate", "outcome", "measured", "by")

    def rows() -> Iterator[tuple[str, ...]]:
        for event in facts.of_kinds("promote", "check"):
            start = (minute(event.at_utc), _version(facts, event))
            if event.kind == "check":
                said = str(event.private.get("message", ""))
                outcome = str(event.data.get("outcome", ""))
                yield (*start, "", f"check {event.data.get('name', '')}", outcome, said, event.by.shown)
                continue
            stage = ", ".join(stages_of(event))
            found = list(gates_of(event))
            for gate, outcome, measured in found:
                yield (*start, stage, gate, outcome, measured, event.by.shown)
            if not found:
                yield (*start, stage, "none in force", "", "", event.by.shown)

    note = "A promotion that a gate stopped moves nothing and leaves no event: only forced and passed ones are here."
    return made(ReportTable("gates", "Gates and checks", columns, note=note), rows)


def forced(facts: ReportFacts) -> ReportTable:
    """Return what was forced in the period, with the reason and the gates that failed."""
    columns = ("time", "kind", "version", "by", "why", "failed gates")

    def rows() -> Iterator[tuple[str, ...]]:
        for event in facts.events:
            gates_failed = event.data.get("forced")
            if gates_failed:
                failed = ", ".join(map(str, gates_failed)) if isinstance(gates_failed, list) else ""
                version = _version(facts, event)
                yield (minute(event.at_utc), event.kind, version, event.by.shown, event.why, failed)

    return made(ReportTable("forced", "Forced past a gate or a state", columns), rows)


def accesses(facts: ReportFacts) -> ReportTable:
    """Return the loads, exports and imports that left an event in the period."""
    columns = ("time", "kind", "version", "by", "why")

    def rows() -> Iterator[tuple[str, ...]]:
        for event in facts.of_kinds("access", "export", "import", "push", "pull"):
            yield (minute(event.at_utc), event.kind, _version(facts, event), event.by.shown, event.why)

    note = (
        "Exports, imports, and loads of deprecated and forced uses of archived versions. Other loads leave no event, "
        "and no read of a file by other software does."
    )
    return made(ReportTable("accesses", "Recorded accesses", columns, note=note), rows)


def retention(facts: ReportFacts) -> ReportTable:
    """Return the purges, erasures and forgotten versions of the period, for the whole store."""
    columns = ("time", "kind", "what", "by", "why")

    def rows() -> Iterator[tuple[str, ...]]:
        for event in facts.of_kinds("purge", "erase", "forget", "accept", "repair"):
            yield (minute(event.at_utc), event.kind, _removed(event), event.by.shown, event.why)

    note = (
        "Of the whole store. A purge removes variables from every version and from the files of the store; its event "
        "does not name them. Backups, bundles and clones are not reached."
    )
    return made(ReportTable("retention", "Purges, erasures and forgotten versions", columns, note=note), rows)


def _removed(event: Event) -> str:
    listed = event.data.get("events")
    if event.kind == "erase" and isinstance(listed, list):
        return f"name and texts of {event.data.get('by', '')} in {counted(len(listed), 'event')}"
    replaced = event.data.get("replaced")
    if event.kind == "purge" and isinstance(replaced, dict):
        return f"{counted(len(replaced), 'version')} rewritten without the purged variables"
    count = event.data.get("count")
    return counted(count, "version") if isinstance(count, int) else what(event, {})


def policies(facts: ReportFacts) -> ReportTable:
    """Return the policies that were adopted, newest first, with what became weaker."""
    columns = ("time", "by", "why", "became weaker", "text")

    def rows() -> Iterator[tuple[str, ...]]:
        for event in facts.in_scope:
            if event.kind == "policy":
                weaker = event.data.get("weaker")
                listed = "; ".join(map(str, weaker)) if isinstance(weaker, list) else ""
                yield (minute(event.at_utc), event.by.shown, event.why, listed, str(event.data.get("text", "")))

    empty = "no policy was adopted: promotions had no gates"
    return made(ReportTable("policy", "Policies", columns, note="Of all time.", empty=empty), rows)


def alarms(facts: ReportFacts) -> ReportTable:
    """Return the open and accepted findings about the registered versions, and what was not checked."""
    columns = ("version", "level", "finding", "accepted")

    def rows() -> Iterator[tuple[str, ...]]:
        for address, version in facts.versions.items():
            found = facts.repo.findings(version)
            for one in sorted(found.found, key=lambda f: (bool(f.accepted), f.level)):
                yield (address, one.level, one.text, one.accepted or ("no" if one.level == "alarm" else ""))
            yield from ((address, "not checked", name, "") for name in found.unchecked)

    note = "Leaks of test data and silent regressions, as the checks of a commit or a comparison found them."
    return made(ReportTable("alarms", "Alarms", columns, note=note, empty="no finding is known"), rows)


def integrity(facts: ReportFacts) -> ReportTable:
    """Return the results of the checks of the log and of the store."""
    columns = ("what", "result")

    def rows() -> Iterator[tuple[str, ...]]:
        if not facts.repo.moves.has_events:
            yield "audit log", "this store has no audit log; %mv_gc --upgrade adds one"
        else:
            log = facts.log
            count = f"{counted(log.events, 'event')} of {counted(log.writers, 'writer')}"
            yield "audit log", f"{count}, {'unbroken, refs agree' if not log.problems else 'DAMAGED'}"
            yield from (("audit log", f"{p.what} ({p.object})") for p in log.problems[:MOST_PROBLEMS])
            yield from (("merged stores", f"{ref} was moved differently in two stores") for ref in log.diverged)
            if log.unconfirmed:
                count = counted(log.unconfirmed, "event")
                yield "not confirmed", f"{count} without effect here, not confirmed by the remote: %mv_audit"
        problems = facts.store_problems
        yield "records and packs", f"{counted(len(problems), 'problem')} of the structure; bytes: %mv_verify --full"
        yield from (("records and packs", f"{p.what} ({p.object})") for p in problems[:MOST_PROBLEMS])

    note = (
        "The check finds every changed, missing or reordered event. A log whose end was cut off together with the "
        "refs, or that was rewritten as a whole, is found only against a checkpoint that lies elsewhere."
    )
    return made(ReportTable("integrity", "Integrity", columns, note=note), rows)


def _version(facts: ReportFacts, event: Event) -> str:
    """Return the address or the name of the version that an event is about."""
    if event.subject.startswith("models/") and "number" in event.data:
        return f"{event.subject.removeprefix('models/')}/{event.data['number']}"
    id_ = str(event.data.get("version") or event.subject.rpartition("/")[2])
    return facts.names.get(id_, id_[:12])
