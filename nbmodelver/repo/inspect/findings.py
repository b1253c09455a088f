"""The findings of a version: as a section of a comparison, as they are kept in the store, and as the user accepts them.

The findings of a version are cached in the store (`findings/ID`), as profiles are: they can be deleted and computed
again. What the user accepted is a ref (`accepted/FINDING`), with the reason.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NbmodelverError, UsageError
from nbmodelver.model import Finding, Findings, Row, Section
from nbmodelver.repo.core.states import DRIFTS, event_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from nbmodelver.model import Version
    from nbmodelver.repo.core.open_store import LoadingStore, OpenStore

ACCEPTED = "accepted/"
DRIFT = "drift"
"""Kind of the finding that fresh data drifted."""
LOOK_BACK = 50
"""Versions in which a cell of a version is looked for, and a finding that is to be accepted."""

EQUAL = {"leak": "exact", "rounded": "rounded", "column": "all columns but one"}
"""Kind of a check for rows of a test set in a training set -> how rows are compared."""
CLEAN = {
    "fitted": "{one} was not fitted on rows of {test}",
    "group": "no value of its groups is in {one} and {test}",
    "time": "no row of {test} is older than the newest of {one}",
    "text": "no text of {test} has a near duplicate in {one}",
    "target": "no column of {one} determines the target that did not before",
}
"""Kind of another check -> what was not found."""
OPTIONS = {"group": "--group", "time": "--time", "text": "--near-text"}
"""Kind of a check that the user has to ask for -> the option."""


def alarms_section(findings: Findings, names: Collection[str] = ()) -> Section | None:
    """Return the findings as the section "alarms" of a diff; None if nothing was found, and everything was checked.

    names: return only the findings about these variables.
    """
    found = [f for f in findings.found if not names or not f.names or not frozenset(names).isdisjoint(f.names)]
    found.sort(key=lambda f: (bool(f.accepted), f.level != "alarm"))
    rows = [Row((f"accepted: {f.accepted}" if f.accepted else f.level, f.text, f.since, f.id), "added") for f in found]
    unchecked = [f"not checked: {one}" for one in findings.unchecked]
    if not rows and not unchecked:
        return None
    return Section("alarms", "Alarms", ("level", "finding", "since", "id"), tuple(rows), note="; ".join(unchecked))


def checks_section(findings: Findings, names: Collection[str] = ()) -> Section | None:
    """Return the section "checks", which states what the checks did not find or compare; None if there is nothing.

    names: state only checks of these variables.
    """
    said = list(_clean(_about(findings.clean, names)))
    said += _not_comparable(_about(findings.not_comparable, names))
    said += _not_asked(findings) if said or not names else ()
    return Section("checks", "Checks", note="; ".join(said)) if said else None


def _about(checks: Sequence[str], names: Collection[str]) -> list[str]:
    """Return the ids of the checks that read one of the variables; all without names."""
    return [c for c in checks if not names or not frozenset(names).isdisjoint(c.partition(":")[2].split(","))]


def _not_comparable(checks: Sequence[str]) -> list[str]:
    """Which sets cannot be compared, once for all checks of rows; and the other checks by their kind."""
    pairs = {c.partition(":")[2].replace(",", " with ", 1): None for c in checks if c.partition(":")[0] in EQUAL}
    others = [c for c in checks if c.partition(":")[0] not in EQUAL]
    said = [f"not comparable: {', '.join(pairs)}"] if pairs else []
    return said + [f"not comparable: {one}" for one in others]


def _clean(checks: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each problem that the checks searched for and did not find."""
    equal: dict[str, list[str]] = {}
    for check in checks:
        kind, _, names = check.partition(":")
        if kind in EQUAL:
            equal.setdefault(names, []).append(EQUAL[kind])
    for names, how in equal.items():
        train, _, test = names.partition(",")
        yield f"no more rows of {test} than by chance stand in {train} ({', '.join(how)})"
    for check in checks:
        kind, _, names = check.partition(":")
        one, _, test = names.partition(",")
        if kind in CLEAN:
            yield CLEAN[kind].format(one=one, test=test)


