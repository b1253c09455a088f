"""The event log at 100,000 events: what an append, a page, a check and the history of a stage cost.

The log is generated: events are encoded by the writer of the product and folded into journals, as a store would have
done by itself, without one sync per event. The appended ones are written as in use.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

from rows import Figures, timed, timed_median

import nbmodelver as mv
from nbmodelver.catalogue import folding
from nbmodelver.catalogue.events import lines
from nbmodelver.catalogue.events.checking import check
from nbmodelver.catalogue.events.log import FOLDED
from nbmodelver.catalogue.journal import Record, pieces_of
from nbmodelver.model import VersionId
from nbmodelver.model.events import RefMove
from nbmodelver.registry import audit
from nbmodelver.repo.core.moves import EventDraft, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.repo import Repo

LENGTH = 100_000
STAGE = "stages/churn/production"
REACH = "append <= 2 ms CPU, page <= 50 ms, check <= 2.5 s CPU"


def event_log(scale: float) -> Iterator[Figures]:
    """The same work in a log of 300 events and in a long one."""
    for length in sorted({300, max(int(LENGTH * scale), 300)}):
        with tempfile.TemporaryDirectory() as folder:
            fill(mv.open(folder, create=True), length)
            figures = measured(folder)
            ok = (
                figures["append_cpu_s"] <= 0.002 and figures["page_wall_s"] <= 0.05 and figures["check_cpu_s"] <= 2.5
                if scale >= 1
                else None
            )
            yield Figures(f"an event log of {length:,} events", REACH, {"events": float(length), **figures}, ok)


def measured(folder: str) -> dict[str, float]:
    """Seconds of each thing; the page, the history and the check in a process that has read nothing yet."""
    figures: dict[str, float] = {}
    with timed() as page:
        audit.page(mv.open(folder), audit.AuditRequest())
    with timed() as history:
        mv.open(folder).moves.log.about(STAGE)
    with timed() as checked:
        found = check(mv.open(folder).moves.log)
    assert found.problems == []
    figures |= {"page_wall_s": page.wall_s, "history_cpu_s": history.cpu_s, "check_cpu_s": checked.cpu_s}
    repo = mv.open(folder)
    draft = EventDraft("access", "models/churn", data={"number": "1.0.0"})
    figures["append_cpu_s"] = timed_median(lambda: repo.moves.note(draft), 61).cpu_s
    wanted = {"number": "2.0.0"}
    figures["move_cpu_s"] = timed_median(
        lambda: repo.moves.run(EventDraft("promote"), [Wanted(STAGE, repo.moves.state(STAGE), wanted)]), 31
    ).cpu_s
    return figures


def fill(repo: Repo, length: int) -> None:
    """Write that many events; every hundredth moves a stage."""
    repo.moves.run(EventDraft("promote", "models/churn", "first"), [Wanted(STAGE, None, {"number": "0"})])
    log = repo.moves.log
    first = next(log.newest())
    records: list[Record] = []
    last, setter, number = first, first.id, 0
    for order in range(2, length + 1):
        moves: tuple[RefMove, ...] = ()
        if order % 100 == 0:
            moves = (RefMove(STAGE, {"number": str(number)}, {"number": str(order)}, setter),)
        event = replace(
            first, previous=last.id, sequence=order, order=order, moves=moves, kind="promote" if moves else "access"
        )
        raw = lines.encode(event)
        last = replace(event, id=lines.id_of(raw))
        if moves:
            setter, number = last.id, order
        records.append(Record(VersionId(last.id), order, raw))
    _write(repo, records[:-1])
    repo.backend.create(f"events/{last.writer}-{last.sequence:012}", [records[-1].raw])
    state = lines.canonical({"value": {"number": str(number)}, "event": setter}).decode()
    repo.refs.move(STAGE, repo.refs.get(STAGE), state)


def _write(repo: Repo, records: list[Record]) -> None:
    for start in range(0, len(records), folding.FULL):
        folding._write(repo.backend, FOLDED, pieces_of(records[start : start + folding.FULL]))


ROWS = {"event-log": event_log}
