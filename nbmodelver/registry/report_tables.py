"""Tables of a report about what there is: models, holders of stages, data, changes, deployments, states, packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError
from nbmodelver.model.cards import NOT_STATED
from nbmodelver.model.event_phrases import what
from nbmodelver.model.reports import ReportTable
from nbmodelver.registry import deployments, reading, statements
from nbmodelver.registry.card_evidence import rows_of
from nbmodelver.registry.register import metadata_of
from nbmodelver.registry.report_facts import state_of
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbmodelver.model import Json
    from nbmodelver.model.events import Event
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.registry.report_facts import ReportFacts

GONE = "its data is gone"


def made(table: ReportTable, rows: Callable[[], Iterable[tuple[str, ...]]]) -> ReportTable:
    """Return the table with the rows; if they cannot be read, with those before the error, and with the error."""
    found: list[tuple[str, ...]] = []
    problem = ""
    try:
        for row in rows():
            found.append(row)  # noqa: PERF402  # The rows before an error are kept.
    except NbmodelverError as error:
        problem = f"incomplete: {error.message}"
    return ReportTable(table.id, table.title, table.columns, tuple(found), table.note, table.empty, problem)


def minute(at_utc: str) -> str:
    """Return a time up to the minute, in UTC."""
    return at_utc[:16].replace("T", " ")


def inventory(facts: ReportFacts) -> ReportTable:
    """Return every registered version with its stages and state now."""
    columns = ("version", "of", "registered", "by", "why", "number because", "stages", "state", "made by")

    def rows() -> Iterator[tuple[str, ...]]:
        reasons: dict[str, str] = {e.id: e.why for e in facts.every_event}
        for one in facts.registered:
            version = facts.versions.get(one.address)
            why = reasons.get(one.event) or (facts.message(version) if version is not None else "")
            labels = reading.model(facts.repo, one.model).labels(one.number)
            yield (
                one.address, version.name if version is not None else GONE, minute(one.at_utc), one.by,
                why, one.reason, ", ".join(labels),
                state_of(facts, version) if version is not None else "", facts.author(version) if version else "",
            )  # fmt: skip

    note = "As of now, whatever the period."
    return made(ReportTable("inventory", "Inventory", columns, note=note, empty="no model is registered"), rows)


def holders(facts: ReportFacts) -> ReportTable:
    """Return who held each stage and alias, since when, until when."""
    columns = ("stage", "version", "from", "until", "by", "why", "forced")

    def rows() -> Iterator[tuple[str, ...]]:
        for ref in sorted({m.ref for e in facts.in_scope for m in e.moves}):
            kind, _, rest = ref.partition("/")
            model, _, holder = rest.partition("/")
            if kind not in ("stages", "aliases") or model not in facts.models:
                continue
            for held in _history(facts, ref):
                yield (f"{model}@{holder}", *held)

    return made(ReportTable("holders", "Holders of stages and aliases", columns, note="Of all time."), rows)


def _history(facts: ReportFacts, ref: str) -> Iterator[tuple[str, ...]]:
    """Yield the holders of a ref, newest first, from the events that can be read."""
    ended = ""
    for event in facts.in_scope:
        move = next((m for m in event.moves if m.ref == ref), None)
        if move is None:
            continue
        if isinstance(move.after, dict):
            number = str(move.after.get("number", ""))
            forced = "forced" if event.data.get("forced") else ""
            yield number, minute(event.at_utc), minute(ended) or "now", event.by.shown, event.why, forced
        ended = event.at_utc


def data(facts: ReportFacts) -> ReportTable:
    """Return each content of each dataset with the models that it went into, and who used it."""
    columns = (
        "dataset", "digest", "rows", "personal data", "legal basis", "licence", "retention", "used for",
        "registered by", "committed by",
    )  # fmt: skip
    note = (
        "'cell' means that a cell read the data and made the model; 'kept' means that the version has the data and no "
        "cell shows its use. Of registered versions only."
    )

    def rows() -> Iterator[tuple[str, ...]]:
        for (name, digest), uses in _uses(facts).items():
            stated = statements.of_data(facts.repo, name)
            version = facts.versions[uses[0][0].address]
            licences = {t for r, _ in uses if (t := metadata_of(facts.repo, r).get(f"licence.{name}"))}
            licence = ", ".join(sorted(licences)) or stated.get("licence", NOT_STATED)
            count = rows_of(facts.repo, version, name) if name in version.kept else 0
            yield (
                name, digest[:12], f"{count:,}" if count else "not known", stated.get("personal_data", NOT_STATED),
                stated.get("legal_basis", NOT_STATED), licence, stated.get("retention", NOT_STATED),
                ", ".join(f"{r.address} ({how})" for r, how in uses), _distinct(r.by for r, _ in uses),
                _distinct(facts.author(facts.versions[r.address]) for r, _ in uses),
            )  # fmt: skip

    return made(ReportTable("data", "Data used, and by whom", columns, note=note, empty="no dataset is known"), rows)


def _distinct(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(n for n in names if n))


def _uses(facts: ReportFacts) -> Mapping[tuple[str, str], list[tuple[RegisteredVersion, str]]]:
    """Return (name, digest) of a dataset -> the registered versions that used it, and how that is known."""
    found: dict[tuple[str, str], list[tuple[RegisteredVersion, str]]] = {}
    for one in facts.registered:
        version = facts.versions.get(one.address)
        if version is None:
            continue
        uses = {(n, str(k.digest)): "kept" for n, k in version.kept.items() if k.kind == "dataset"}
        if one.address in facts.lineages:
            nodes = [n.id for n in facts.lineages[one.address].nodes if n.kind == "dataset"]
            uses |= {(name, digest): "cell" for name, _, digest in (n[6:].rpartition(":") for n in nodes)}
        for key, how in uses.items():
            found.setdefault(key, []).append((one, how))
    return found


def datasets(facts: ReportFacts) -> list[str]:
    """Return the names of the datasets that registered versions used, sorted."""
    return sorted({name for name, _ in _uses(facts)})


def changes(facts: ReportFacts) -> ReportTable:
    """Return every event of the period: what, why, who."""
    columns = ("time", "by", "kind", "what", "why")
    rows = (
        (minute(e.at_utc), e.by.shown, e.kind, _what(e, facts), _said(e))
        for e in facts.events
        if e.kind not in ("access", "checkpoint")
    )
    note = (
        "Newest first, in the order in which the events knew each other. Times are those of the writers' clocks. A "
        "commit is no event: the inventory says who made a registered version."
    )
    return made(ReportTable("changes", "Changes", columns, note=note), lambda: rows)


def _what(event: Event, facts: ReportFacts) -> str:
    """Return what an event did; for what people stated, which rows of which card."""
    stated = event.private.get("card")
    if event.kind != "describe" or not isinstance(stated, dict):
        return what(event, facts.names)
    about = event.private.get("data") or event.subject.removeprefix(reading.MODELS)
    return f"stated {', '.join(stated)} of {about}"


def _said(event: Event) -> str:
    erased = f"({event.erased} erased)" if event.erased else ""
    return " ".join(filter(None, (event.why, erased)))


def deployed(facts: ReportFacts) -> ReportTable:
    """Return every recorded deployment."""
    columns = ("place", "version", "share", "from", "until", "by", "why", "stamp of its predictions")

    def rows() -> Iterator[tuple[str, ...]]:
        for place in sorted({str(e.data["place"]) for e in facts.in_scope if e.kind == "deploy" and "place" in e.data}):
            for one in deployments.history(facts.repo, place):
                if one.registered.model in facts.models:
                    yield (
                        place, one.registered.address, f"{one.share_percent:g} %", minute(one.since_utc),
                        minute(one.until_utc) or "now", one.by, one.why, one.registered.stamp,
                    )  # fmt: skip

    note = "As recorded with %mv_deploy, of all time. It moves no file and watches no server."
    return made(ReportTable("deployments", "Deployments", columns, note=note, empty="none recorded"), rows)


def not_active(facts: ReportFacts) -> ReportTable:
    """Return the versions that are deprecated or archived now."""
    columns = ("version", "state", "from", "use instead", "by", "why")

    def rows() -> Iterator[tuple[str, ...]]:
        known = states.states(facts.repo) if facts.repo.moves.has_events else {}
        of_scope = {v.id for v in facts.versions.values()}
        for id_, state in known.items():
            if not facts.request.model or id_ in of_scope:
                name = facts.names.get(id_) or id_[:12]
                since = state.starts_on or state.at_utc[:10]
                yield name, state.state, since, state.use, state.by, state.why

    note = "As of now. An archived version is refused by every use through nbmodelver, and no byte of it is deleted."
    return made(ReportTable("states", "Deprecated and archived versions", columns, note=note), rows)


def materials(document: Mapping[str, Json]) -> ReportTable:
    """Return the number of components of each type in the bill of materials."""
    components = document.get("components")
    counts: dict[str, int] = {}
    for one in components if isinstance(components, list) else ():
        kind = str(one["type"]) if isinstance(one, dict) else ""
        counts[kind] = counts.get(kind, 0) + 1
    rows = [(kind, f"{count:,}") for kind, count in counts.items()]
    note = "Packages are those that were installed when the version was committed, used or not."
    table = ReportTable("materials", "Bill of materials (CycloneDX 1.6)", ("components", "number"), note=note)
    return made(table, lambda: rows)