def _not_asked(findings: Findings) -> Iterator[str]:
    """The options for what was not looked for, if anything was looked for in a training and a test set."""
    done = {one.partition(":")[0] for one in (*findings.clean, *findings.unchecked, *findings.not_comparable)}
    done |= {f.id.partition(":")[0] for f in findings.found}
    options = [option for kind, option in OPTIONS.items() if kind not in done]
    if findings.is_thorough and not done.isdisjoint(EQUAL) and options:
        yield f"not looked for: {', '.join(options)}"


# -- what is kept


def keep(store: LoadingStore, version: Version, findings: Findings) -> None:
    """Keep the findings of a version, in place of earlier ones. A store that cannot be written keeps none."""
    if findings == Findings() and known_findings(store, version) is None:
        return  # Nothing was checked: most commits have no training and test set.
    data = json.dumps(findings.to_dict()).encode()
    with suppress(NbmodelverError):
        store.backend.delete(f"findings/{version.id}")
        store.backend.create(f"findings/{version.id}", [data])


def known_findings(store: OpenStore, version: Version) -> Findings | None:
    """The findings of a version as they were kept, with what was accepted since; None if it was never checked."""
    drifted = drift_of(store, version)
    try:
        found = Findings.from_dict(json.loads(bytes(store.backend.read(f"findings/{version.id}"))))
    except (KeyError, ValueError, TypeError):
        if drifted is None:
            return None
        found = Findings()
    return with_reasons(store, version, found, drifted)


def drift_of(store: OpenStore, version: Version) -> Finding | None:
    """Return the alarm that fresh data drifted from the training set of a version; None without one."""
    state = None
    with suppress(Damaged):  # A check of the log reports it.
        state = store.moves.state(f"{DRIFTS}{version.id}") if store.moves.has_events else None
    if state is None or not isinstance(state.value, dict):
        return None
    name = str(state.value.get("name"))
    event = event_of(store, str(state.value.get("set_by") or state.event))
    text = str(event.private.get("message") or "") if event is not None else ""
    text = text or f"fresh data drifted from {name}"
    return Finding(f"{DRIFT}:{name}", "alarm", text, (name,), version.name, f"%mv_show {version.name} {name}")


def with_reasons(store: OpenStore, version: Version, findings: Findings, drifted: Finding | None = None) -> Findings:
    """Return the findings with the drift of fresh data, and with the reasons for which they were accepted.

    drifted: the drift, if the caller read it already. It is never part of what is kept, because its event says it.
    """
    drifted = drifted or drift_of(store, version)
    others = tuple(f for f in findings.found if not f.id.startswith(f"{DRIFT}:"))
    findings = replace(findings, found=(*((drifted,) if drifted is not None else ()), *others))
    reasons = {f.id: store.refs.get(ACCEPTED + f.id) or "" for f in findings.found}
    return replace(findings, found=tuple(replace(f, accepted=reasons[f.id]) for f in findings.found))


def alarm_of(store: OpenStore, version: Version) -> str:
    """Return the sentence of the first alarm that a version brought in and that is not accepted, else ""."""
    found = known_findings(store, version) or Findings()
    return next((f.text for f in found.of("alarm") if f.since == version.name), "")


def accept(store: LoadingStore, finding: str, reason: str) -> None:
    """Accept a finding, in all versions.

    Raises UsageError without a reason, and for an id that none of the latest versions has.
    """
    if not reason.strip():
        raise UsageError(f"accepting '{finding}' needs a reason", f'try: %mv_note --accept {finding} "REASON"')
    latest = store.page(None, 0, LOOK_BACK)[1]
    ids = list(dict.fromkeys(f.id for v in latest for f in (known_findings(store, v) or Findings()).found))
    if finding not in ids:
        raise UsageError(f"there is no finding '{finding}'", f"there are: {', '.join(ids) or 'none'}")
    store.refs.move(ACCEPTED + finding, store.refs.get(ACCEPTED + finding), reason)
